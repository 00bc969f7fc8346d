package blacklist

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/xuri/excelize/v2"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// desk is a store with a clock that tests move, on a database that is its own snapshot.
type desk struct {
	*Store
	t    *testing.T
	conn driver.Conn
	run  Run
	now  time.Time
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
	d := &desk{t: t, conn: conn, run: Run{AsOf: date(t, "2026-03-08"), Number: 7, Snapshot: options.Auth.Database}}
	d.at("2026-03-09")
	d.open()
	return d
}

func (d *desk) open() {
	var err error
	d.Store, err = Open(d.t.Context(), Dependencies{Conn: d.conn, Calendar: calendar.China(), Clock: func() time.Time { return d.now }})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) at(day string) { d.now = date(d.t, day).Start().Add(10 * time.Hour) }

func (d *desk) exec(query string) {
	d.t.Helper()
	if err := d.conn.Exec(d.t.Context(), query); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
}

// candidate writes what a run would: the warning with its evidence, and the orders it names.
func (d *desk) candidate() {
	d.exec(`INSERT INTO warnings (as_of, run, detector, scope, scope_id, level, name, township, county, evidence) VALUES
		('2026-03-08', 7, 'blacklist-candidate', 'employer', '` + firm + `', 'red', '仙居某某建筑劳务有限公司', '331024001', '331024',
		'{"grounds":["amount_many_workers","incident"],"ordered_workers":12,"ordered_fen":3600000,"oldest_due_on":"2026-03-06","most_owed_fen":400000,"incidents":1,"records":["O-1"]}')`)
	d.exec(`INSERT INTO proceedings (source, id, version, recorded_at, kind, employer_uscc, workers, amount_fen, opened_on, due_on) VALUES
		('court', 'O-1', 1, '2026-02-20 00:00:00', 'rectification_order', '` + firm + `', 12, 3600000, '2026-02-20', '2026-03-06'),
		('court', 'O-2', 1, '2026-02-20 00:00:00', 'mediation', '` + firm + `', 1, 100, '2026-02-20', '2026-03-07')`)
}

