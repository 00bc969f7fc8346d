package cases

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Alert is one alert of a notification.
type Alert struct {
	Fingerprint string
	Labels      map[string]string
	StartsAt    time.Time
	EndsAt      time.Time // zero while it fires
}

// Subject is what the latest run's warnings say of a subject: the greatest figures among them.
type Subject struct {
	AsOf      civil.Date
	Run       uint64
	Name      string
	Township  string
	County    string
	Sector    string
	Workers   uint32
	AmountFen int64
	Owed      *casefile.Owed // nil when nothing is
}

func (s Subject) figures() figuresData {
	return figuresData{AsOf: s.AsOf, Run: s.Run, Name: s.Name, Township: s.Township, County: s.County, Sector: s.Sector, Workers: s.Workers, AmountFen: s.AmountFen}
}

// Opens reports whether an alert belongs to a case: it must be a detector's warning about a project, an employer or a
// township. Alerts of the pipeline are for operators, and a red township leads to talks between governments; neither
// carries a detector together with a scope.
func Opens(labels map[string]string) bool {
	switch catalog.Scope(labels["scope"]) {
	case catalog.Project, catalog.Employer, catalog.Township:
	default:
		return false
	}
	_, ok := level(labels["level"])
	return ok && labels["scope_id"] != "" && labels["detector"] != ""
}

// delivery is one notification on its way into the log.
type delivery struct {
	alerts  []Alert
	subject func(id string) (Subject, bool)
	told    int
	err     error
	done    bool // under appending
}

// Deliver takes alerts into their cases, opening those that are not there. It may be given the same alerts again and
// in any order. When it returns nil, everything is in the log. subject tells what the latest run says of a case's
// subject. It returns how many alerts told something new.
//
// Notifications that come while another is being written are written together in one insert: a run may open a
// thousand cases at once.
func (s *Store) Deliver(ctx context.Context, alerts []Alert, subject func(id string) (Subject, bool)) (int, error) {
	d := &delivery{alerts: alerts, subject: subject}
	s.queueing.Lock()
	s.queue = append(s.queue, d)
	s.queueing.Unlock()

	s.appending.Lock()
	defer s.appending.Unlock()
	if d.done { // another one took this with it
		return d.told, d.err
	}
	s.queueing.Lock()
	together := s.queue
	s.queue = nil
	s.queueing.Unlock()

	err := again(func() error { return s.deliver(ctx, together) })
	for _, one := range together {
		one.err, one.done = err, true
	}
	return d.told, d.err
}

func (s *Store) deliver(ctx context.Context, together []*delivery) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	changes := map[string]*change{}
	for _, d := range together {
		d.told = 0
		byCase := map[string][]Alert{}
		for _, a := range d.alerts {
			if Opens(a.Labels) {
				id := casefile.ID(catalog.Scope(a.Labels["scope"]), a.Labels["scope_id"])
				byCase[id] = append(byCase[id], a)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(byCase)) {
			if changes[id] == nil {
				c, err := s.begin(id, byCase[id][0].Labels, d.subject)
				if err != nil {
					return err
				}
				changes[id] = c
			}
			told, err := s.take(changes[id], id, byCase[id])
			if err != nil {
				return err
			}
			d.told += told
		}
	}
	maps.DeleteFunc(changes, func(_ string, c *change) bool { return len(c.events) == 0 })
	return s.write(ctx, changes)
}

// begin is a change of a case as it is known, or of a new one.
func (s *Store) begin(id string, labels map[string]string, subject func(id string) (Subject, bool)) (*change, error) {
	if known := s.state(id); known != nil {
		return &change{after: known.clone()}, nil
	}
	c := &change{after: newState()}
	err := c.add(s, id, casefile.Opened, openedData{
		catalog.Scope(labels["scope"]), labels["scope_id"], labels["township"], labels["county"], labels["sector"],
	})
	if now, ok := subject(id); ok && err == nil {
		err = c.add(s, id, casefile.Figures, now.figures())
		if now.Owed != nil && err == nil {
			err = c.add(s, id, casefile.OwedTold, now.Owed)
		}
	}
	return c, err
}

// take adds to a change what the alerts of one notification tell; it returns how many told something new.
func (s *Store) take(c *change, id string, alerts []Alert) (int, error) {
	was := c.after.view(s.calendar, s.terms)
	terms := s.terms(was.Territory, s.today())
	told, fires := 0, false
	for _, a := range alerts {
		data := alertData{Fingerprint: a.Fingerprint, StartsAt: a.StartsAt.UTC(), Labels: a.Labels,
			AcceptDays: terms.accept(catalog.Level(a.Labels["level"]))}
		kind := casefile.AlertFired
		if !a.EndsAt.IsZero() {
			ends := a.EndsAt.UTC()
			kind, data.EndsAt = casefile.AlertResolved, &ends
		}
		if !c.after.tells(data, s.clock()) {
			continue
		}
		told++
		fires = fires || kind == casefile.AlertFired
		if err := c.add(s, id, kind, data); err != nil {
			return 0, err
		}
	}
	// Judged after all alerts of the notification: a warning that turns red is not cleared and reopened in between.
	is := c.after.view(s.calendar, s.terms)
	var err error
	switch {
	case !was.Cleared && is.Cleared:
		err = c.add(s, id, casefile.Cleared, struct{}{})
	case was.Cleared && !is.Cleared, was.Stage.Ended() && !is.Cleared && fires:
		// A case that had ended is open again: also when it was dismissed while another alert fired and still does.
		err = c.add(s, id, casefile.Reopened, struct{}{})
	case was.Level != is.Level && was.Level != "":
		err = c.add(s, id, casefile.LevelChanged, levelData{was.Level, is.Level})
	}
	return told, err
}

