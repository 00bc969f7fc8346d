package leads

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

var (
	clerk      = access.Person{ID: "shou", Name: "首员", Roles: []access.Role{access.Clerk}, Territory: "331024"}
	inspector  = access.Person{ID: "jian", Name: "监员", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	elsewhere  = access.Person{ID: "wai", Name: "外员", Roles: []access.Role{access.Inspector}, Territory: "330502"}
	officer    = access.Person{ID: "zhu", Name: "住员", Roles: []access.Role{access.DepartmentOfficer}, Territory: "331024", Department: "housing"}
	supervisor = access.Person{ID: "fu", Name: "负员", Roles: []access.Role{access.Supervisor}, Territory: "331024"}
)

// broker is where records go in these tests; tests against a real one are in the console's and in those of internal/app. It checks
// that ingest would take each record.
type broker struct {
	mu      sync.Mutex
	t       *testing.T
	now     func() time.Time
	away    bool
	records []record.Complaint
	raw     []string
	voices  []record.Voice
}

func (b *broker) Send(_ context.Context, topic, key string, value []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return errors.New("no broker answers")
	}
	d := record.NewDecoder(protector(b.t), record.Rules{}, b.now)
	if topic == voices {
		v, bad := d.Voice(value)
		if bad != nil {
			b.t.Errorf("ingest would refuse the record: %v", bad)
		}
		b.voices = append(b.voices, v)
		return nil
	}
	c, bad := d.Complaint(value)
	if bad != nil {
		b.t.Errorf("ingest would refuse the record: %v", bad)
	}
	if key == "" {
		b.t.Error("a record without a key")
	}
	b.records, b.raw = append(b.records, c), append(b.raw, string(value))
	return nil
}

func (b *broker) last() record.Complaint { return b.records[len(b.records)-1] }

var keys = sync.OnceValues(func() (record.Keys, error) { return record.GenerateKeys(civil.NewDate(2026, 1, 1)) })

func protector(t *testing.T) *record.Protector {
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	p, err := record.NewProtector(k)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// desk is a store with a clock that tests move.
type desk struct {
	*Store
	t      *testing.T
	conn   driver.Conn
	broker *broker
	now    time.Time
}

func newDesk(t *testing.T) *desk {
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, conn: conn}
	d.broker = &broker{t: t, now: func() time.Time { return d.now }}
	d.at("2026-03-09")
	d.Store = d.open()
	return d
}

