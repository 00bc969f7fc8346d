package cases

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// The data of events, by kind.
type (
	openedData struct {
		Scope    catalog.Scope `json:"scope"`
		ScopeID  string        `json:"scope_id"`
		Township string        `json:"township"`
		County   string        `json:"county"`
		Sector   string        `json:"sector"`
	}
	// alertData is the data of alert_fired and alert_resolved alike: either may come first.
	alertData struct {
		Fingerprint string            `json:"fingerprint"`
		StartsAt    time.Time         `json:"starts_at"`
		EndsAt      *time.Time        `json:"ends_at,omitempty"`
		Labels      map[string]string `json:"labels"`
		// AcceptDays are the working days for acceptance in force when the alert came; the date is counted when the
		// log is read, so that a holiday notice supplied later mends a deadline that could not be counted.
		AcceptDays int `json:"accept_days"`
	}
	figuresData struct {
		AsOf      civil.Date `json:"as_of"`
		Run       uint64     `json:"run"`
		Name      string     `json:"name"`
		Township  string     `json:"township"`
		County    string     `json:"county"`
		Sector    string     `json:"sector"`
		Workers   uint32     `json:"workers"`
		AmountFen int64      `json:"amount_fen"`
	}
	levelData struct {
		From catalog.Level `json:"from"`
		To   catalog.Level `json:"to"`
	}
)

// Fold adds up the events of one case, in the order of the log. It is pure: the same events give the same case.
//
// What alerts say is added up so that neither order nor repetition matters: an alert is a set of episodes, told apart
// by their start; a later episode, or an end told by another one, ends the earlier. So an old "firing" that comes shortly
// after its "resolved" reopens nothing, and an alert whose "resolved" was lost does not fire for ever. One that is told to
// fire long after it was told to be resolved (goneOn) fires again, under its old start: so it is where Alertmanager was cut
// off from Prometheus for a while and took that for the end.
//
// The deadlines have no states yet: these depend on the day (casefile.On).
func Fold(cal *calendar.Calendar, terms TermsOf, events []casefile.Event) (casefile.Case, error) {
	s := newState()
	for _, e := range events {
		if err := s.apply(e); err != nil {
			return casefile.Case{}, err
		}
	}
	return s.view(cal, terms), nil
}

// state is a case while it is added up.
type state struct {
	id       string
	opened   openedData
	openedAt time.Time
	figures  *figuresData
	owed     *casefile.Owed               // replaced, never changed
	alerts   map[string]map[int64]episode // by fingerprint, by start in unix nanoseconds
	work     work
	seq      uint32
	updated  time.Time
}

// episode is one firing of an alert; ends is zero until it was told to be resolved.
type episode struct {
	labels     map[string]string
	starts     time.Time
	ends       time.Time
	endedAt    time.Time // when that was received
	again      time.Time // when it was last told to fire after it had been told to be resolved
	receivedAt time.Time
	acceptDays int
}

// goneOn is how long after an end, and after it was received, a "firing" is no late repeat: Alertmanager gives up a notification
// within minutes.
const goneOn = 15 * time.Minute

// firesAgain reports whether a "firing" received at an instant says that an episode which had ended goes on.
func (e episode) firesAgain(at time.Time) bool {
	return !e.ends.IsZero() && at.Sub(latest(e.ends, e.endedAt)) > goneOn
}

func newState() *state {
	return &state{alerts: map[string]map[int64]episode{}, work: work{obeyed: map[uint32]civil.Date{}, restored: map[uint32]civil.Date{}}}
}

func (s *state) clone() *state {
	c := *s
	c.work.paths, c.work.rounds, c.work.urges = slices.Clone(s.work.paths), slices.Clone(s.work.rounds), slices.Clone(s.work.urges)
	c.work.numbers = slices.Clone(s.work.numbers)
	c.work.remedies, c.work.obeyed, c.work.restored = slices.Clone(s.work.remedies), maps.Clone(s.work.obeyed), maps.Clone(s.work.restored)
	c.alerts = make(map[string]map[int64]episode, len(s.alerts))
	for fp, episodes := range s.alerts {
		c.alerts[fp] = maps.Clone(episodes)
	}
	return &c
}

