package view

import (
	"context"
	"log/slog"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Cases are the cases that the alerts component keeps. What a person may do to one is decided there: pages show the
// forms it allows and the refusals it gives.
type Cases interface {
	// List returns the cases that match, in any order.
	List(context.Context, casefile.Filter) ([]casefile.Case, error)
	// Get returns a case and its events in the order of the log; casefile.ErrNotFound when there is none.
	Get(ctx context.Context, id string) (casefile.Case, []casefile.Event, error)
	// Allowed are the actions open to a person at the case's stage.
	Allowed(casefile.Case, access.Person) []casefile.ActionKind
	// Remedies are what an unmet order leads to, each as it stands for a person today; none before its date has passed.
	Remedies(casefile.Case, access.Person) []casefile.RemedyChoice
	// ActAll takes steps; each has an outcome of its own.
	ActAll(context.Context, access.Person, []casefile.Step) []casefile.Outcome
}

// CaseOf returns the id of the subject's case, or "" when there is none. A page about a subject must not fail because
// casework does.
func CaseOf(ctx context.Context, cases Cases, log *slog.Logger, p *access.Person, scope, id string) string {
	if cases == nil {
		return ""
	}
	caseID := casefile.ID(catalog.Scope(scope), id)
	// Not Get: that also reads the log, and the page only wants to know whether there is one.
	list, err := cases.List(ctx, casefile.Filter{Scope: catalog.Scope(scope), Search: id})
	if err != nil {
		log.Warn("looking for a subject's case failed", "error", err)
		return ""
	}
	if slices.ContainsFunc(list, func(k casefile.Case) bool {
		return k.ID == caseID && access.Allow(p, access.Read, k.Object(p))
	}) {
		return caseID
	}
	return ""
}