// facts are those of the firm as Candidates reads them; nil when it is none.
func (d *desk) facts(issued ...Issued) *casefile.Facts {
	d.t.Helper()
	all, err := Candidates(d.t.Context(), d.conn, d.run, DefaultConditions, issued, firm, d.today())
	if err != nil || len(all) > 1 {
		d.t.Fatal(len(all), err)
	}
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

func (d *desk) propose() casefile.Entry {
	d.t.Helper()
	done, err := d.Propose(d.t.Context(), inspector, firm, d.facts(), proposal())
	if err != nil {
		d.t.Fatal(err)
	}
	return done.Entry
}

func (d *desk) act(e casefile.Entry, by string, kind casefile.EntryActionKind) casefile.Entry {
	d.t.Helper()
	who := inspector
	if by == "supervisor" {
		who = supervisor
	}
	done, err := d.Act(d.t.Context(), who, e.ID, e.Seq, do(kind))
	if err != nil {
		d.t.Fatal(err)
	}
	return done.Entry
}

func TestAnEntryComesFromTheEvidenceAndStaysInTheLog(t *testing.T) {
	d := newDesk(t)
	if f := d.facts(); f != nil {
		t.Fatalf("an employer without warning: %+v", f)
	}
	d.candidate()
	e := d.propose()
	want := casefile.OrderFact{ID: "O-1", Source: "court", Scope: "employer", ScopeID: firm, OpenedOn: date(t, "2026-02-20"), DueOn: date(t, "2026-03-06"), Workers: 12, AmountFen: 3600000}
	if e.ID != firm+"-1" || e.Order != want || len(e.Facts.Orders) != 1 || e.Facts.OrderedFen != 3600000 || e.Facts.Incidents != 1 {
		t.Errorf("the entry %+v", e)
	}
	var r *casefile.Refusal
	if _, err := d.Propose(t.Context(), inspector, firm, &e.Facts, proposal()); !errors.As(err, &r) || r.Code != "under_way" {
		t.Errorf("proposed twice: %v", err)
	}
	stale := e
	e = d.act(e, "inspector", casefile.Notify)
	if _, err := d.Act(t.Context(), inspector, e.ID, stale.Seq, do(casefile.Object)); !errors.Is(err, ErrConflict) {
		t.Errorf("by what was seen before: %v, want ErrConflict", err)
	}
	if _, err := d.Act(t.Context(), inspector, "nobody-1", 1, do(casefile.Object)); !errors.Is(err, ErrNotFound) {
		t.Errorf("an entry that is not there: %v", err)
	}
	d.at("2026-03-17")
	var wg sync.WaitGroup
	results := make([]error, 4)
	for i := range results {
		wg.Go(func() {
			by := supervisor
			by.ID = fmt.Sprint("supervisor-", i)
			_, results[i] = d.Act(t.Context(), by, e.ID, e.Seq, do(casefile.Decide))
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, ErrConflict) {
			t.Errorf("a loser gets %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d decided at once, want 1", won)
	}
	before, events, err := d.Get(t.Context(), e.ID)
	if err != nil || len(events) != 3 || before.Stage != casefile.Decided {
		t.Fatalf("%d events, %s, %v", len(events), before.Stage, err)
	}
	d.open()
	if after, _, _ := d.Get(t.Context(), e.ID); !reflect.DeepEqual(after, before) {
		t.Errorf("after a restart\n%+v\nwant\n%+v", after, before)
	}

	// What was withdrawn disappears from the publication and stays in the log; the employer can be proposed again.
	e = d.act(before, "inspector", casefile.List)
	if n := len(d.Publication().Employers); n != 1 {
		t.Fatalf("%d published", n)
	}
	d.act(e, "supervisor", casefile.Withdraw)
	if n := len(d.Publication().Employers); n != 0 {
		t.Errorf("%d published after the withdrawal", n)
	}
	if again := d.propose(); again.ID != firm+"-2" || len(d.List(Filter{})) != 2 || len(d.List(Filter{Stage: casefile.Withdrawn})) != 1 {
		t.Errorf("proposed again: %+v", again)
	}
}

// What the records say of an employer: every order whose date has passed unmet, each wage once, what was paid deducted,
// with the months and the source of each; orders issued here among them.
func TestTheFactsAreReadFromAllOrdersOnce(t *testing.T) {
	d := newDesk(t)
	d.exec(`INSERT INTO warnings (as_of, run, detector, scope, scope_id, level, name, township, county, evidence) VALUES
		('2026-03-08', 7, 'blacklist-candidate', 'employer', '` + firm + `', 'red', '仙居某某建筑劳务有限公司', '331024001', '331024',
		'{"grounds":["amount_many_workers"],"ordered_workers":130,"ordered_fen":271600000,"most_owed_fen":400000,"monthly_pay_fen":600000,"incidents":0,"records":["O-1","O-2"]}')`)
	d.exec(`INSERT INTO proceedings (source, id, version, recorded_at, kind, employer_uscc, project_id, workers, amount_fen, opened_on, due_on, outcome, paid_fen, wage_from, wage_to) VALUES
		('labor', 'O-1', 1, '2026-02-20 00:00:00', 'rectification_order', '` + firm + `', 'P-1', 65, 135800000, '2025-12-01', '2025-12-15', 'failed', 5800000, NULL, NULL),
		('labor', 'O-2', 1, '2026-02-20 00:00:00', 'rectification_order', '` + firm + `', 'P-1', 65, 135800000, '2026-02-20', '2026-03-06', '', NULL, NULL, NULL),
		('labor', 'O-3', 1, '2026-02-20 00:00:00', 'administrative_decision', '` + firm + `', 'P-2', 7, 2000000, '2026-02-20', '2026-03-07', '', NULL, '2025-11-01', '2025-12-01'),
		('labor', 'O-4', 1, '2026-02-20 00:00:00', 'rectification_order', '` + firm + `', 'P-2', 7, 9000000, '2026-02-20', '2026-03-07', 'withdrawn', NULL, NULL, NULL),
		('labor', 'O-5', 1, '2026-02-20 00:00:00', 'rectification_order', '` + firm + `', 'P-2', 7, 9000000, '2026-02-20', '2026-03-07', 'fulfilled', NULL, NULL, NULL),
		('labor', 'O-6', 1, '2026-02-20 00:00:00', 'rectification_order', '` + firm + `', 'P-2', 7, 9000000, '2026-02-20', '2026-03-08', '', NULL, NULL, NULL),
		('labor', 'O-7', 1, '2026-02-20 00:00:00', 'rectification_order', 'another', 'P-2', 7, 9000000, '2026-02-20', '2026-03-01', '', NULL, NULL, NULL)`)
	f := d.facts()
	if f.OrderedWorkers != 72 || f.OrderedFen != 137_800_000 || f.PaidFen != 5_800_000 || f.UnpaidFen != 132_000_000 || fmt.Sprint(f.Grounds) != "[amount_many_workers amount_one_worker]" {
		t.Errorf("65 and 7 people and their wages, each once: %+v", f)
	}
	var ids []string
	for _, o := range f.Orders {
		ids = append(ids, fmt.Sprintf("%s %s %s", o.Source, o.ID, o.ScopeID))
	}
	if got := strings.Join(ids, ", "); got != "labor O-1 P-1, labor O-2 P-1, labor O-3 P-2" {
		t.Errorf("the orders are %s", got)
	}
	if o := f.Orders[2]; o.WageFrom == nil || o.WageFrom.String() != "2025-11" || o.WageTo.String() != "2025-12" || f.Warning != Detector || f.MonthlyPayFen != 600_000 {
		t.Errorf("the months and the warning: %+v of %+v", o, f)
	}

	// What came since through other matters is paid too: enforcement, and out of different purses.
	d.exec(`INSERT INTO proceedings (source, id, version, recorded_at, kind, employer_uscc, project_id, opened_on, paid_fen, wage_from, wage_to) VALUES
		('court', 'E-1', 1, '2026-03-01 00:00:00', 'enforcement', '` + firm + `', 'P-2', '2026-03-01', 100000, NULL, NULL),
		('court', 'E-2', 1, '2026-03-01 00:00:00', 'enforcement', '` + firm + `', 'P-2', '2026-02-01', 1900000, NULL, NULL),
		('fund', 'D-1', 1, '2026-03-01 00:00:00', 'deposit_draw', '` + firm + `', 'P-2', '2026-03-02', 300000, '2025-12-01', '2025-12-01'),
		('fund', 'D-2', 1, '2026-03-01 00:00:00', 'advance_payment', '` + firm + `', 'P-2', '2026-03-02', 200000, NULL, NULL),
		('fund', 'D-3', 1, '2026-03-01 00:00:00', 'advance_payment', '` + firm + `', 'P-2', '2026-03-02', 700000, '2026-02-01', '2026-02-01'),
		('labor', 'C-1', 1, '2026-03-01 00:00:00', 'additional_compensation', '` + firm + `', 'P-2', '2026-03-02', 900000, NULL, NULL)`)
	if f := d.facts(); f.Orders[2].PaidFen != 500_000 || f.PaidFen != 6_300_000 || f.UnpaidFen != 131_500_000 {
		t.Errorf("with five thousand out of the deposit and advanced: %+v", f)
	}
	d.exec(`ALTER TABLE proceedings DELETE WHERE source IN ('court', 'fund') OR id = 'C-1' SETTINGS mutations_sync = 1`)

	// An order issued here about the same project restates; one about another adds.
	issued := func(project string, workers uint32, fen, paid int64) Issued {
		return Issued{Employer: firm, Name: "仙居某某建筑劳务有限公司", Township: "331024001", OrderFact: casefile.OrderFact{
			ID: "project:" + project + " 监令7号", CaseID: "project:" + project, DocumentNo: "监令7号", Scope: "project", ScopeID: project,
			OpenedOn: date(t, "2026-02-20"), DueOn: date(t, "2026-03-08"), Workers: workers, AmountFen: fen, PaidFen: paid}}
	}
	if f := d.facts(issued("P-1", 65, 130_000_000, 0), issued("P-3", 10, 5_000_000, 1_000_000)); len(f.Orders) != 5 || f.OrderedWorkers != 82 || f.UnpaidFen != 136_000_000 {
		t.Errorf("with two issued here: %+v", f)
	}

	// Without any warning they alone may make a candidate; not where the amount test fails with what was paid deducted.
	d.exec(`ALTER TABLE warnings DELETE WHERE 1 SETTINGS mutations_sync = 1`)
	d.exec(`ALTER TABLE proceedings DELETE WHERE 1 SETTINGS mutations_sync = 1`)
	if f := d.facts(issued("P-1", 12, 3_600_000, 700_000)); f != nil {
		t.Errorf("twenty-nine thousand yuan are still refused: %+v", f)
	}
	f = d.facts(issued("P-1", 12, 3_600_000, 500_000))
	if f == nil || f.Warning != "" || f.Name != "仙居某某建筑劳务有限公司" || f.County != "331024" || f.UnpaidFen != 3_100_000 || fmt.Sprint(f.Grounds) != "[amount_many_workers]" || f.AsOf != d.run.AsOf {
		t.Errorf("by an order issued here alone: %+v", f)
	}
	d.run = Run{}
	if f := d.facts(issued("P-1", 12, 3_600_000, 0)); f == nil || f.AsOf != d.today() {
		t.Errorf("before the first run: %+v", f)
	}
	d.Offered(f)
	if by := f.Orders[0].DecideBy; by == nil || by.Due.String() != "2026-04-03" || by.State != casefile.Running {
		t.Errorf("the last day for a decision: %+v", by)
	}
	done, err := d.Propose(t.Context(), inspector, firm, f, casefile.EntryAction{Persons: proposal().Persons})
	if err != nil || done.Entry.OrderNo != "监令7号" || done.Entry.Order.CaseID != "project:P-1" || done.Entry.Order.DecideBy != nil || done.Entry.Facts.Orders[0].DecideBy != nil {
		t.Errorf("proposed by an order issued here: %+v, %v", done.Entry, err)
	}
}

// Incidents are counted by the leads of the snapshot where no warning tells them.
func TestIncidentsAreThoseOverTheEmployerOrItsOrderedProjects(t *testing.T) {
	d := newDesk(t)
	d.exec(`CREATE VIEW leads AS SELECT * FROM complaints`) // the snapshot's table has these columns, and the newest version of each
	lead := func(id, project, employer, received, incident, status, conclusion string) {
		d.exec(fmt.Sprintf(`INSERT INTO complaints (source, id, version, recorded_at, project_id, employer_uscc, received_on, incident, status, conclusion)
			VALUES ('hotline', '%s', 1, '2026-03-01 00:00:00', '%s', '%s', '%s', '%s', '%s', '%s')`, id, project, employer, received, incident, status, conclusion))
	}
	lead("L-1", "P-1", "", "2026-02-01", "group", "investigating", "")
	lead("L-2", "", firm, "2026-02-02", "extreme", "resolved", "true")
	lead("L-3", "P-1", firm, "2026-02-03", "none", "received", "")
	lead("L-4", "P-1", firm, "2026-02-04", "group", "rejected", "")
	lead("L-5", "P-1", firm, "2026-02-05", "group", "resolved", "untrue")
	lead("L-6", "P-9", "", "2026-02-06", "group", "received", "")
	lead("L-7", "P-1", "", "2025-03-08", "group", "received", "")
	f := d.facts(Issued{Employer: firm, Township: "331024001", OrderFact: casefile.OrderFact{ID: "c 1", Scope: "project", ScopeID: "P-1", DueOn: date(t, "2026-03-06"), Workers: 1, AmountFen: 100}})
	if f == nil || f.Incidents != 2 || fmt.Sprint(f.IncidentIDs) != "[L-1 L-2]" || fmt.Sprint(f.Grounds) != "[incident]" {
		t.Errorf("%+v", f)
	}
}

// A decision states what is still unpaid then; the log keeps the facts of the proposal beside it.
func TestADecisionStatesTheFactsAsTheyStandThen(t *testing.T) {
	d := newDesk(t)
	d.candidate()
	e := d.act(d.propose(), "inspector", casefile.Notify)
	d.exec(`INSERT INTO proceedings (source, id, version, recorded_at, kind, employer_uscc, workers, amount_fen, opened_on, due_on, paid_fen) VALUES
		('court', 'O-9', 1, '2026-03-12 00:00:00', 'rectification_order', '` + firm + `', 12, 3600000, '2026-02-20', '2026-03-06', 1600000)`)
	d.at("2026-03-17")
	d.Store.facts = func(ctx context.Context, employer string) (*casefile.Facts, error) { return d.facts(), nil }
	e = d.act(d.act(e, "supervisor", casefile.Decide), "inspector", casefile.List)
	if e.Facts.UnpaidFen != 3_600_000 || e.AtDecision == nil || e.AtDecision.PaidFen != 1_600_000 || e.AtDecision.UnpaidFen != 2_000_000 {
		t.Errorf("proposed by %+v, decided by %+v", e.Facts, e.AtDecision)
	}
	if p := d.Publication().Employers[0]; p.AmountFen != 2_000_000 || p.Workers != 12 || p.FiguresOn != d.run.AsOf {
		t.Errorf("published: %+v", p)
	}
	d.open()
	if again, _, err := d.Get(t.Context(), e.ID); err != nil || !reflect.DeepEqual(again, e) {
		t.Errorf("read again\n%+v\nwant\n%+v (%v)", again, e, err)
	}
}

func TestListedEmployersAreSeenOnNewProjects(t *testing.T) {
	d := newDesk(t)
	project := func(id, signed, contractor, developer string) {
		d.exec(fmt.Sprintf(`INSERT INTO projects (id, version, recorded_at, name, township, contract_signed_on, contractor_uscc, developer_uscc)
			VALUES ('%s', 1, '2026-03-01 00:00:00', '工程%[1]s', '331024002', '%s', '%s', '%s')`, id, signed, contractor, developer))
	}
	// The base table stands in for the snapshot's, which names the key project_id.
	d.exec("ALTER TABLE projects ADD COLUMN project_id String ALIAS id")
	project("P-old", "2026-03-01", firm, "x")
	project("P-same-day", "2026-03-17", firm, "x")
	project("P-new", "2026-04-01", "y", firm)
	project("P-both", "2026-04-02", firm, firm)
	project("P-other", "2026-04-03", "y", "x")
	sight := func() int {
		t.Helper()
		n, err := d.Sight(t.Context(), d.conn, d.run)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	d.candidate()
	e := d.act(d.propose(), "inspector", casefile.Notify)
	d.at("2026-03-17")
	e = d.act(d.act(e, "supervisor", casefile.Decide), "inspector", casefile.List)
	if n := sight(); n != 2 {
		t.Errorf("%d sightings, want P-new and P-both", n)
	}
	if n := sight(); n != 0 {
		t.Errorf("%d sightings again", n)
	}
	e, events, err := d.Get(t.Context(), e.ID)
	if err != nil || len(e.NewProjects) != 2 || e.NewProjects[0].As != "developer" || e.NewProjects[1].As != "contractor" || events[5].Actor != casefile.System {
		t.Errorf("the entry has %+v (%v)", e.NewProjects, err)
	}
	d.act(e, "supervisor", casefile.Withdraw)
	project("P-later", "2026-05-01", firm, "x")
	if n := sight(); n != 0 {
		t.Errorf("%d sightings of an employer that is not listed any more", n)
	}
}

func TestThePublicationIsSignedAndShowsNoMore(t *testing.T) {
	p := decidedOn(t, "2026-03-06", "2026-03-09", "2026-03-17")
	list := Publish([]casefile.Entry{p.view(), newProcedure(t, "2026-03-06", "2026-03-09").view()}, p.today)
	if len(list.Employers) != 1 {
		t.Fatalf("%+v", list)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	save := func(name, kind string, der []byte, err error) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err == nil {
			err = os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	secret := save("key.pem", "PRIVATE KEY", der, err)
	der, err = x509.MarshalPKIXPublicKey(public)
	open := save("pub.pem", "PUBLIC KEY", der, err)
	key, err := LoadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	check, err := LoadPublicKey(open)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(open); err == nil {
		t.Error("a public key was taken for a private one")
	}

	files, err := list.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	files["read back"] = []byte(workbookText(t, files[WorkbookFile]))
	for _, name := range []string{JSONFile, CSVFile, "read back"} {
		text := string(files[name])
		for _, want := range []string{"仙居某某建筑劳务有限公司", firm, "王**", "欧**", "仙人社〔2026〕9号", "2026-03-17", "2029-03-17", "仙居县人力资源和社会保障局", "逾期未支付"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s:\n%s", name, want, text)
			}
		}
		for _, secret := range []string{"小明", "阳青", "理由", "承诺书", "li", "周正", "township", "331024001,"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %q:\n%s", name, secret, text)
			}
		}
	}
	out := filepath.Join(dir, "out")
	if err := Write(out, files); err != nil {
		t.Fatal(err)
	}
	if m, err := Check(out, check); err != nil || m.Employers != 1 || m.On != date(t, "2026-03-17") || len(m.Files) != 3 {
		t.Errorf("checked: %+v, %v", m, err)
	}
	other, _, _ := ed25519.GenerateKey(rand.Reader)
	if _, err := Check(out, other); err == nil {
		t.Error("another key's signature was accepted")
	}
	for _, name := range []string{JSONFile, CSVFile, WorkbookFile, ManifestFile, SignatureFile} {
		if err := Write(out, files); err != nil {
			t.Fatal(err)
		}
		forged := append([]byte{}, files[name]...)
		forged[len(forged)/2] ^= 1
		if err := os.WriteFile(filepath.Join(out, name), forged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Check(out, check); err == nil {
			t.Errorf("%s was changed, and nobody noticed", name)
		}
	}
}

// workbookText is what stands on the sheets of a workbook.
func workbookText(t *testing.T, content []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var text strings.Builder
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			text.WriteString(strings.Join(row, ",") + "\n")
		}
	}
	return text.String()
}