func (d *desk) open() *Store {
	d.t.Helper()
	s, err := Open(d.t.Context(), Dependencies{
		Conn: d.conn, Calendar: calendar.China(), Vault: protector(d.t), Sender: d.broker, Clock: func() time.Time { return d.now },
		Person: func(id string) (access.Person, bool) { return inspector, id == inspector.ID },
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *desk) at(day string) {
	on, err := civil.ParseDate(day)
	if err != nil {
		d.t.Fatal(err)
	}
	d.now = on.Start().Add(10 * time.Hour)
}

func (d *desk) intake() leadfile.Intake {
	return leadfile.Intake{
		Once: NewOnce(), Channel: "online", Township: "331024001", ProjectID: "PRJ-1", Employer: "91331024AT64PJY4LG", Workers: 7, AmountFen: 4_200_000,
		Contact: "13812345678 小周", Text: "六月起没发工资",
	}
}

func (d *desk) take(in leadfile.Intake) leadfile.Taken {
	d.t.Helper()
	taken, err := d.Take(d.t.Context(), access.Person{}, in)
	if err != nil {
		d.t.Fatal(err)
	}
	return taken
}

func (d *desk) act(by access.Person, l leadfile.Lead, a leadfile.Action) leadfile.Lead {
	d.t.Helper()
	after, err := d.Act(d.t.Context(), by, l.ID, l.Seq, a)
	if err != nil {
		d.t.Fatalf("%s by %s: %v", a.Kind, by.ID, err)
	}
	return after
}

func (d *desk) refused(code string, by access.Person, l leadfile.Lead, a leadfile.Action) {
	d.t.Helper()
	var r *casefile.Refusal
	if _, err := d.Act(d.t.Context(), by, l.ID, l.Seq, a); !errors.As(err, &r) || r.Code != code {
		d.t.Errorf("%s by %s: %v, want refusal %s", a.Kind, by.ID, err, code)
	}
}

func (d *desk) events() (n uint64) {
	d.t.Helper()
	if err := d.conn.QueryRow(d.t.Context(), "SELECT count() FROM lead_events").Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

func TestALeadGoesItsWholeWayAndEachStepIsARecord(t *testing.T) {
	d := newDesk(t)
	taken := d.take(d.intake())
	if l := taken.Lead; l.Status != leadfile.Received || !l.Sent || !l.HasContact || !l.HasText || l.Deadlines[0].Due.String() != "2026-03-16" {
		t.Errorf("taken in: %+v", l)
	}
	if r := d.broker.last(); r.Source != "anxin" || r.Version != 1 || r.Workers != 7 || r.AmountFen != 4_200_000 || r.Status != "received" || r.Township != "331024001" {
		t.Errorf("the record is %+v", r)
	}
	l := d.act(clerk, taken.Lead, leadfile.Action{Kind: leadfile.Transfer, Department: casefile.Housing, Reason: "工程建设领域"})
	d.at("2026-03-11")
	d.refused("department", access.Person{ID: "shui", Roles: []access.Role{access.DepartmentOfficer}, Territory: "331024", Department: "water"}, l, leadfile.Action{Kind: leadfile.Accept})
	l = d.act(officer, l, leadfile.Action{Kind: leadfile.Accept})
	l = d.act(officer, l, leadfile.Action{Kind: leadfile.Investigate})
	if due, _ := deadline(l, casefile.ToInvestigate); due.Due == nil || due.State != casefile.Running {
		t.Errorf("the investigation is due %+v", due)
	}
	payBy := civil.NewDate(2026, 3, 20)
	l = d.act(officer, l, leadfile.Action{Kind: leadfile.Order, DocumentNo: "仙人社监令〔2026〕1号", PayBy: &payBy})
	d.refused("not_confirmed", officer, l, leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.Settled, Reason: "公司说付了", Told: "已付"})
	d.refused("not_reported", officer, l, leadfile.Action{Kind: leadfile.AskSettlement})
	l = d.act(officer, l, leadfile.Action{Kind: leadfile.ReportSettlement, AmountFen: 4_200_000, Reason: "公司提交转账凭证"})
	d.refused("not_confirmed", officer, l, leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.Settled, Reason: "公司说付了", Told: "已付"})
	d.act(clerk, l, leadfile.Action{Kind: leadfile.AskSettlement})
	yes := true
	l, err := d.Say(t.Context(), strings.ToLower(taken.Receipt), leadfile.Action{Kind: leadfile.SayPayment, Paid: &yes})
	if err != nil || l.Settlement.State != leadfile.Confirmed {
		t.Fatalf("the worker's word: %v, %+v", err, l.Settlement)
	}
	l = d.act(officer, l, leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.Settled, Reason: "已付清", Told: "工资已付清，本件办结"})
	if r := d.broker.last(); r.Status != "resolved" || r.Conclusion != "settled" || !r.PaidFen.OK || r.PaidFen.V != 4_200_000 || r.AcceptedOn.V.String() != "2026-03-11" || r.Version != uint64(l.Seq) {
		t.Errorf("the last record is %+v", r)
	}
	if l, err = d.Say(t.Context(), taken.Receipt, leadfile.Action{Kind: leadfile.Rate, Stars: 5}); err != nil || *l.Satisfaction != 5 {
		t.Errorf("%v %+v", err, l)
	}
	d.at("2026-04-01")
	if l, err = d.Say(t.Context(), taken.Receipt, leadfile.Action{Kind: leadfile.Reopen, Reason: "又欠了一个月"}); err != nil || l.Status != leadfile.Received || l.AcceptedOn != nil || l.Deadlines[0].DoneOn != nil {
		t.Errorf("reopened: %v %+v", err, l)
	}
	if r := d.broker.last(); r.Status != "received" || r.ReopenedOn.V.String() != "2026-04-01" || r.Conclusion != "" {
		t.Errorf("the record of the reopened lead is %+v", r)
	}
	// Another process, and this one after a restart, add the log up to the same.
	again, _, err := d.open().Get(t.Context(), l.ID)
	l.Sent, again.Sent = false, false // what a restart knows of that it has from the store alone
	if a, b := text(again), text(l); err != nil || a != b {
		t.Errorf("read again: %v\n%s\n%s", err, a, b)
	}
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestTheSameFormSentTwiceIsOneLeadWithTheSameReceipt(t *testing.T) {
	d := newDesk(t)
	in := d.intake()
	first, second := d.take(in), d.take(in)
	if first.Receipt != second.Receipt || first.Lead.ID != second.Lead.ID || d.events() != 1 || len(d.broker.records) != 1 {
		t.Errorf("%s and %s, %d events, %d records", first.Receipt, second.Receipt, d.events(), len(d.broker.records))
	}
	in.Workers, in.Text = 9, "九个人"
	if third := d.take(in); third.Lead.Workers != 9 || third.Lead.Seq != 2 || third.Receipt != first.Receipt {
		t.Errorf("what was changed in the form: %+v", third.Lead)
	}
	d.take(in)
	if d.events() != 2 {
		t.Errorf("%d events", d.events())
	}
	var wait sync.WaitGroup
	in = d.intake()
	for range 8 {
		wait.Go(func() {
			if _, err := d.Take(t.Context(), access.Person{}, in); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if d.events() != 3 {
		t.Errorf("eight hurried sendings are %d events", d.events()-2)
	}
	yes := true
	once := NewOnce()
	for range 2 {
		if _, err := d.Say(t.Context(), first.Receipt, leadfile.Action{Kind: leadfile.SayPayment, Paid: &yes, Once: once}); err != nil {
			t.Error(err)
		}
	}
	if d.events() != 4 {
		t.Errorf("a step sent twice is %d events", d.events()-3)
	}
}

func TestWithoutTheBrokerNothingIsSaidToBeSentAndNothingIsLost(t *testing.T) {
	d := newDesk(t)
	d.broker.away = true
	in := d.intake()
	taken, err := d.Take(t.Context(), access.Person{}, in)
	if !errors.Is(err, leadfile.ErrNotSent) || taken.Lead.Sent {
		t.Fatalf("taken in without a broker: %v %+v", err, taken.Lead)
	}
	if strings.Contains(err.Error(), "小周") || strings.Contains(err.Error(), taken.Receipt) {
		t.Errorf("the error tells too much: %v", err)
	}
	d.broker.away = false
	if again := d.take(in); again.Lead.ID != taken.Lead.ID || !again.Lead.Sent || d.events() != 1 || len(d.broker.records) != 1 {
		t.Errorf("sent again: %+v, %d events, %d records", again.Lead, d.events(), len(d.broker.records))
	}
	// Nobody presses the button again: it is sent by itself, by whichever process.
	d.broker.away = true
	lost, err := d.Take(t.Context(), access.Person{}, d.intake())
	if !errors.Is(err, leadfile.ErrNotSent) {
		t.Fatal(err)
	}
	d.broker.away = false
	other := d.open()
	if err := other.Resend(t.Context()); err != nil || len(d.broker.records) != 1 {
		t.Errorf("sent while the first process may still be at it: %v, %d records", err, len(d.broker.records))
	}
	d.now = d.now.Add(2 * time.Minute)
	// the store has the first lead
	if err := d.conn.Exec(t.Context(), "INSERT INTO complaints (source, id, version, recorded_at) VALUES ('anxin', '"+taken.Lead.ID+"', 1, now())"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := other.Resend(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.broker.records) != 2 || d.broker.last().ID != lost.Lead.ID {
		t.Errorf("%d records, the last %+v", len(d.broker.records), d.broker.last())
	}
	if got, _, err := other.Get(t.Context(), lost.Lead.ID); err != nil || !got.Sent || other.Unsent() != 0 {
		t.Errorf("%v %+v", err, got)
	}
}

func TestASettlementWaitsForTheWorkerOrForTheTermToPass(t *testing.T) {
	d := newDesk(t)
	taken := d.take(d.intake())
	l := d.act(inspector, taken.Lead, leadfile.Action{Kind: leadfile.Accept})
	l = d.act(inspector, l, leadfile.Action{Kind: leadfile.ReportSettlement, AmountFen: 100, Reason: "公司说已付"})
	l = d.act(inspector, l, leadfile.Action{Kind: leadfile.AskSettlement})
	settle := leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.Settled, Reason: "询问无答复", Told: "已办结"}
	for _, day := range []string{"2026-03-10", "2026-03-11", "2026-03-12"} { // the third working day is the last to answer
		d.at(day)
		d.refused("not_confirmed", inspector, l, settle)
	}
	no := false
	said, err := d.Say(t.Context(), taken.Receipt, leadfile.Action{Kind: leadfile.SayPayment, Paid: &no})
	if err != nil || said.Settlement.State != leadfile.Denied {
		t.Fatalf("%v %+v", err, said.Settlement)
	}
	d.at("2026-03-25")
	d.refused("not_confirmed", inspector, said, settle)
	d.act(inspector, said, leadfile.Action{Kind: leadfile.AskSettlement})
	d.at("2026-03-31")
	if l, _, err = d.Get(t.Context(), l.ID); err != nil || l.Settlement.State != leadfile.Unanswered {
		t.Fatalf("%v %+v", err, l.Settlement)
	}
	if l = d.act(inspector, l, settle); l.Paid == nil || *l.Paid {
		t.Errorf("silence was taken for the worker's word: %+v", l)
	}
}

func TestDuplicatesAreProposedAndMergedByAPerson(t *testing.T) {
	d := newDesk(t)
	first := d.take(d.intake())
	d.at("2026-03-20")
	second := d.take(d.intake())
	in := d.intake()
	in.ProjectID = "PRJ-2"
	other := d.take(in)
	in = d.intake()
	july := civil.NewDate(2025, 7, 1).Month()
	in.Since = &july
	third := d.take(in)
	if all := d.Duplicates(second.Lead.ID); len(all) != 2 || all[0].ID != first.Lead.ID {
		t.Errorf("proposed for the second: %+v", all)
	}
	d.at("2026-04-09")
	late := d.take(d.intake())
	for _, l := range d.Duplicates(late.Lead.ID) {
		if l.ID == first.Lead.ID {
			t.Error("31 days lie between them")
		}
	}
	d.refused("other_subject", clerk, other.Lead, leadfile.Action{Kind: leadfile.Merge, Into: first.Lead.ID, Told: "并案"})
	d.refused("same_lead", clerk, first.Lead, leadfile.Action{Kind: leadfile.Merge, Into: first.Lead.ID, Told: "并案"})
	d.refused("no_such_lead", clerk, first.Lead, leadfile.Action{Kind: leadfile.Merge, Into: "LEAD-X", Told: "并案"})
	merged := d.act(clerk, second.Lead, leadfile.Action{Kind: leadfile.Merge, Into: first.Lead.ID, Told: "与先前线索合并办理"})
	if r := d.broker.last(); r.MergedInto != first.Lead.ID || r.Conclusion != "duplicate" || r.Status != "rejected" {
		t.Errorf("the record is %+v", r)
	}
	d.refused("merged", clerk, third.Lead, leadfile.Action{Kind: leadfile.Merge, Into: merged.ID, Told: "并案"})
	d.refused("has_repeats", clerk, first.Lead, leadfile.Action{Kind: leadfile.Merge, Into: third.Lead.ID, Told: "并案"})
	for _, s := range []*Store{d.Store, d.open()} {
		if l, _, err := s.Get(t.Context(), first.Lead.ID); err != nil || len(l.Repeats) != 1 || l.Repeats[0] != second.Lead.ID {
			t.Errorf("%v, repeated by %v", err, l.Repeats)
		}
	}
	if l, err := d.Say(t.Context(), second.Receipt, leadfile.Action{Kind: leadfile.Reopen, Reason: "不是一回事"}); err != nil || l.MergedInto != "" {
		t.Errorf("%v %+v", err, l)
	}
	if l, _, err := d.Get(t.Context(), first.Lead.ID); err != nil || len(l.Repeats) != 0 {
		t.Errorf("%v, still repeated by %v", err, l.Repeats)
	}
}

func TestEachStepIsForWhoMayTakeIt(t *testing.T) {
	d := newDesk(t)
	l := d.take(d.intake()).Lead
	d.refused("territory", elsewhere, l, leadfile.Action{Kind: leadfile.Accept})
	d.refused("role", clerk, l, leadfile.Action{Kind: leadfile.Accept})
	d.refused("role", clerk, l, leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.OutOfScope, Reason: "x", Told: "y"})
	d.refused("nobody", access.Person{}, l, leadfile.Action{Kind: leadfile.Accept})
	d.refused("stage", inspector, l, leadfile.Action{Kind: leadfile.Investigate})
	d.refused("stage", inspector, l, leadfile.Action{Kind: leadfile.Rate, Stars: 3})
	d.refused("not_accepted", inspector, l, leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.Untrue, Reason: "没有欠薪", Told: "不属实"})
	d.refused("invalid", inspector, l, leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.Duplicate, Reason: "x", Told: "y"})
	d.refused("invalid", inspector, l, leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.OutOfScope, Reason: "x"})
	l = d.act(inspector, l, leadfile.Action{Kind: leadfile.Accept})
	d.refused("assignee", inspector, l, leadfile.Action{Kind: leadfile.Assign, Assignee: "nobody"})
	l = d.act(inspector, l, leadfile.Action{Kind: leadfile.Investigate})
	d.refused("role", inspector, l, leadfile.Action{Kind: leadfile.Extend, Reason: "情况复杂"})
	sixty, _ := deadline(l, casefile.ToInvestigate)
	l = d.act(supervisor, l, leadfile.Action{Kind: leadfile.Extend, Reason: "情况复杂"})
	ninety, _ := deadline(l, casefile.ToInvestigate)
	if n, err := calendar.China().WorkdaysBetween(*sixty.Due, *ninety.Due); err != nil || n != 30 {
		t.Errorf("the extension is %d working days (%v)", n, err)
	}
	d.refused("extended_already", supervisor, l, leadfile.Action{Kind: leadfile.Extend, Reason: "再延"})
	if _, err := d.Act(t.Context(), inspector, l.ID, l.Seq-1, leadfile.Action{Kind: leadfile.Comment, Reason: "旧页面"}); !errors.Is(err, casefile.ErrConflict) {
		t.Errorf("from an old page: %v", err)
	}
	if _, err := d.Say(t.Context(), "0000-0000-0000", leadfile.Action{Kind: leadfile.Rate, Stars: 5}); !errors.Is(err, casefile.ErrNotFound) {
		t.Errorf("with a code that is none: %v", err)
	}
	var r *casefile.Refusal
	code := d.take(d.intake()).Receipt
	if _, err := d.Say(t.Context(), code, leadfile.Action{Kind: leadfile.Accept}); !errors.As(err, &r) || r.Code != "nobody" {
		t.Errorf("a complainant accepts: %v", err)
	}
}

