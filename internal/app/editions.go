package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/editions"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

// CheckedEdition is a published edition, and whether it is still as it was published.
type CheckedEdition struct {
	edition.Edition
	Intact bool `json:"intact"`
}

// CheckedEditions reads every edition again, oldest first, and recomputes its digest.
func CheckedEditions(ctx context.Context, conn driver.Conn) ([]CheckedEdition, error) {
	all, err := editionstore.List(ctx, conn)
	if err != nil {
		return nil, err
	}
	altered, err := editionstore.Altered(ctx, conn, all)
	if err != nil {
		return nil, err
	}
	list := make([]CheckedEdition, len(all))
	for i, e := range all {
		list[i] = CheckedEdition{e, !slices.Contains(altered, e.Number)}
	}
	return list, nil
}

// PublishEdition publishes the edition of a month and returns it with the talks it proposes. A month that has one already
// keeps it: published is false then, and the talks are left out. What the detectors refuse to publish is BadInput.
func (p *Parts) PublishEdition(ctx context.Context, month civil.Month) (e edition.Edition, talks []edition.Talk, published bool, err error) {
	all, err := p.Detectors()
	if err != nil {
		return e, nil, false, err
	}
	e, published, err = p.Publisher(all).Publish(ctx, month)
	var refusal editions.Refusal
	if errors.As(err, &refusal) {
		return e, nil, false, BadInput(err)
	}
	if err != nil || !published {
		return e, nil, false, err
	}
	talks, err = editionstore.Talks(ctx, p.Store, e)
	return e, talks, true, err
}

// CompareEditions tells what moved between two editions, unit by unit. A number that no edition has is BadInput.
func CompareEditions(ctx context.Context, conn driver.Conn, from, to uint32) ([]edition.Change, error) {
	all, err := editionstore.List(ctx, conn)
	if err != nil {
		return nil, err
	}
	var units [2][]edition.Unit
	for i, number := range []uint32{from, to} {
		at := slices.IndexFunc(all, func(e edition.Edition) bool { return e.Number == number })
		if at < 0 {
			return nil, BadInput(fmt.Errorf("there is no edition %d: there are %d, and `anxin editions list` shows them", number, len(all)))
		}
		if units[i], err = editionstore.Units(ctx, conn, all[at]); err != nil {
			return nil, err
		}
	}
	return edition.Compare(units[0], units[1]), nil
}
