// Package leads keeps the leads that are taken in here (欠薪线索): by a worker's phone, at a window, by a hotline. The append-only
// event log (alerts/eventlog, table lead_events) is the truth; a step that is not allowed is refused with the rule it breaks.
//
// Each event becomes an ordinary record of wage.complaints: source anxin, the lead's id, the number of the event as version. The
// order is log, then broker, then answer. What the log has is sent until the broker confirms it (Resend), also by another process
// and after a crash; until then whoever entered it is told so (leadfile.ErrNotSent), and entering it again changes nothing. So a
// lead is never lost, never counted twice, and nobody is told that it is on its way before it is.
//
//	judge.go  what somebody may do, when
//	fold.go   events → lead, and its deadlines
//	store.go  the log and what it adds up to
//	send.go   lead → record → broker
//	voice.go  answers to the monthly question → record → broker; and the codes of sites
//	vault.go  what is sealed: words, contact, receipt codes
//	terms.go  the periods
package leads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/domain/uscc"
)

// Dependencies of the store.
type Dependencies struct {
	Conn     driver.Conn
	Calendar *calendar.Calendar
	Terms    TermsOf // nil: DefaultTerms
	Vault    Vault   // nil: no lead is taken in, nothing is opened
	Sender   Sender  // nil: what is entered stays unsent
	// Person finds who is registered and not disabled; nil: nobody is looked up.
	Person     func(id string) (access.Person, bool)
	Logger     *slog.Logger
	Clock      func() time.Time
	Registerer prometheus.Registerer // nil for no metrics
	// Patience is how long a request waits for the broker; 0: ten seconds.
	Patience time.Duration
}

// Store holds the leads. Its methods are safe for concurrent use.
type Store struct {
	conn     driver.Conn
	calendar *calendar.Calendar
	terms    TermsOf
	vault    Vault
	sender   Sender
	person   func(id string) (access.Person, bool)
	clock    func() time.Time
	patience time.Duration
	metrics  *metrics

	appending sync.Mutex // makes appends one at a time
	log       *eventlog.Log
	settled   time.Time // when settle last began, by the machine's clock; under appending

	mu       sync.RWMutex // guards what follows
	states   map[string]*state
	receipts map[string]string   // keyed hash of a receipt code → id
	repeats  map[string][]string // id → the leads merged into it
}

// Open reads the log.
func Open(ctx context.Context, d Dependencies) (*Store, error) {
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Terms == nil {
		d.Terms = DefaultTerms
	}
	if d.Patience == 0 {
		d.Patience = 10 * time.Second
	}
	s := &Store{
		conn: d.Conn, calendar: d.Calendar, terms: d.Terms, vault: d.Vault, sender: d.Sender, person: d.Person, clock: d.Clock, patience: d.Patience,
		states: map[string]*state{}, receipts: map[string]string{}, repeats: map[string][]string{},
	}
	s.metrics = newMetrics(d.Registerer, s)
	s.log = eventlog.New(d.Conn, eventlog.Table{Name: "lead_events", ID: "lead_id"}, d.Logger, 0, s.metrics.log)
	if err := s.Current(ctx); err != nil {
		return nil, err
	}
	return s, s.lookUp(ctx)
}

func (s *Store) today() civil.Date { return civil.DateOf(s.clock()) }

func (s *Store) state(id string) *state {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.states[id]
}

func (s *Store) view(one *state) leadfile.Lead {
	l := one.view(s.calendar, s.terms, s.clock())
	s.mu.RLock()
	defer s.mu.RUnlock()
	l.Repeats = s.repeats[l.ID]
	return l
}

// settle takes in what the log has beyond memory. Called with appending held.
func (s *Store) settle(ctx context.Context) error {
	s.settled = time.Now()
	states := map[string]*state{}
	err := s.log.Follow(ctx, func(e eventlog.Event) error {
		if states[e.ID] == nil {
			if states[e.ID] = new(state); s.state(e.ID) != nil {
				states[e.ID] = s.state(e.ID).clone()
			}
		}
		return states[e.ID].apply(e)
	})
	if err != nil {
		return err
	}
	s.keep(states)
	return nil
}