func TestBadIntakesAreRefusedAndNothingIsWritten(t *testing.T) {
	d := newDesk(t)
	for name, change := range map[string]func(*leadfile.Intake){
		"no token":                 func(in *leadfile.Intake) { in.Once = "" },
		"a token of somebody's":    func(in *leadfile.Intake) { in.Once = "00" },
		"another channel":          func(in *leadfile.Intake) { in.Channel = "hotline" },
		"no place":                 func(in *leadfile.Intake) { in.Township = "" },
		"a county":                 func(in *leadfile.Intake) { in.Township = "331024" },
		"a place that is none":     func(in *leadfile.Intake) { in.Township = "999999999" },
		"a credit code that lies":  func(in *leadfile.Intake) { in.Employer = "91331024AT64PJY4L0" },
		"markup for a project":     func(in *leadfile.Intake) { in.ProjectID = "<b>" },
		"nobody":                   func(in *leadfile.Intake) { in.Workers = 0 },
		"a whole city":             func(in *leadfile.Intake) { in.Workers = 1_000_000 },
		"less than nothing":        func(in *leadfile.Intake) { in.AmountFen = -1 },
		"a month to come":          func(in *leadfile.Intake) { m := civil.NewDate(2027, 1, 1).Month(); in.Since = &m },
		"a book":                   func(in *leadfile.Intake) { in.Text = strings.Repeat("欠", 1001) },
		"control characters":       func(in *leadfile.Intake) { in.Text = "a\x00b" },
		"text that turns around":   func(in *leadfile.Intake) { in.Text = "abc\u202edef" },
		"no UTF-8":                 func(in *leadfile.Intake) { in.Contact = "\xff" },
		"a department there isn't": func(in *leadfile.Intake) { in.Department = "moon" },
	} {
		in := d.intake()
		change(&in)
		var r *casefile.Refusal
		if _, err := d.Take(t.Context(), access.Person{}, in); !errors.As(err, &r) {
			t.Errorf("%s: %v", name, err)
		}
	}
	in := d.intake()
	in.Channel = "window"
	var r *casefile.Refusal
	if _, err := d.Take(t.Context(), elsewhere, in); !errors.As(err, &r) || r.Code != "territory" {
		t.Errorf("from another county: %v", err)
	}
	if d.events() != 0 || len(d.broker.records) != 0 {
		t.Errorf("%d events, %d records", d.events(), len(d.broker.records))
	}
	if _, err := d.Take(t.Context(), clerk, in); err != nil {
		t.Errorf("by a clerk at the window: %v", err)
	}
}

