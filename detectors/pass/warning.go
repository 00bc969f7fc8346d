package pass

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	domain "github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Warning is what a detector says of a subject on a date, as part of an episode: it opens with the first run that finds
// it, keeps its name while runs keep finding it, and closes with the first that does not.
type Warning struct {
	Detector  string          `json:"detector"`
	Level     domain.Level    `json:"level"`
	Scope     domain.Scope    `json:"scope"`
	ScopeID   string          `json:"scope_id"`
	Name      string          `json:"name"`
	Township  string          `json:"township"`
	Since     civil.Date      `json:"since"` // the day the condition began
	Workers   int             `json:"workers"`
	AmountFen int64           `json:"amount_fen"`
	Score     float64         `json:"score"` // 0 to 1, for ordering
	Evidence  json.RawMessage `json:"evidence"`
	Basis     []string        `json:"basis"`

	Episode    string      `json:"-"`
	OpenedOn   civil.Date  `json:"-"`
	ClosedOn   *civil.Date `json:"-"` // nil while active
	LevelOn    civil.Date  `json:"-"`
	Sector     string      `json:"-"`
	Department string      `json:"-"`
}

func (w Warning) key() string { return w.Detector + "\x00" + string(w.Scope) + "\x00" + w.ScopeID }

// continueEpisodes joins what a run found to the warnings that were active at the run before, on an earlier date: the
// same subject continues its episode, a new one opens one, and what is no longer found is returned once more, closed.
// Only detectors that ran can close their warnings. unknown are the warnings of detectors that failed, as they last stood:
// they are returned unchanged.
func continueEpisodes(asOf civil.Date, found, before, unknown []Warning, ran []string) []Warning {
	active := map[string]Warning{}
	standing := map[string]bool{}
	for _, w := range unknown {
		standing[w.key()] = true
	}
	for _, w := range before {
		if w.ClosedOn == nil && !standing[w.key()] {
			active[w.key()] = w
		}
	}
	all := append(make([]Warning, 0, len(found)+len(unknown)), unknown...)
	for _, w := range found {
		last, continues := active[w.key()]
		delete(active, w.key())
		if continues {
			w.Episode, w.OpenedOn, w.LevelOn = last.Episode, last.OpenedOn, last.LevelOn
			if w.Level != last.Level {
				w.LevelOn = asOf
			}
		} else {
			w.Episode, w.OpenedOn, w.LevelOn = episodeName(w, asOf), asOf, asOf
		}
		all = append(all, w)
	}
	for _, w := range active {
		if slices.Contains(ran, w.Detector) {
			w.ClosedOn = &asOf
		}
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b Warning) int {
		return cmp.Or(
			strings.Compare(a.Detector, b.Detector),
			strings.Compare(string(a.Scope), string(b.Scope)),
			strings.Compare(a.ScopeID, b.ScopeID),
		)
	})
	return all
}

// episodeName is the same whenever the same run is made again.
func episodeName(w Warning, opened civil.Date) string {
	sum := sha256.Sum256([]byte(w.key() + "\x00" + opened.String()))
	return hex.EncodeToString(sum[:8])
}