func (s *state) apply(e casefile.Event) error {
	read := func(into any) error {
		if err := json.Unmarshal(e.Data, into); err != nil {
			return fmt.Errorf("case %s, event %d (%s): %w", e.CaseID, e.Seq, e.Kind, err)
		}
		return nil
	}
	switch e.Kind {
	case casefile.Opened:
		if s.openedAt.IsZero() {
			if err := read(&s.opened); err != nil {
				return err
			}
			s.id, s.openedAt = e.CaseID, e.At
			s.work.open(e.At)
		}
	case casefile.AlertFired, casefile.AlertResolved:
		var a alertData
		if err := read(&a); err != nil {
			return err
		}
		s.alert(a, e.At)
	case casefile.Figures:
		var f figuresData
		if err := read(&f); err != nil {
			return err
		}
		if s.figures == nil || s.figures.before(f) {
			s.figures = &f
		}
	case casefile.OwedTold:
		var o casefile.Owed
		if err := read(&o); err != nil {
			return err
		}
		if s.owed == nil || cmp.Or(cmp.Compare(s.owed.AsOf, o.AsOf), cmp.Compare(s.owed.Run, o.Run)) < 0 {
			s.owed = &o
		}
	case casefile.PaidTold:
		var p casefile.PaidByRecords
		if err := read(&p); err != nil {
			return err
		}
		if o := s.work.order; o != nil && o.Seq == p.OrderSeq && (o.Told == nil || cmp.Or(cmp.Compare(o.Told.AsOf, p.AsOf), cmp.Compare(o.Told.Run, p.Run)) < 0) {
			told := *o // views share it
			told.Told = &p
			s.work.order = &told
		}
	case casefile.LevelChanged, casefile.Cleared, casefile.Reopened:
		// They tell people what the alerts above have added up to.
		if e.Kind == casefile.Reopened && s.work.stage.Ended() {
			s.work.reopen(e.At)
		}
	default:
		if step, ok := actions[e.Kind]; ok {
			if e.Seq <= s.seq {
				break // another process wrote this number first, and this one's writer was told that nothing had happened
			}
			var a actionData
			if err := read(&a); err != nil {
				return err
			}
			if answers(e.Kind) {
				s.work.waited(s.waits())
			}
			s.work.act(step, a, e)
			break
		}
		return fmt.Errorf("case %s, event %d: unknown kind %q: it was written by a newer version of anxin", e.CaseID, e.Seq, e.Kind)
	}
	s.seq = max(s.seq, e.Seq)
	s.updated = latest(s.updated, e.At)
	return nil
}

func (f figuresData) before(g figuresData) bool {
	return cmp.Or(cmp.Compare(f.AsOf, g.AsOf), cmp.Compare(f.Run, g.Run)) < 0
}

func (s *state) alert(a alertData, at time.Time) {
	episodes := s.alerts[a.Fingerprint]
	if episodes == nil {
		episodes = map[int64]episode{}
		s.alerts[a.Fingerprint] = episodes
	}
	e, known := episodes[a.StartsAt.UnixNano()]
	if !known {
		e = episode{labels: a.Labels, starts: a.StartsAt, receivedAt: at, acceptDays: a.AcceptDays}
	}
	if at.Before(e.receivedAt) {
		e.receivedAt = at
	}
	switch {
	case a.EndsAt == nil && e.firesAgain(at):
		e.ends, e.endedAt, e.again = time.Time{}, time.Time{}, at
	case a.EndsAt != nil && a.EndsAt.After(e.again):
		e.ends, e.endedAt = latest(e.ends, *a.EndsAt), latest(e.endedAt, at)
	}
	episodes[a.StartsAt.UnixNano()] = e
}

// tells reports whether the alert, received at an instant, would add anything.
func (s *state) tells(a alertData, at time.Time) bool {
	e, known := s.alerts[a.Fingerprint][a.StartsAt.UnixNano()]
	if a.EndsAt == nil {
		return !known || e.firesAgain(at)
	}
	return !known || e.ends.Before(*a.EndsAt) && a.EndsAt.After(e.again)
}

