package closures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/closure"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

var (
	inspector  = access.Person{ID: "jian", Name: "监员", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	other      = access.Person{ID: "jia", Name: "甲员", Roles: []access.Role{access.Inspector}, Territory: "3310"}
	elsewhere  = access.Person{ID: "wai", Name: "外员", Roles: []access.Role{access.Inspector, access.Supervisor}, Territory: "330502"}
	townsman   = access.Person{ID: "xiang", Name: "乡员", Roles: []access.Role{access.Inspector, access.Supervisor}, Territory: "331024001"}
	officer    = access.Person{ID: "zhu", Name: "住员", Roles: []access.Role{access.DepartmentOfficer}, Territory: "331024", Department: "housing"}
	supervisor = access.Person{ID: "fu", Name: "负员", Roles: []access.Role{access.Supervisor}, Territory: "331024"}
	both       = access.Person{ID: "shuang", Name: "双员", Roles: []access.Role{access.Inspector, access.Supervisor}, Territory: "331024"}
)

const (
	workerA = "00112233445566778899aabbccddeeff"
	workerB = "ffeeddccbbaa99887766554433221100"
	firm    = "913310240TEQY7L1WP"
)

// broker takes records as ingest would.
type broker struct {
	t       *testing.T
	away    bool
	records []record.Closure
	raw     []string
	keys    []string
}

func (b *broker) Send(_ context.Context, topic, key string, value []byte) error {
	if topic != "closures" {
		b.t.Errorf("sent to %s", topic)
	}
	if b.away {
		return errors.New("no broker answers")
	}
	k, err := record.GenerateKeys(civil.NewDate(2026, 1, 1))
	if err != nil {
		return err
	}
	p, err := record.NewProtector(k)
	if err != nil {
		return err
	}
	d := record.NewDecoder(p, record.Rules{}, func() time.Time { return at })
	c, bad := d.Closure(value)
	if bad != nil {
		b.t.Errorf("ingest would refuse the record: %v", bad)
	}
	b.records, b.raw, b.keys = append(b.records, c), append(b.raw, string(value)), append(b.keys, key)
	return nil
}

var at = time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)

