package console

import (
	"errors"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/pages/public"
)

// Configuration of the console. Lights mirrors the policy's bounds and is only used to draw them into trend charts; the
// light of a unit is read from the index, never computed here.
type Configuration struct {
	Language         string        `yaml:"language"`          // for who has not chosen: zh or en
	Refresh          time.Duration `yaml:"refresh"`           // how often a newer run is looked for
	QueryTimeout     time.Duration `yaml:"query_timeout"`     // per page
	RememberSubjects int           `yaml:"remember_subjects"` // facts of so many subjects are kept per run
	RememberPages    int           `yaml:"remember_pages"`    // so many rendered pages are kept
	PageSize         int           `yaml:"page_size"`         // rows of a list before it is paged
	Boundaries       string        `yaml:"boundaries"`        // a file of GeoJSON with the shapes of divisions, for the overview's map; empty: none is drawn
	BulletinText     string        `yaml:"bulletin_text"`     // a file with the words of bulletins; empty: the shipped ones
	Public           public.Limits `yaml:"public"`            // how much the pages without an account take in
	Lights           Lights        `yaml:"lights"`
}

// Lights are the lower bounds of green and yellow on the index (policy index.green and index.yellow).
type Lights struct {
	Green  float64 `yaml:"green"`
	Yellow float64 `yaml:"yellow"`
}

// DefaultConfiguration returns what suits one prefecture on one machine.
func DefaultConfiguration() Configuration {
	return Configuration{
		Language:         "zh",
		Refresh:          5 * time.Second,
		QueryTimeout:     10 * time.Second,
		RememberSubjects: 1000,
		RememberPages:    500,
		PageSize:         100,
		Public:           public.DefaultLimits(),
		Lights:           Lights{Green: 85, Yellow: 70},
	}
}

// Validate reports every value that cannot be used.
func (c Configuration) Validate() error {
	var errs []error
	refuse := func(bad bool, text string) {
		if bad {
			errs = append(errs, errors.New(text))
		}
	}
	refuse(c.Language != "zh" && c.Language != "en", "language: want zh or en")
	refuse(c.Refresh < 100*time.Millisecond, "refresh: want at least 100ms")
	refuse(c.QueryTimeout < 100*time.Millisecond, "query_timeout: want at least 100ms")
	refuse(c.RememberSubjects < 1 || c.RememberPages < 1, "remember_subjects, remember_pages: want at least 1")
	refuse(c.PageSize < 10 || c.PageSize > 500, "page_size: want 10 to 500")
	refuse(c.Lights.Yellow <= 0 || c.Lights.Green <= c.Lights.Yellow || c.Lights.Green > 100, "lights: want 0 < yellow < green <= 100")
	return errors.Join(append(errs, c.Public.Validate())...)
}
