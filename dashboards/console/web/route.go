package web

import (
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
)

// Route is one address of the pages or of the API. What it may be used for is written in the console's table of routes and
// nowhere else: admit asks access.Allow for the action and, where the route is about one place, project, employer or case, for
// that object. Lists are about nothing in particular: they are made from what the person may see (view/scope.go).
type Route struct {
	Pattern string // with its method; a POST takes a form, in the API a JSON object
	Section string // of the navigation
	Life    time.Duration
	Action  access.Action
	About   func(*Request) (access.Object, error)
	Audited string // what the audit log calls it; every form, export and print has such a name, and every page that names persons
	Serve   PageFunc
}

// How long a rendered page is remembered for its session. Pages of a run stay as they are until a newer run; cases change by
// themselves, and so does the quality of the data, which is judged by days; what is about people is never kept.
const (
	UntilNextRun time.Duration = 0
	Briefly                    = 2 * time.Second
	AWhile                     = 20 * time.Second
	Never        time.Duration = -1
)