// perInsert bounds one insert of Update.
const perInsert = 500

// Update records the figures of the latest run in the cases of its subjects, where they differ from what is known.
func (s *Store) Update(ctx context.Context, subjects map[string]Subject) error {
	s.appending.Lock()
	defer s.appending.Unlock()
	return again(func() error { return s.update(ctx, subjects) })
}

func (s *Store) update(ctx context.Context, subjects map[string]Subject) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	changes := map[string]*change{}
	for _, id := range slices.Sorted(maps.Keys(subjects)) {
		known := s.state(id)
		if known == nil {
			continue
		}
		now := subjects[id].figures()
		if f := known.figures; f != nil {
			if same := *f; !f.before(now) || same.with(now.AsOf, now.Run) == now {
				continue
			}
		}
		c := &change{after: known.clone()}
		if err := c.add(s, id, casefile.Figures, now); err != nil {
			return err
		}
		changes[id] = c
		if len(changes) == perInsert {
			if err := s.write(ctx, changes); err != nil {
				return err
			}
			clear(changes)
		}
	}
	return s.write(ctx, changes)
}

// Tell records what a run says is owed about the subjects of the cases that have not ended, where that differs from what is
// known. Of what owed lacks nothing is owed any more.
func (s *Store) Tell(ctx context.Context, asOf civil.Date, run uint64, owed map[string]*casefile.Owed) error {
	s.appending.Lock()
	defer s.appending.Unlock()
	return again(func() error { return s.tell(ctx, asOf, run, owed) })
}

func (s *Store) tell(ctx context.Context, asOf civil.Date, run uint64, owed map[string]*casefile.Owed) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	changes := map[string]*change{}
	for _, id := range s.open() {
		known := s.state(id)
		now := owed[id]
		if now == nil {
			now = &casefile.Owed{AsOf: asOf, Run: run}
			if known.owed != nil {
				now.Employer, now.EmployerName = known.owed.Employer, known.owed.EmployerName
			}
		}
		if known.owed == nil && now.Nothing() && now.Employer == "" || known.owed != nil && !tells(*known.owed, *now) {
			continue
		}
		c := &change{after: known.clone()}
		if err := c.add(s, id, casefile.OwedTold, now); err != nil {
			return err
		}
		changes[id] = c
		if len(changes) == perInsert {
			if err := s.write(ctx, changes); err != nil {
				return err
			}
			clear(changes)
		}
	}
	return s.write(ctx, changes)
}

// TellPaid records what pay slips say was paid since the orders of cases, where that differs from what is known.
func (s *Store) TellPaid(ctx context.Context, paid map[string]*casefile.PaidByRecords) error {
	s.appending.Lock()
	defer s.appending.Unlock()
	return again(func() error {
		if err := s.settle(ctx); err != nil {
			return err
		}
		changes := map[string]*change{}
		for _, id := range slices.Sorted(maps.Keys(paid)) {
			known, now := s.state(id), paid[id]
			if known == nil || known.work.order.GetSeq() != now.OrderSeq {
				continue
			}
			was := known.work.order.Told
			if was == nil && now.AmountFen == 0 || was != nil && (cmp.Or(cmp.Compare(was.AsOf, now.AsOf), cmp.Compare(was.Run, now.Run)) >= 0 || was.Workers == now.Workers && was.AmountFen == now.AmountFen) {
				continue
			}
			c := &change{after: known.clone()}
			if err := c.add(s, id, casefile.PaidTold, now); err != nil {
				return err
			}
			changes[id] = c
			if len(changes) == perInsert {
				if err := s.write(ctx, changes); err != nil {
					return err
				}
				clear(changes)
			}
		}
		return s.write(ctx, changes)
	})
}

// tells reports whether a later run says anything else.
func tells(known, now casefile.Owed) bool {
	if cmp.Or(cmp.Compare(known.AsOf, now.AsOf), cmp.Compare(known.Run, now.Run)) >= 0 {
		return false
	}
	now.AsOf, now.Run = known.AsOf, known.Run
	return !reflect.DeepEqual(known, now)
}

// open are the ids of the cases that have not ended, in order.
func (s *Store) open() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var ids []string
	for id, one := range s.states {
		if !one.work.stage.Ended() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (f figuresData) with(asOf civil.Date, run uint64) figuresData {
	f.AsOf, f.Run = asOf, run
	return f
}
