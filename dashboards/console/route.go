package console

import (
	"time"

	"github.com/anxin-project/anxin/internal/platform/access"
)

// route is one address of the pages or of the API. What it may be used for is written in the console's table of routes and nowhere else: admit asks access.Allow
// for the action and, where the route is about one place, project, employer or case, for that object. Lists are about nothing
// in particular: they are made from what the person may see (scope.go).
type route struct {
	pattern string // with its method; a POST takes a form, in the API a JSON object
	section string // of the navigation
	life    time.Duration
	action  access.Action
	about   func(*request) (access.Object, error)
	audited string // what the audit log calls it; every form, export and print has such a name, and every page that names persons
	serve   pageFunc
}

// How long a rendered page is remembered for its session. Pages of a run stay as they are until a newer run; cases change by
// themselves, and so does the quality of the data, which is judged by days; what is about people is never kept.
const (
	untilNextRun time.Duration = 0
	briefly                    = 2 * time.Second
	aWhile                     = 20 * time.Second
	never        time.Duration = -1
)