func TestWordsAreSealedAndOpenedOnlyBehindRightPurposeAndAudit(t *testing.T) {
	d := newDesk(t)
	taken := d.take(d.intake())
	if _, err := d.Say(t.Context(), taken.Receipt, leadfile.Action{Kind: leadfile.Withdraw, Reason: "老板小郑来电话了"}); err != nil {
		t.Fatal(err)
	}
	rows, err := d.conn.Query(t.Context(), "SELECT concat(lead_id, actor, reason, data) FROM lead_events")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var all string
		if err := rows.Scan(&all); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"13812345678", "小周", "六月起", "小郑", taken.Receipt, strings.ReplaceAll(taken.Receipt, "-", "")} {
			if strings.Contains(all, secret) || strings.Contains(strings.Join(d.broker.raw, ""), secret) {
				t.Errorf("%q stands in the clear", secret)
			}
		}
	}
	_, events, err := d.Get(t.Context(), taken.Lead.ID)
	if err != nil || len(events) != 2 || strings.Contains(text(events), `"receipt"`) {
		t.Errorf("%v %s", err, text(events))
	}
	entries := []string{}
	note := func(purpose string, refused error) error {
		if refused != nil {
			purpose += " refused"
		}
		entries = append(entries, purpose)
		return nil
	}
	if _, err := d.Content(t.Context(), elsewhere, taken.Lead.ID, "回访投诉人", note); !errors.Is(err, ErrForbidden) {
		t.Errorf("for another county: %v", err)
	}
	if _, err := d.Content(t.Context(), inspector, taken.Lead.ID, "  看 ", note); !errors.Is(err, ErrPurpose) {
		t.Errorf("without a purpose: %v", err)
	}
	full := errors.New("the log is full")
	if all, err := d.Content(t.Context(), inspector, taken.Lead.ID, "回访投诉人", func(string, error) error { return full }); !errors.Is(err, full) || all != nil {
		t.Errorf("without an entry in the audit log: %v %v", err, all)
	}
	all, err := d.Content(t.Context(), inspector, taken.Lead.ID, "回访投诉人", note)
	if err != nil || len(all) != 2 || all[0].Contact != "13812345678 小周" || all[0].Text != "六月起没发工资" || all[1].Text != "老板小郑来电话了" {
		t.Errorf("%v %+v", err, all)
	}
	if strings.Join(entries, ";") != "回访投诉人 refused;回访投诉人" {
		t.Errorf("the audit log has %v", entries)
	}
}