// keep takes states into memory, and notes which leads repeat which.
func (s *Store) keep(states map[string]*state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, one := range states {
		if old := s.states[id]; old != nil {
			one.sent, one.failed = max(one.sent, old.sent), false
			s.unrepeat(old.lead.MergedInto, id)
		}
		s.states[id], s.receipts[one.receipt] = one, id
		if into := one.lead.MergedInto; into != "" {
			s.repeats[into] = append(slices.Clone(s.repeats[into]), id) // views share what was there
		}
	}
}

func (s *Store) unrepeat(into, id string) {
	s.repeats[into] = slices.DeleteFunc(slices.Clone(s.repeats[into]), func(r string) bool { return r == id })
	if len(s.repeats[into]) == 0 {
		delete(s.repeats, into)
	}
}

// confirm notes that the broker, or the store, has a version.
func (s *Store) confirm(id string, version uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.states[id]; known != nil && known.sent < version {
		next := known.clone()
		next.sent = version
		next.failed = next.failed && version < next.lead.Seq
		s.states[id] = next
	}
}

// fail notes that the broker did not confirm the last version.
func (s *Store) fail(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.states[id].clone()
	next.failed = true
	s.states[id] = next
}

// unsent are the leads whose last version the broker has not confirmed, as far as this process knows, with the time of their last
// event.
func (s *Store) unsent() map[string]time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := map[string]time.Time{}
	for id, one := range s.states {
		if one.sent < one.lead.Seq {
			all[id] = one.lead.UpdatedAt
		}
	}
	return all
}

// Current takes in what other processes have written before this call. Those who ask at the same time share one look at the log.
func (s *Store) Current(ctx context.Context) error {
	asked := time.Now()
	s.appending.Lock()
	defer s.appending.Unlock()
	if s.settled.After(asked) { // while this one waited
		return nil
	}
	return s.settle(ctx)
}

// attempts bounds how often something is judged and appended again because other processes write at the same time.
const attempts = 20

// append settles, lets decide make the next event of a lead (nil: there is nothing to add), and appends it; again when another
// process was first.
func (s *Store) append(ctx context.Context, decide func() (*eventlog.Event, error)) error {
	s.appending.Lock()
	defer s.appending.Unlock()
	var err error
	for range attempts {
		if err = s.appendOnce(ctx, decide); !errors.Is(err, eventlog.ErrFirst) {
			return err
		}
	}
	return err
}

func (s *Store) appendOnce(ctx context.Context, decide func() (*eventlog.Event, error)) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	e, err := decide()
	if err != nil || e == nil {
		return err
	}
	next := new(state)
	if known := s.state(e.ID); known != nil {
		next = known.clone()
	}
	if err := next.apply(*e); err != nil { // what cannot be read back is never written
		return err
	}
	if err := s.log.Append(ctx, map[string]eventlog.Change{e.ID: {Events: []eventlog.Event{*e}}}); err != nil {
		return err
	}
	s.keep(map[string]*state{e.ID: next})
	return nil
}

