package view

import (
	"context"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/closure"
)

// Closures are the closures that the alerts component keeps. Who may propose and approve one is decided there.
type Closures interface {
	// List are all, those that wait for approval first.
	List(context.Context) ([]closure.Closure, error)
	// Get is one; closure.NotFound when there is none.
	Get(ctx context.Context, id string) (closure.Closure, error)
	// Subject is what can be closed of a project or an employer, by the latest run.
	Subject(context.Context, catalog.Scope, string) (*closure.Subject, error)
	Allowed(closure.Closure, access.Person) []closure.ActionKind
	Propose(context.Context, access.Person, closure.Proposal) (closure.Closure, error)
	Act(ctx context.Context, by access.Person, id string, seq uint32, a closure.Action) (closure.Closure, error)
}