func TestAReceiptCodeIsFoundHoweverItIsTypedAndAfterTheKeysAreChanged(t *testing.T) {
	d := newDesk(t)
	code := d.take(d.intake()).Receipt
	if len(code) != 14 || strings.Count(code, "-") != 2 {
		t.Errorf("the code is %q", code)
	}
	wide := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, code)
	for _, typed := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), " " + strings.ReplaceAll(code, "-", " ") + " ", wide,
		strings.ReplaceAll(code, "0", "O"), strings.ReplaceAll(code, "1", "l")} {
		if _, err := d.ByReceipt(t.Context(), typed); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for _, typed := range []string{"", "x", code + "0", code[:13], strings.Repeat("0", 10000), "' OR 1=1 --"} {
		if _, err := d.ByReceipt(t.Context(), typed); !errors.Is(err, casefile.ErrNotFound) {
			t.Errorf("%.20q: %v", typed, err)
		}
	}
	k, _ := keys()
	rotated, err := k.RotateSeal(civil.NewDate(2026, 4, 1))
	if err != nil {
		t.Fatal(err)
	}
	p, err := record.NewProtector(rotated)
	if err != nil {
		t.Fatal(err)
	}
	d.vault = p
	if _, err := d.ByReceipt(t.Context(), code); err != nil {
		t.Errorf("after the keys were changed: %v", err)
	}
}