// Take takes a lead in; the zero Person is the complainant on a public page. The same form (Once) sent again is the same lead with
// the same receipt code; what was changed in it meanwhile is added. When it returns without error the broker has the record. With
// leadfile.ErrNotSent the lead is in the log and will be sent; any other error means that nothing was taken in, or that it is not
// known: sending the form again is right in every case. What is not allowed is a *casefile.Refusal.
func (s *Store) Take(ctx context.Context, by access.Person, in leadfile.Intake) (leadfile.Taken, error) {
	if s.vault == nil {
		return leadfile.Taken{}, ErrNoKeys
	}
	if r := takeable(&in, by, s.today()); r != nil {
		return leadfile.Taken{}, r
	}
	id, code := identity(s.vault, in.Once)
	err := s.append(ctx, func() (*eventlog.Event, error) {
		if known := s.state(id); known != nil {
			return s.changed(known, by, in)
		}
		d := received{
			Channel: in.Channel, Township: in.Township, ProjectID: in.ProjectID, Employer: in.Employer, Department: in.Department, Since: in.Since,
			Workers: in.Workers, AmountFen: in.AmountFen, Incident: in.Incident, Participants: in.Participants,
			Receipt: receiptTags(s.vault, code)[0], Form: formTag(s.vault, in), sealed: seal(s.vault, id, 1, in.Contact, in.Text),
		}
		e, err := event(id, 1, s.clock(), cmp.Or(by.ID, leadfile.Complainant), leadfile.WasReceived, "", d)
		return &e, err
	})
	if err != nil {
		return leadfile.Taken{}, err
	}
	err = s.send(ctx, id)
	return leadfile.Taken{Lead: s.view(s.state(id)), Receipt: leadfile.SpacedCode(code)}, err
}

// changed is the event by which a form that was sent again, with other words or figures, adds to its lead; nil when nothing is new.
// Once somebody has begun to work on it, nothing is changed by an old form.
func (s *Store) changed(known *state, by access.Person, in leadfile.Intake) (*eventlog.Event, error) {
	l := known.lead
	form := formTag(s.vault, in)
	a := leadfile.Action{Kind: leadfile.Add}
	if l.Workers != in.Workers {
		a.Workers = in.Workers
	}
	if l.AmountFen != in.AmountFen {
		a.AmountFen = in.AmountFen
	}
	if known.form == form || l.Status != leadfile.Received {
		return nil, nil
	}
	seq := l.Seq + 1
	d := stepData{Action: a, ByName: by.Name, Form: form, sealed: seal(s.vault, l.ID, seq, in.Contact, in.Text)}
	e, err := event(l.ID, seq, s.clock(), cmp.Or(by.ID, leadfile.Complainant), leadfile.WasAdded, "", d)
	return &e, err
}

// Act takes a step, by somebody who has seen the lead's events up to seq. Of two persons who act at once, one wins and the other
// gets casefile.ErrConflict; a step that is not allowed is a *casefile.Refusal. The same step (Once) sent again changes nothing.
// When it returns nil the broker has the record; with leadfile.ErrNotSent the step is in the log and will be sent.
func (s *Store) Act(ctx context.Context, by access.Person, id string, seq uint32, a leadfile.Action) (leadfile.Lead, error) {
	if by.ID == "" || by.ID == casefile.System || by.ID == leadfile.Complainant {
		return leadfile.Lead{}, casefile.Refuse("nobody", byDesign, "操作须由具名人员进行", "an action needs a named person")
	}
	return s.act(ctx, by, id, &seq, a)
}

// Say takes a step of the complainant, who is known by the receipt code. Unlike Act it goes by the lead as it is.
func (s *Store) Say(ctx context.Context, code string, a leadfile.Action) (leadfile.Lead, error) {
	id, err := s.find(ctx, code)
	if err != nil {
		return leadfile.Lead{}, err
	}
	return s.act(ctx, access.Person{}, id, nil, a)
}