// ended returns the episodes of one alert by start, each with its end: its own, or the start of the next one, or the
// end of an earlier one that reaches beyond its start.
func ended(episodes map[int64]episode) []episode {
	all := make([]episode, 0, len(episodes))
	for _, at := range slices.Sorted(maps.Keys(episodes)) {
		all = append(all, episodes[at])
	}
	var reach time.Time
	for i := range all {
		e := &all[i]
		reach = latest(reach, e.ends)
		if e.ends.IsZero() && reach.After(latest(e.starts, e.again)) {
			e.ends = reach
		}
		if e.ends.IsZero() && i+1 < len(all) && all[i+1].starts.After(e.again) {
			e.ends = all[i+1].starts
		}
	}
	return all
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func rank(l catalog.Level) int {
	switch l {
	case catalog.Red:
		return 2
	case catalog.Yellow:
		return 1
	}
	return 0
}

func higher(a, b catalog.Level) catalog.Level {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// view is the case as the events so far have it.
func (s *state) view(cal *calendar.Calendar, terms TermsOf) casefile.Case {
	c := casefile.Case{
		ID:        s.id,
		Scope:     s.opened.Scope,
		ScopeID:   s.opened.ScopeID,
		Name:      s.opened.ScopeID,
		Township:  s.opened.Township,
		County:    s.opened.County,
		Sector:    s.opened.Sector,
		OpenedAt:  s.openedAt,
		OpenedOn:  civil.DateOf(s.openedAt),
		Alerts:    []casefile.Alert{},
		Owed:      s.owed,
		Seq:       s.seq,
		UpdatedAt: s.updated,
	}
	if f := s.figures; f != nil {
		c.Name = cmp.Or(f.Name, c.Name)
		c.Township, c.County, c.Sector = f.Township, f.County, f.Sector
		c.Workers, c.AmountFen, c.FiguresRun = f.Workers, f.AmountFen, f.Run
		asOf := f.AsOf
		c.FiguresAsOf = &asOf
	}
	c.Department = cmp.Or(s.work.department, casefile.Route(c.Scope, c.Sector))
	c.Territory = cmp.Or(s.work.territory, c.Township)
	var clearedAt time.Time
	for _, fp := range slices.Sorted(maps.Keys(s.alerts)) {
		for _, e := range ended(s.alerts[fp]) {
			a := casefile.Alert{
				Fingerprint: fp,
				Name:        e.labels["alertname"],
				Detector:    e.labels["detector"],
				Level:       catalog.Level(e.labels["level"]),
				StartsAt:    e.starts,
				ReceivedOn:  civil.DateOf(e.receivedAt),
			}
			if e.ends.IsZero() {
				c.Level = higher(c.Level, a.Level)
			} else {
				ends := e.ends
				a.EndsAt = &ends
				clearedAt = latest(clearedAt, ends)
			}
			c.Peak = higher(c.Peak, a.Level)
			c.Alerts = append(c.Alerts, a)
		}
	}
	waits := s.waits()
	for _, w := range waits {
		deadline(&c, cal, w.from, w.workdays(c.Territory, terms))
	}
	slices.SortStableFunc(c.Alerts, func(a, b casefile.Alert) int { return a.StartsAt.Compare(b.StartsAt) })
	if c.Level == "" && len(c.Alerts) > 0 {
		c.Cleared, c.ClearedAt = true, &clearedAt
	}
	if c.DeadlineError != "" {
		c.AcceptBy = nil
	} else {
		c.AcceptProvisional = nil
	}
	s.work.view(&c, cal, terms)
	c.Remedies = slices.Clone(s.work.remedies)
	c.Rounds, c.Urges = s.work.viewRounds(c, waits, cal, terms), slices.Clip(s.work.urges)
	return c
}

// deadline brings the day for acceptance forward to that of one alert. It counts from the day the alert came in, for
// until then no department could know of it. One that cannot be counted leaves the whole unknown: it might be the
// earliest.
func deadline(c *casefile.Case, cal *calendar.Calendar, from civil.Date, days int) {
	if plain := cal.Provisional(from, days); c.AcceptProvisional == nil || plain < *c.AcceptProvisional {
		c.AcceptProvisional = &plain
	}
	by, err := cal.AddWorkdays(from, days)
	if err != nil {
		c.DeadlineError = err.Error()
		return
	}
	if c.AcceptBy == nil || by < *c.AcceptBy {
		c.AcceptBy = &by
	}
}

// firing returns the alerts of the case that fire.
func (s *state) firing() []casefile.FiringAlert {
	var all []casefile.FiringAlert
	for _, fp := range slices.Sorted(maps.Keys(s.alerts)) {
		for _, e := range ended(s.alerts[fp]) {
			if e.ends.IsZero() {
				all = append(all, casefile.FiringAlert{Labels: e.labels, StartsAt: e.starts})
			}
		}
	}
	return all
}