// open is a store over facts of a run: on project P-1, in 331024001, two workers are owed of August and one of September; the firm is
// owed about on P-1, on P-2 elsewhere, and by itself.
func open(t *testing.T) (driver.Conn, func(b *broker) *Store) {
	t.Helper()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	facts := options.Auth.Database // the tables of a snapshot have names of their own
	for _, q := range []string{
		"CREATE TABLE subjects (scope LowCardinality(String), scope_id String, name String, township LowCardinality(String), county LowCardinality(String), sector LowCardinality(String)) ENGINE = MergeTree ORDER BY (scope, scope_id)",
		"CREATE TABLE owed (scope LowCardinality(String), scope_id String, home_scope LowCardinality(String), home_id String, employer_uscc String, worker_key FixedString(16), wage_month Date, kind LowCardinality(String), owed_fen Int64) ENGINE = MergeTree ORDER BY scope_id",
		"INSERT INTO subjects VALUES ('project', 'P-1', '一号工程', '331024001', '331024', 'construction'), ('project', 'P-2', '二号工程', '331002001', '331002', 'construction'), ('employer', '" + firm + "', '甲公司', '331024001', '331024', 'E'), ('employer', 'OWN', '乙公司', '331024001', '331024', 'E')",
		fmt.Sprintf(`INSERT INTO owed VALUES
			('project', 'P-1', 'project', 'P-1', '%[1]s', unhex('%[2]s'), '2026-08-01', 'listed', 500000), ('project', 'P-1', 'project', 'P-1', '%[1]s', unhex('%[3]s'), '2026-08-01', 'listed', 300000),
			('project', 'P-1', 'project', 'P-1', '%[1]s', unhex('%[2]s'), '2026-09-01', 'unlisted', 100000), ('project', 'P-2', 'project', 'P-2', '%[1]s', unhex('%[3]s'), '2026-09-01', 'listed', 70000),
			('employer', 'OWN', 'employer', 'OWN', 'OWN', unhex('%[3]s'), '2026-09-01', 'listed', 9000)`, firm, workerA, workerB),
		"INSERT INTO runs (as_of, run, snapshot) VALUES ('2026-11-19', 7, '" + facts + "')",
		"INSERT INTO workers (source, id, version, recorded_at, worker_key, name_masked, project_id, employer_uscc, entered_on) VALUES ('r', '1', 1, '2026-03-01 00:00:00', unhex('" + workerA + "'), '李*', 'P-1', '" + firm + "', '2026-03-01')",
	} {
		if err := conn.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	return conn, func(b *broker) *Store {
		var sender Sender
		if b != nil {
			sender = b
		}
		s, err := Open(t.Context(), Dependencies{Conn: conn, Sender: sender, Clock: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

var august = civil.NewDate(2026, time.August, 1).Month()

func of(id string, change func(*closure.Proposal)) closure.Proposal {
	p := closure.Proposal{Scope: catalog.Project, ScopeID: id, Month: august, Reason: "paid_otherwise", Note: "现金支付，有签收单"}
	if change != nil {
		change(&p)
	}
	return p
}

func code(err error) string {
	var r *casefile.Refusal
	switch {
	case errors.As(err, &r):
		return r.Code
	case errors.Is(err, casefile.ErrConflict):
		return "conflict"
	case errors.Is(err, closure.NotFound):
		return "not_found"
	case err != nil:
		return err.Error()
	}
	return ""
}

func TestTwoPersonsCloseAndOnlyThenItIsSent(t *testing.T) {
	_, process := open(t)
	b := &broker{t: t}
	s, console := process(b), process(b)
	c, err := s.Propose(t.Context(), inspector, of("P-1", nil))
	if err != nil || c.Stage != closure.Proposed || c.Owed.Workers != 2 || c.Owed.AmountFen != 800_000 || c.Name != "一号工程" || c.Department != "housing" || len(b.raw) != 0 {
		t.Fatalf("proposed %+v, %v; %d records", c, err, len(b.raw))
	}
	for _, tt := range []struct {
		name string
		by   access.Person
		seq  uint32
		a    closure.Action
		code string
	}{
		{"an inspector", inspector, 1, closure.Action{Kind: closure.Approve}, "role"},
		{"a supervisor elsewhere", elsewhere, 1, closure.Action{Kind: closure.Approve}, "territory"},
		{"a township", townsman, 1, closure.Action{Kind: closure.Approve}, "township"},
		{"a department", officer, 1, closure.Action{Kind: closure.Approve}, "role"},
		{"nobody", access.Person{}, 1, closure.Action{Kind: closure.Approve}, "nobody"},
		{"declined without a reason", supervisor, 1, closure.Action{Kind: closure.Decline}, "invalid"},
		{"reopened before it is closed", supervisor, 1, closure.Action{Kind: closure.Reopen, Reason: "x"}, "stage"},
		{"withdrawn by another", other, 1, closure.Action{Kind: closure.Withdraw, Reason: "x"}, "same_person"},
		{"an old sight", supervisor, 0, closure.Action{Kind: closure.Approve}, "conflict"},
		{"something else", supervisor, 1, closure.Action{Kind: "burn", Reason: "x"}, "invalid"},
	} {
		if _, err := console.Act(t.Context(), tt.by, c.ID, tt.seq, tt.a); code(err) != tt.code {
			t.Errorf("%s: %q, want %q", tt.name, code(err), tt.code)
		}
	}
	if c, err = console.Act(t.Context(), supervisor, c.ID, 1, closure.Action{Kind: closure.Approve}); err != nil || c.Stage != closure.Approved || !c.Sent {
		t.Fatalf("approved: %+v, %v", c, err)
	}
	r := b.records[0]
	if len(b.records) != 1 || b.keys[0] != "P-1" || r.ProjectID != "P-1" || r.EmployerUSCC != "" || !r.WageMonth.OK || r.WageMonth.V != august || r.ClosedBy != "监员 (jian)" || r.ApprovedBy != "负员 (fu)" ||
		r.ClosedOn != civil.NewDate(2026, time.November, 20) || r.ReopenedOn.OK || r.Reason != "paid_otherwise" {
		t.Errorf("the record is %s", b.raw[0])
	}
	if _, err := s.Propose(t.Context(), other, of("P-1", func(p *closure.Proposal) { p.WorkerKey = workerA })); code(err) != "closed_already" {
		t.Errorf("closed twice: %v", err)
	}
	if c, err = s.Act(t.Context(), inspector, c.ID, 2, closure.Action{Kind: closure.Reopen, Reason: "签收单系伪造"}); err != nil || c.Stage != closure.Reopened || !c.Sent {
		t.Fatalf("reopened: %+v, %v", c, err)
	}
	if r := b.records[1]; !r.ReopenedOn.OK || r.Version != 3 || r.ClosedOn != civil.NewDate(2026, time.November, 20) {
		t.Errorf("the record is %s", b.raw[1])
	}
	if _, err := s.Propose(t.Context(), other, of("P-1", nil)); err != nil {
		t.Errorf("after it was reopened it can be asked for again: %v", err)
	}
	list, err := console.List(t.Context())
	if err != nil || len(list) != 2 || list[0].Stage != closure.Proposed {
		t.Errorf("the list has %+v, %v", list, err)
	}
}

func TestAProposalIsRefusedByRule(t *testing.T) {
	_, process := open(t)
	s := process(&broker{t: t})
	for _, tt := range []struct {
		name string
		by   access.Person
		p    closure.Proposal
		code string
	}{
		{"a supervisor", supervisor, of("P-1", nil), "role"},
		{"a department", officer, of("P-1", nil), "role"},
		{"a township", townsman, of("P-1", nil), "township"},
		{"elsewhere", elsewhere, of("P-1", nil), "territory"},
		{"no such project", inspector, of("P-9", nil), "not_found"},
		{"a township as subject", inspector, of("331024001", func(p *closure.Proposal) { p.Scope = catalog.Township }), "not_found"},
		{"no month", inspector, of("P-1", func(p *closure.Proposal) { p.Month = 0 }), "invalid"},
		{"a reason nobody knows", inspector, of("P-1", func(p *closure.Proposal) { p.Reason = "tired" }), "invalid"},
		{"no note", inspector, of("P-1", func(p *closure.Proposal) { p.Note = " " }), "invalid"},
		{"a note without end", inspector, of("P-1", func(p *closure.Proposal) { p.Note = strings.Repeat("长", 1001) }), "invalid"},
		{"a worker who is none", inspector, of("P-1", func(p *closure.Proposal) { p.WorkerKey = "王" }), "invalid"},
		{"a month of which nothing is owed", inspector, of("P-1", func(p *closure.Proposal) { p.Month++; p.Month++ }), "nothing_owed"},
		{"a worker to whom nothing is owed", inspector, of("P-1", func(p *closure.Proposal) { p.WorkerKey = strings.Repeat("0", 32) }), "nothing_owed"},
		{"a firm that owes in another county, too", inspector, of(firm, func(p *closure.Proposal) { p.Scope = catalog.Employer }), "elsewhere"},
		{"by somebody of both counties", other, of(firm, func(p *closure.Proposal) { p.Scope = catalog.Employer }), ""},
		{"a firm that owes here alone", inspector, of("OWN", func(p *closure.Proposal) { p.Scope, p.Month = catalog.Employer, august+1 }), ""},
		{"one worker", inspector, of("P-1", func(p *closure.Proposal) { p.WorkerKey = workerA }), ""},
		{"another worker", inspector, of("P-1", func(p *closure.Proposal) { p.WorkerKey = workerB }), ""},
	} {
		if _, err := s.Propose(t.Context(), tt.by, tt.p); code(err) != tt.code {
			t.Errorf("%s: %q, want %q", tt.name, code(err), tt.code)
		}
	}
	mine, err := s.Propose(t.Context(), both, of("P-1", func(p *closure.Proposal) { p.Month++ }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Act(t.Context(), both, mine.ID, 1, closure.Action{Kind: closure.Approve}); code(err) != "same_person" {
		t.Errorf("approved by who proposed it: %v", err)
	}
	subject, err := s.Subject(t.Context(), catalog.Project, "P-1")
	if err != nil || len(subject.Months) != 2 || subject.Months[0].Workers != 2 || subject.Months[1].AmountFen != 100_000 || len(subject.Workers) != 2 || subject.Workers[0].Key != workerA || subject.Workers[0].Masked != "李*" {
		t.Errorf("the subject is %+v, %v", subject, err)
	}
}

// A broker that is away holds nothing up and loses nothing: whoever approved is told, and the same bytes go out when it is back, by
// whichever process; what the store has already is not sent again.
func TestWhatTheBrokerDidNotConfirmIsSentAgain(t *testing.T) {
	conn, process := open(t)
	b := &broker{t: t, away: true}
	s := process(b)
	c, err := s.Propose(t.Context(), inspector, of("P-1", nil))
	if err != nil {
		t.Fatal(err)
	}
	c, err = s.Act(t.Context(), supervisor, c.ID, 1, closure.Action{Kind: closure.Approve})
	if !errors.Is(err, closure.ErrNotSent) || c.Stage != closure.Approved || c.Sent {
		t.Fatalf("without a broker: %+v, %v", c, err)
	}
	at = at.Add(2 * time.Minute)
	defer func() { at = at.Add(-2 * time.Minute) }()
	if err := s.Resend(t.Context()); err == nil {
		t.Error("nothing is said of a broker that is away")
	}
	b.away = false
	later := process(b) // after a crash
	if err := later.Resend(t.Context()); err != nil || len(b.raw) != 1 {
		t.Fatalf("%d records sent, %v", len(b.raw), err)
	}
	if err := later.Resend(t.Context()); err != nil || len(b.raw) != 1 {
		t.Errorf("sent again though it was confirmed: %d, %v", len(b.raw), err)
	}
	var sent struct {
		ID      string
		Version int
	}
	if err := json.Unmarshal([]byte(b.raw[0]), &sent); err != nil || sent.ID != c.ID || sent.Version != 2 {
		t.Errorf("sent %s, %v", b.raw[0], err)
	}
	if err := conn.Exec(t.Context(), "INSERT INTO closures (source, id, version, recorded_at, closed_on) VALUES ('anxin', ?, 2, '2026-11-20 09:30:00', '2026-11-20')", c.ID); err != nil {
		t.Fatal(err)
	}
	third := process(b)
	if err := third.Resend(t.Context()); err != nil || len(b.raw) != 1 {
		t.Errorf("sent again though the store has it: %d, %v", len(b.raw), err)
	}
	if c, err := third.Get(t.Context(), c.ID); err != nil || !c.Sent {
		t.Errorf("what the store has is not told as sent: %+v, %v", c, err)
	}
}
