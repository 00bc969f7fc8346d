package main

import (
	"context"
	"errors"

	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/internal/casefile"
)

// caseReader shows the console the cases that alerts keeps; the two components do not know each other.
type caseReader struct{ *cases.Store }

func (r caseReader) Get(ctx context.Context, id string) (casefile.Case, []casefile.Event, bool, error) {
	c, events, err := r.Store.Get(ctx, id)
	if errors.Is(err, cases.ErrNotFound) {
		return c, nil, false, nil
	}
	return c, events, err == nil, err
}