func (s *Store) act(ctx context.Context, by access.Person, id string, seq *uint32, a leadfile.Action) (leadfile.Lead, error) {
	err := s.append(ctx, func() (*eventlog.Event, error) {
		known := s.state(id)
		switch {
		case known == nil:
			return nil, leadfile.NotFound(id)
		case a.Once != "" && a.Once == known.once:
			return nil, nil // the same form
		case seq != nil && *seq != known.lead.Seq:
			return nil, fmt.Errorf("lead %s is at event %d, you have seen %d: %w", id, known.lead.Seq, *seq, casefile.ErrConflict)
		}
		if err := Judge(s.view(known), by, a, s.today()); err != nil {
			return nil, err
		}
		if err := s.other(known.lead, by, a); err != nil {
			return nil, err
		}
		if (a.Contact != "" || a.Text != "") && s.vault == nil {
			return nil, ErrNoKeys
		}
		next := known.lead.Seq + 1
		d := stepData{Action: a, ByName: by.Name}
		if a.Contact != "" || a.Text != "" {
			d.sealed = seal(s.vault, id, next, a.Contact, a.Text)
		}
		why := a.Reason
		d.Reason = "" // it stands in the event
		if by.ID == "" && why != "" {
			// A complainant's words are sealed, whatever field they came in.
			if s.vault == nil {
				return nil, ErrNoKeys
			}
			d.sealed, why = seal(s.vault, id, next, a.Contact, why), ""
		}
		e, err := event(id, next, s.clock(), cmp.Or(by.ID, leadfile.Complainant), steps[a.Kind].event, why, d)
		return &e, err
	})
	if err != nil {
		return leadfile.Lead{}, err
	}
	err = s.send(ctx, id)
	return s.view(s.state(id)), err
}

// other judges what a step says about something else than its lead: the lead it is merged into, the person it is assigned to.
func (s *Store) other(l leadfile.Lead, by access.Person, a leadfile.Action) error {
	switch a.Kind {
	case leadfile.Merge:
		target := s.state(a.Into)
		switch {
		case target == nil || !Sees(by, target.lead):
			return casefile.Refuse("no_such_lead", byDesign, "没有这条线索", "there is no such lead")
		case target.lead.MergedInto != "":
			return casefile.Refuse("merged", byDesign, "该线索本身已并入"+target.lead.MergedInto, "that lead was itself merged into "+target.lead.MergedInto)
		case len(s.view(s.state(l.ID)).Repeats) > 0:
			return casefile.Refuse("has_repeats", byDesign, "已有线索并入本线索，请把目标线索并入本线索", "other leads were merged into this one: merge that one into this instead")
		case !sameSubject(l, target.lead):
			return casefile.Refuse("other_subject", byDesign, "两条线索反映的不是同一项目或者用人单位", "the two leads are not about the same project or employer")
		}
	case leadfile.Assign:
		if s.person == nil {
			return nil
		}
		if to, ok := s.person(a.Assignee); !ok || mayAct(l, to, leadfile.Action{Kind: leadfile.Accept}, steps[leadfile.Accept]) != nil {
			return casefile.Refuse("assignee", byDesign, "承办人须是登记在册、可以办理本线索的人员", "the person in charge must be registered, and one who may work on this lead")
		}
	}
	return nil
}

func sameSubject(a, b leadfile.Lead) bool {
	switch {
	case a.ProjectID != "" && b.ProjectID != "":
		return a.ProjectID == b.ProjectID
	case a.Employer != "" && b.Employer != "":
		return a.Employer == b.Employer
	}
	return a.ProjectID == "" && b.ProjectID == "" && a.Employer == "" && b.Employer == "" && a.Township == b.Township
}

func (s *Store) send(ctx context.Context, id string) error {
	if s.sender == nil {
		return leadfile.ErrNotSent
	}
	if known := s.state(id); known.sent >= known.lead.Seq {
		return nil
	}
	return s.deliver(ctx, id)
}

// find returns the lead of a receipt code; casefile.ErrNotFound for a code that stands for none.
func (s *Store) find(ctx context.Context, typed string) (string, error) {
	code, ok := leadfile.PlainCode(typed, leadfile.ReceiptLength)
	if !ok || s.vault == nil {
		return "", leadfile.NotFound("of this receipt code")
	}
	tags := receiptTags(s.vault, code)
	look := func() string {
		s.mu.RLock()
		defer s.mu.RUnlock()
		for _, tag := range tags {
			if id := s.receipts[tag]; id != "" {
				return id
			}
		}
		return ""
	}
	id := look()
	if id == "" { // another process may have taken it in
		if err := s.Current(ctx); err != nil {
			return "", err
		}
		if id = look(); id == "" {
			return "", leadfile.NotFound("of this receipt code")
		}
	}
	return id, nil
}

