package blacklist

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// Sight looks for employers on the list among the contractors and developers of projects whose contract was signed after
// the decision, and records each such project once with the employer's entry. It returns how many were new.
func (s *Store) Sight(ctx context.Context, conn driver.Conn, run Run) (int, error) {
	listed := map[string]casefile.Entry{}
	var codes []string
	for _, e := range s.all(s.today()) {
		if e.Stage.OnList() {
			listed[e.Employer] = e
			codes = append(codes, e.Employer)
		}
	}
	if len(codes) == 0 {
		return 0, nil
	}
	var found []struct {
		ProjectID  string    `ch:"project_id"`
		Name       string    `ch:"name"`
		Township   string    `ch:"township"`
		SignedOn   time.Time `ch:"contract_signed_on"`
		Contractor string    `ch:"contractor_uscc"`
		Developer  string    `ch:"developer_uscc"`
	}
	if err := conn.Select(ctx, &found, `
		SELECT project_id, name, township, contract_signed_on, contractor_uscc, developer_uscc
		FROM `+store.Quote(run.Snapshot)+`.projects
		WHERE contractor_uscc IN (?)
			OR developer_uscc IN (?)
		ORDER BY contract_signed_on, project_id`, codes, codes); err != nil {
		return 0, fmt.Errorf("looking for listed employers on new projects: %w", err)
	}
	told := 0
	for _, p := range found {
		// A firm that builds for itself is named once, as contractor.
		for _, one := range []struct{ employer, as string }{{p.Contractor, "contractor"}, {p.Developer, "developer"}} {
			e, ok := listed[one.employer]
			signed := civil.OfColumn(p.SignedOn)
			if !ok || signed <= e.Decision.On {
				continue
			}
			seen := casefile.Sighting{ProjectID: p.ProjectID, Name: p.Name, Township: p.Township, As: one.as, SignedOn: signed, SeenOn: s.today()}
			fresh, err := s.sighted(ctx, e.ID, seen)
			if err != nil {
				return told, err
			}
			if fresh {
				told++
			}
		}
	}
	return told, nil
}

func (s *Store) sighted(ctx context.Context, id string, seen casefile.Sighting) (bool, error) {
	s.appending.Lock()
	defer s.appending.Unlock()
	fresh := false
	_, err := again(func() (Done, error) {
		if err := s.settle(ctx); err != nil {
			return Done{}, err
		}
		known := s.state(id)
		for _, former := range known.entry.NewProjects {
			if former.ProjectID == seen.ProjectID {
				fresh = false
				return Done{}, nil
			}
		}
		fresh = true // unless another process is first, which then has told of it
		return s.append(ctx, id, known, casefile.System, seenOnProject, "", seen)
	})
	return fresh && err == nil, err
}
