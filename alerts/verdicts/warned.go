package verdicts

import (
	"context"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// found is a warning as a run published it.
type found struct {
	verdict.Key
	verdict.Seen
}

type warningRow struct {
	AsOf       time.Time `ch:"as_of"`
	Run        uint64    `ch:"run"`
	Detector   string    `ch:"detector"`
	Scope      string    `ch:"scope"`
	ScopeID    string    `ch:"scope_id"`
	Episode    string    `ch:"episode"`
	Opened     time.Time `ch:"opened_on"`
	LevelOn    time.Time `ch:"level_on"`
	Since      time.Time `ch:"since"`
	Level      string    `ch:"level"`
	Workers    uint32    `ch:"workers"`
	AmountFen  int64     `ch:"amount_fen"`
	Name       string    `ch:"name"`
	Township   string    `ch:"township"`
	Department string    `ch:"department"`
}

func (r warningRow) found() found {
	return found{
		verdict.Key{Detector: r.Detector, Scope: catalog.Scope(r.Scope), ScopeID: r.ScopeID},
		verdict.Seen{
			AsOf: civil.OfColumn(r.AsOf), Run: r.Run, Episode: r.Episode, OpenedOn: civil.OfColumn(r.Opened), LevelOn: civil.OfColumn(r.LevelOn), Since: civil.OfColumn(r.Since),
			Level: catalog.Level(r.Level), Workers: r.Workers, AmountFen: r.AmountFen, Name: r.Name, Township: r.Township, Department: r.Department,
		},
	}
}

// published are the runs that stand: of each as-of date the latest.
const published = `(as_of, run) IN
(
    SELECT as_of, max(run)
    FROM runs
    GROUP BY as_of
)`

const warningColumns = `
SELECT
    as_of, run, detector, scope, scope_id, episode, opened_on, level_on, since, level, workers, amount_fen, name, township, department
FROM warnings
WHERE `

// seen reads what the warnings of some steps last said, by key and episode. Nearly all are in the latest run; one that has ended
// since is looked for in the runs before.
func (s *Store) seen(ctx context.Context, steps []verdict.Step) (map[string]found, error) {
	all := map[string]found{}
	for _, where := range []string{`(as_of, run) IN (SELECT as_of, run FROM runs ORDER BY as_of DESC, run DESC LIMIT 1)`, published} {
		var ids, episodes []string
		for _, one := range steps {
			if _, known := all[one.Key.String()+" "+one.Episode]; !known {
				ids, episodes = append(ids, one.ScopeID), append(episodes, one.Episode)
			}
		}
		if len(ids) == 0 {
			break
		}
		var rows []warningRow
		if err := s.conn.Select(ctx, &rows, warningColumns+where+`
    AND scope_id IN (?)
    AND episode IN (?)
ORDER BY as_of DESC, run DESC
LIMIT 1 BY detector, scope, scope_id, episode`, ids, episodes); err != nil {
			return nil, fmt.Errorf("reading warnings that are to have a verdict: %w", err)
		}
		for _, r := range rows {
			one := r.found()
			all[one.Key.String()+" "+one.Episode] = one
		}
	}
	return all, nil
}

// Ended reads the warnings that closed from a day on, each as it last stood. A closing is written once, so these are few.
func (s *Store) Ended(ctx context.Context, from civil.Date) ([]verdict.Warned, error) {
	var rows []warningRow
	if err := s.conn.Select(ctx, &rows, warningColumns+published+`
    AND as_of >= toDate(?)
    AND closed_on IS NOT NULL
ORDER BY as_of DESC, run DESC
LIMIT 1 BY detector, scope, scope_id, episode`, from.String()); err != nil {
		return nil, fmt.Errorf("reading the warnings that have ended: %w", err)
	}
	all := make([]verdict.Warned, len(rows))
	for i, r := range rows {
		one := r.found()
		all[i] = s.Warned(one.Key, one.Seen)
	}
	return all, nil
}

// Warned puts to a warning what was found of it.
func (s *Store) Warned(k verdict.Key, w verdict.Seen) verdict.Warned {
	one := verdict.Warned{Key: k, Seen: w, Stands: s.Book().On(k, w), First: s.Book().First(k, w)}
	if one.Stands == nil {
		one.By = s.AnswerBy(w)
	}
	return one
}