// ByReceipt returns the lead of a receipt code, however it was typed; casefile.ErrNotFound for a code that stands for none.
func (s *Store) ByReceipt(ctx context.Context, code string) (leadfile.Lead, error) {
	id, err := s.find(ctx, code)
	if err != nil {
		return leadfile.Lead{}, err
	}
	if err := s.Current(ctx); err != nil {
		return leadfile.Lead{}, err
	}
	return s.view(s.state(id)), nil
}

// Get returns a lead and its events in the order of the log; casefile.ErrNotFound when there is none. What is sealed in them stays
// so (Content).
func (s *Store) Get(ctx context.Context, id string) (leadfile.Lead, []leadfile.Event, error) {
	if err := s.Current(ctx); err != nil {
		return leadfile.Lead{}, nil, err
	}
	known := s.state(id)
	if known == nil {
		return leadfile.Lead{}, nil, leadfile.NotFound(id)
	}
	events := []leadfile.Event{}
	err := s.log.Read(ctx, []string{id}, func(e eventlog.Event) error {
		if e.Seq <= known.lead.Seq { // what was appended meanwhile is not yet in the state
			shown, err := shown(e.Data)
			events = append(events, leadfile.Event{Lead: e.ID, Seq: e.Seq, At: e.At, Actor: e.Actor, Kind: leadfile.Kind(e.Kind), Reason: e.Reason, Data: shown})
			return err
		}
		return nil
	})
	return s.view(known), events, err
}

// List returns the leads that the filter lets through as they are today: the open ones first, by their next deadline, then the
// newest first.
func (s *Store) List(ctx context.Context, f leadfile.Filter) ([]leadfile.Lead, error) {
	if err := s.Current(ctx); err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(s.Known(), func(l leadfile.Lead) bool { return !f.Matches(&l) })
	found = found[min(f.Offset, len(found)):]
	if f.Limit > 0 {
		found = found[:min(f.Limit, len(found))]
	}
	return found, nil
}