func TestTwoProcessesTakeLeadsInAndActWithoutForkingTheLog(t *testing.T) {
	d := newDesk(t)
	other := d.open()
	var wait sync.WaitGroup
	for i := range 10 {
		wait.Go(func() {
			if _, err := []*Store{d.Store, other}[i%2].Take(t.Context(), access.Person{}, d.intake()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	taken := d.take(d.intake())
	l, err := other.ByReceipt(t.Context(), taken.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	var won, lost int
	var mu sync.Mutex
	for _, s := range []*Store{d.Store, other} {
		wait.Go(func() {
			_, err := s.Act(t.Context(), inspector, l.ID, l.Seq, leadfile.Action{Kind: leadfile.Accept})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case errors.Is(err, casefile.ErrConflict):
				lost++
			default:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if won != 1 || lost != 1 || d.events() != 12 {
		t.Errorf("%d won, %d lost, %d events", won, lost, d.events())
	}
}

func TestAnAnswerIsOneRecordHoweverOftenItsFormIsSent(t *testing.T) {
	d := newDesk(t)
	a := leadfile.Answer{Once: NewOnce(), ProjectID: "PRJ-1", Month: civil.NewDate(2026, 2, 1).Month(), Answer: "unpaid", Phone: "+86 138-1234-5678"}
	d.broker.away = true
	if err := d.Answer(t.Context(), a); !errors.Is(err, leadfile.ErrNotSent) {
		t.Errorf("without a broker: %v", err)
	}
	d.broker.away = false
	for range 2 {
		if err := d.Answer(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	another := a
	another.Once, another.Phone = NewOnce(), "13812345678"
	if err := d.Answer(t.Context(), another); err != nil {
		t.Fatal(err)
	}
	if v := d.broker.voices; len(v) != 3 || v[0].ID != v[1].ID || v[0].ID == v[2].ID || v[0].WorkerHash.IsZero() || v[0].WorkerHash != v[2].WorkerHash {
		t.Errorf("the records are %+v", v)
	}
	for name, change := range map[string]func(*leadfile.Answer){
		"a month to come": func(a *leadfile.Answer) { a.Month += 2 },
		"long ago":        func(a *leadfile.Answer) { a.Month -= 24 },
		"about nobody":    func(a *leadfile.Answer) { a.ProjectID = "" },
		"another answer":  func(a *leadfile.Answer) { a.Answer = "<script>" },
		"half a number":   func(a *leadfile.Answer) { a.Phone = "1381234" },
		"no token":        func(a *leadfile.Answer) { a.Once = "x" },
	} {
		bad := a
		change(&bad)
		var r *casefile.Refusal
		if err := d.Answer(t.Context(), bad); !errors.As(err, &r) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASiteKeepsItsCodeWhenKeysAreChanged(t *testing.T) {
	d := newDesk(t)
	code := d.SiteCode("project", "PRJ-1")
	if len(code) != 10 || code == d.SiteCode("project", "PRJ-2") || code == d.SiteCode("employer", "PRJ-1") {
		t.Errorf("the code is %q", code)
	}
	k, _ := keys()
	rotated, err := k.RotateSeal(civil.NewDate(2026, 4, 1))
	if err != nil {
		t.Fatal(err)
	}
	if d.vault, err = record.NewProtector(rotated); err != nil || d.SiteCode("project", "PRJ-1") != code {
		t.Errorf("after the keys were changed: %v, %q", err, d.SiteCode("project", "PRJ-1"))
	}
	if typed, ok := leadfile.PlainCode(" "+strings.ToLower(leadfile.SpacedCode(code)), leadfile.SiteCodeLength); !ok || typed != code {
		t.Errorf("typed: %q %v", typed, ok)
	}
	for _, typed := range []string{"", code + "0", "../../etc", "<b>", "ＵＵＵＵＵＵＵＵＵＵ"} {
		if plain, ok := leadfile.PlainCode(typed, leadfile.SiteCodeLength); ok {
			t.Errorf("%q is taken for %q", typed, plain)
		}
	}
}

func TestAClerkSaysWhichProjectALeadIsAbout(t *testing.T) {
	d := newDesk(t)
	in := d.intake()
	in.ProjectID, in.Employer = "", ""
	l := d.take(in).Lead
	d.refused("invalid", clerk, l, leadfile.Action{Kind: leadfile.Identify})
	d.refused("invalid", clerk, l, leadfile.Action{Kind: leadfile.Identify, Employer: "91331024AT64PJY4L0"})
	if l = d.act(clerk, l, leadfile.Action{Kind: leadfile.Identify, ProjectID: "PRJ-9"}); l.ProjectID != "PRJ-9" || d.broker.last().ProjectID != "PRJ-9" {
		t.Errorf("%+v", l)
	}
}