// Known are all leads as this process last read them, in the order of lists: it asks nobody, as metrics want it.
func (s *Store) Known() []leadfile.Lead {
	now := s.clock()
	s.mu.RLock()
	all := make([]leadfile.Lead, 0, len(s.states))
	for _, one := range s.states {
		l := one.view(s.calendar, s.terms, now)
		l.Repeats = s.repeats[l.ID]
		all = append(all, l)
	}
	s.mu.RUnlock()
	slices.SortFunc(all, func(a, b leadfile.Lead) int {
		return cmp.Or(compareBool(a.Status.Ended(), b.Status.Ended()), cmp.Compare(nextDue(a), nextDue(b)), b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(a.ID, b.ID))
	})
	return all
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func nextDue(l leadfile.Lead) civil.Date {
	next := civil.Date(1 << 30)
	for _, d := range l.Deadlines {
		switch {
		case d.DoneOn != nil || l.Status.Ended():
		case d.Due == nil:
			return -1 // cannot be counted: somebody must look
		default:
			next = min(next, *d.Due)
		}
	}
	return next
}

// Duplicates are the leads that a lead may repeat: of the same subject, received within the term, about no other first month, and
// not merged themselves; the oldest first. Nothing is merged by itself.
func (s *Store) Duplicates(id string) []leadfile.Lead {
	known := s.state(id)
	if known == nil {
		return nil
	}
	l := known.lead
	return s.Similar(leadfile.Intake{Township: l.Township, ProjectID: l.ProjectID, Employer: l.Employer, Since: l.Since}, l.ReceivedOn, id)
}

// Similar are the leads that one about to be taken in may repeat; but is left out.
func (s *Store) Similar(in leadfile.Intake, on civil.Date, but string) []leadfile.Lead {
	if in.ProjectID == "" && in.Employer == "" {
		return nil
	}
	within := s.terms(in.Township, on).Repeats
	of := leadfile.Lead{ProjectID: in.ProjectID, Employer: in.Employer, Township: in.Township}
	all := slices.DeleteFunc(s.Known(), func(o leadfile.Lead) bool {
		apart := int(o.ReceivedOn - on)
		return o.ID == but || o.MergedInto != "" || o.Status == leadfile.Withdrawn || !sameSubject(of, o) || max(apart, -apart) > within ||
			in.Since != nil && o.Since != nil && *in.Since != *o.Since
	})
	slices.SortFunc(all, func(a, b leadfile.Lead) int {
		return cmp.Or(cmp.Compare(a.ReceivedOn, b.ReceivedOn), a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Allowed is what the package's function of that name says, for pages.
func (s *Store) Allowed(l leadfile.Lead, by access.Person) []leadfile.ActionKind {
	return Allowed(l, by)
}

// Unsent is how many leads wait for the broker's word, as far as this process knows.
func (s *Store) Unsent() int { return len(s.unsent()) }

// channels are those of the record contract.
var channels = []string{"hotline", "national_platform", "online", "petition", "window", "phone", "media", "inspection"}

// takeable completes an intake and checks it.
func takeable(in *leadfile.Intake, by access.Person, today civil.Date) *casefile.Refusal {
	in.Incident = cmp.Or(in.Incident, "none")
	in.Department = cmp.Or(in.Department, casefile.HumanResources)
	invalid := func(zh, en string) *casefile.Refusal { return casefile.Refuse("invalid", byDesign, zh, en) }
	switch {
	case !validOnce(in.Once):
		return casefile.Refuse("form", byDesign, "表单已失效，请重新打开页面填写", "the form has expired: open the page again")
	case by.ID == "" && in.Channel != "online" || !slices.Contains(channels, in.Channel):
		return invalid("请选择线索来源", "channel: choose one")
	case by.ID != "" && !by.Is(takers...):
		return casefile.Refuse("role", firstAsked, "您的岗位不登记线索", "your role takes no leads in")
	case by.ID != "" && !by.Covers(in.Township):
		return casefile.Refuse("territory", firstAsked, "该地不在您的辖区", "the place is not in your territory")
	case len(in.Township) != 9 || !region.Known(in.Township):
		return invalid("请选择项目或者用人单位所在的乡镇、街道", "township: choose where it is")
	case in.ProjectID != "" && !projectID(in.ProjectID) || in.Employer != "" && !uscc.Valid(in.Employer):
		return invalid("没有这个项目或者用人单位", "no such project or employer")
	case !slices.Contains(casefile.Departments, in.Department):
		return invalid("请选择部门", "department: choose one")
	case in.Since != nil && (in.Since.First() > today || in.Since.First() < today-civil.Date(20*366)):
		return invalid("欠薪起始月份不能晚于本月", "since: a month that has begun, not more than twenty years ago")
	case in.Workers < 1:
		return invalid("请填写人数，至少 1 人", "workers: at least 1")
	case in.Workers > mostWorkers || in.AmountFen < 0 || in.AmountFen > mostFen || in.Participants != nil && *in.Participants > mostWorkers:
		return outOfRange()
	case !slices.Contains([]string{"none", "group", "extreme"}, in.Incident):
		return invalid("请选择是否为群体性或者极端事件", "incident: none, group or extreme")
	}
	return words(in.Contact, in.Text)
}

func projectID(id string) bool {
	return len(id) <= 64 && !slices.ContainsFunc([]byte(id), func(c byte) bool {
		return !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '_' || c == ':' || c == '-')
	})
}
