package record

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	chcolumn "github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func testTables(t testing.TB) driver.Conn {
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
	return conn
}

func insert(t testing.TB, conn driver.Conn, b Batch) {
	t.Helper()
	to, err := conn.PrepareBatch(context.Background(), "INSERT INTO "+b.Table()+" ("+strings.Join(b.Columns(), ", ")+")")
	if err != nil {
		t.Fatalf("%s: %v", b.Topic(), err)
	}
	defer to.Close()
	if err := b.AppendTo(to); err != nil {
		t.Fatalf("%s: %v", b.Topic(), err)
	}
	if err := to.Send(); err != nil {
		t.Fatalf("%s: %v", b.Topic(), err)
	}
}

// stored reads rows as text, column by column, in the engine's own formatting.
func stored(t testing.TB, conn driver.Conn, b Batch, order string) []string {
	t.Helper()
	var parts []string
	for _, c := range b.Columns() {
		if strings.HasSuffix(c, "_key") || strings.HasSuffix(c, "_hash") || strings.HasSuffix(c, "_sealed") {
			c = "lower(hex(" + c + "))"
		}
		parts = append(parts, "ifNull(toString("+c+"), '-')")
	}
	rows, err := conn.Query(t.Context(), "SELECT ["+strings.Join(parts, ", ")+"] FROM "+b.Table()+" ORDER BY "+order)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var cells []string
		if err := rows.Scan(&cells); err != nil {
			t.Fatal(err)
		}
		for i, c := range b.Columns() {
			cells[i] = c + "=" + cells[i]
		}
		all = append(all, strings.Join(cells, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryColumnOfEveryTableIsFilled(t *testing.T) {
	conn := testTables(t)
	for _, topic := range Topics() {
		rows, err := conn.Query(t.Context(), "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = ? AND default_kind = '' ORDER BY name", NewBatch(topic).Table())
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			want = append(want, name)
		}
		got := slices.Sorted(slices.Values(NewBatch(topic).Columns()))
		if !slices.Equal(got, want) {
			t.Errorf("%s: the batch has\n%v, the table\n%v", topic, got, want)
		}
	}
}

// shortColumn hands over one row less than there are.
type shortColumn struct{ column }

func (c shortColumn) appendTo(to chcolumn.Interface, order []uint32, w *wire) error {
	return c.column.appendTo(to, order[1:], w)
}

func TestABatchWithAColumnTooShortIsNotSent(t *testing.T) {
	conn := testTables(t)
	d := testDecoder(t, sampleNow)
	b := newAttendanceBatch()
	for range 2 {
		if bad := d.Add(b, with(TopicAttendance, nil)); bad != nil {
			t.Fatal(bad)
		}
	}
	for i, whole := range b.cols {
		name, _ := whole.spec()
		b.cols[i] = shortColumn{whole}
		to, err := conn.PrepareBatch(t.Context(), "INSERT INTO attendance ("+strings.Join(b.Columns(), ", ")+")")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.AppendTo(to); err == nil || !strings.Contains(err.Error(), "column "+name) {
			t.Errorf("column %s: got %v; the driver would report success without storing a row: %v", name, err, to.Send())
		}
		_ = to.Close()
		b.cols[i] = whole
	}
}

// throughEngine stores one message and reads it back, leaving the table empty.
func throughEngine(t *testing.T, conn driver.Conn, d *Decoder, b Batch, message []byte) string {
	t.Helper()
	b.Reset()
	if bad := d.Add(b, message); bad != nil {
		t.Fatal(bad)
	}
	insert(t, conn, b)
	got := stored(t, conn, b, "id")
	if len(got) != 1 {
		t.Fatalf("%s: %d rows, want 1", b.Topic(), len(got))
	}
	if err := conn.Exec(t.Context(), "TRUNCATE TABLE "+b.Table()); err != nil {
		t.Fatal(err)
	}
	return got[0]
}

func TestRowsComeBackFromTheEngineAsTheyWereRead(t *testing.T) {
	conn := testTables(t)
	d := testDecoder(t, sampleNow)
	p := testProtector(t)
	person, account := p.PersonKeys("resident", "522601199810192213")[0].Key, p.AccountKeys("ACC-1")[0].Key
	zero := Key{}
	full := map[Topic]string{
		TopicProjects: "source=city id=P-1 version=3 recorded_at=2026-06-21 12:00:00.000 name=一号工程 township=331024102 sector=construction investment=private " +
			"developer_uscc=913310243BFU7CH3JW contractor_uscc=91331024PBRNYTPLXX contractor_name=演示建设 contract_fen=3000000000 contract_signed_on=2026-06-01 " +
			"permit_on=2026-06-10 started_on=2026-07-01 completed_on=2027-07-01 status=building pay_day=15 labor_cost_day=5 labor_cost_fen=10160640 account_key=" + account.String() +
			" account_bank=示范银行 account_opened_on=2026-06-12 account_closed_on=2027-08-01 deposit_form=guarantee deposit_fen=30000050 deposit_lodged_on=2026-06-20 " +
			"deposit_valid_until=2028-01-01 deposit_required_fen=15000000 deposit_covers=['P-2','P-3'] payment_guarantee=true notice_board=false labor_officer=true",
		TopicAttendance: "source=gate id=ATT-1 version=1793215800 recorded_at=2026-10-28 11:30:00.123 key_id=h-test worker_key=" + person.String() +
			" project_id=P-1 employer_uscc=913310240TEQY7L1WP work_date=2026-10-27 check_in=2026-10-27 11:00:00 check_out=2026-10-27 21:30:00 centihours=950 device=G1",
		TopicPayroll: "source=bank id=PAY-1 version=2 recorded_at=2026-08-14 12:00:00.000 key_id=h-test worker_key=" + p.PersonKeys("resident", "342222199310308722")[0].Key.String() +
			" project_id=P-1 employer_uscc=91331024AT64PJY4LG wage_month=2026-07-01 due_on=2026-08-15 gross_fen=760000 deducted_fen=4050 tax_fen=1050 insurance_fen=3000 payable_fen=755950 paid_fen=755950 " +
			"paid_on=2026-08-14 channel=special_account payee_key=" + p.AccountKeys("626382975179352062")[0].Key.String() + " signed=true",
		TopicAccountEntries: "source=bank id=ENT-1 version=1 recorded_at=2026-07-05 02:00:00.000 project_id=P-1 account_key=" + account.String() +
			" booked_at=2026-07-05 02:00:00.000 kind=labor_cost_in reason=七月人工费 amount_fen=10160640 balance_fen=6350400 counterparty_masked=演*",
		TopicComplaints: "source=hotline id=LEAD-1 version=1 recorded_at=2026-10-12 12:00:00.000 channel=hotline township=331024001 project_id=P-1 employer_uscc=91331024RRX31615FG " +
			"workers=3 amount_fen=500000 received_on=2026-10-10 status=resolved status_on=2026-10-12 department=县人社局 resolved_on=2026-10-12 paid_fen=500000 incident=group participants=12 satisfaction=5 " +
			"conclusion=partly_true concluded_by=示范镇劳动监察中队 reopened_on=2026-10-20 accepted_on=2026-10-11 filed_on=2026-10-11 extended_on=2026-10-12 " +
			"suspended_from=2026-10-11 suspended_to=2026-10-12 merged_into=LEAD-0",
		TopicProceedings: "source=inspection id=ORD-1 version=1 recorded_at=2026-09-15 12:00:00.000 kind=rectification_order complaint_id=LEAD-1 township=331024002 project_id=P-1 " +
			"employer_uscc=91331024P80BE5GMBE workers=12 amount_fen=9000000 opened_on=2026-09-01 due_on=2026-09-15 closed_on=2026-09-15 paid_fen=8000000 recovered_fen=2000050 wage_from=2026-06-01 " +
			"wage_to=2026-07-01 outcome=fulfilled",
		TopicSignals: "source=grid id=SIG-1 version=1 recorded_at=2026-05-28 12:00:00.000 employer_uscc=91331024YUN57J464C month=2026-05-01 indicator=electricity_kwh value=100000.25",
		TopicPermits: "source=housing id=PMT-1 version=1 recorded_at=2026-06-11 12:00:00.000 name=一号工程 township=331024102 sector=construction " +
			"developer_uscc=913310243BFU7CH3JW contractor_uscc=91331024PBRNYTPLXX permit_on=2026-06-10 contract_fen=3000000000 project_id=P-1",
		TopicClosures: "source=anxin id=CLS-1 version=1 recorded_at=2026-10-20 12:00:00.000 project_id=P-1 employer_uscc=913310240TEQY7L1WP wage_month=2026-07-01 " +
			"worker_key=00112233445566778899aabbccddeeff reason=paid_otherwise note=经核实已现金支付 closed_by=inspector-1 approved_by=supervisor-1 " +
			"closed_on=2026-10-19 reopened_on=2026-10-25",
		TopicVoices: "source=anxin id=VOI-1 version=1 recorded_at=2026-10-20 12:00:00.000 project_id=P-1 employer_uscc=913310240TEQY7L1WP month=2026-09-01 " +
			"answer=unpaid said_on=2026-10-20 worker_hash=00112233445566778899aabbccddeeff",
	}
	for _, topic := range Topics() {
		b := NewBatch(topic)
		if got := throughEngine(t, conn, d, b, with(topic, nil)); full[topic] != "" && got != full[topic] {
			t.Errorf("%s:\n got %s\nwant %s", topic, got, full[topic])
		}
		none := map[string]any{}
		for _, f := range optional[topic] {
			if !strings.Contains(f, ".") && (topic != TopicClosures && topic != TopicVoices || f != "employer_uscc") { // these name one of the two
				none[f] = nil
			}
		}
		got := throughEngine(t, conn, d, b, with(topic, none))
		for cell := range strings.SplitSeq(got, " ") {
			name, v, _ := strings.Cut(cell, "=")
			if _, left := none[name]; left && v != "-" && v != "" && v != zero.String() {
				t.Errorf("%s without %s: %s is stored", topic, name, cell)
			}
		}
		if topic == TopicAttendance && !strings.Contains(got, " centihours=65535 ") {
			t.Errorf("an attendance without hours: %s", got)
		}
		if nothing := "account_key=" + zero.String() + " account_bank= account_opened_on=- account_closed_on=- deposit_form= deposit_fen=0 deposit_lodged_on=- deposit_valid_until=- deposit_required_fen=- deposit_covers=[] "; topic == TopicProjects && !strings.Contains(got, nothing) {
			t.Errorf("a project without account and deposit: %s", got)
		}
	}
	// The protected tables, whose sealed columns have no fixed text.
	b := NewBatch(TopicWorkers)
	d.Add(b, with(TopicWorkers, nil))
	insert(t, conn, b)
	var name, phone, keyID, sex, province string
	var decade uint16
	var key, accountKey []byte
	if err := conn.QueryRow(t.Context(), "SELECT name_sealed, phone_sealed, key_id, sex, home_province, birth_decade, worker_key, account_key FROM workers WHERE name_masked = '吴*' AND phone_last4 = '3420'").
		Scan(&name, &phone, &keyID, &sex, &province, &decade, &key, &accountKey); err != nil {
		t.Fatal(err)
	}
	n, err1 := p.Open(SealedName, []byte(name))
	f, err2 := p.Open(SealedPhone, []byte(phone))
	if string(n) != "吴娜" || string(f) != "13845733420" || err1 != nil || err2 != nil || Key(key) != person || Key(accountKey) != p.AccountKeys("623933506349220423")[0].Key ||
		fmt.Sprint(keyID, sex, province, decade) != "h-testM521990" {
		t.Errorf("a worker comes back otherwise: %v %v %s %s %s %d", err1, err2, keyID, sex, province, decade)
	}
}

func TestTheSampleComesBackFromTheEngine(t *testing.T) {
	conn := testTables(t)
	d := testDecoder(t, sampleNow)
	orders := map[Topic]string{
		TopicProjects:       "id, version, recorded_at",
		TopicEmployers:      "id, version, recorded_at",
		TopicWorkers:        "project_id, employer_uscc, worker_key, source, id, version, recorded_at",
		TopicAttendance:     "project_id, work_date, worker_key, source, id, version, recorded_at",
		TopicPayroll:        "project_id, employer_uscc, wage_month, worker_key, source, id, version, recorded_at",
		TopicAccountEntries: "project_id, booked_at, source, id, version, recorded_at",
		TopicComplaints:     "source, id, version, recorded_at",
		TopicProceedings:    "source, id, version, recorded_at",
		TopicSignals:        "employer_uscc, indicator, month, source, id, version, recorded_at",
		TopicPermits:        "source, id, version, recorded_at",
		TopicClosures:       "source, id, version, recorded_at",
		TopicVoices:         "source, id, version, recorded_at",
	}
	for _, topic := range Topics() {
		b := NewBatch(topic)
		for _, line := range manyLines(t, topic) {
			d.Add(b, line)
		}
		// What arrives unsorted and sorted is the same, and what is sorted arrives in the order of the table's key.
		insert(t, conn, b)
		unsorted := stored(t, conn, b, orders[topic])
		var key string
		if err := conn.QueryRow(t.Context(), "SELECT sorting_key FROM system.tables WHERE database = currentDatabase() AND name = ?", b.Table()).Scan(&key); err != nil {
			t.Fatal(err)
		}
		if key != orders[topic] {
			t.Errorf("%s is sorted by %s, the batch by %s", topic, key, orders[topic])
		}
		if err := conn.Exec(t.Context(), "TRUNCATE TABLE "+b.Table()); err != nil {
			t.Fatal(err)
		}
		if err := conn.Exec(t.Context(), "CREATE OR REPLACE TABLE arrived AS "+b.Table()+" ENGINE = Memory"); err != nil {
			t.Fatal(err)
		}
		b.Sort()
		to, err := conn.PrepareBatch(t.Context(), "INSERT INTO arrived ("+strings.Join(b.Columns(), ", ")+")")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.AppendTo(to); err != nil {
			t.Fatal(err)
		}
		if err := to.Send(); err != nil {
			t.Fatal(err)
		}
		var inOrder uint8
		if err := conn.QueryRow(t.Context(), "SELECT groupArray(t) = arraySort(groupArray(t)) FROM (SELECT tuple("+key+") AS t FROM arrived) SETTINGS max_threads = 1").Scan(&inOrder); err != nil {
			t.Fatal(err)
		}
		if inOrder != 1 {
			t.Errorf("%s: rows do not arrive in the order of the table's key", topic)
		}
		insert(t, conn, b)
		if sorted := stored(t, conn, b, orders[topic]); !slices.Equal(sorted, unsorted) || len(sorted) == 0 {
			t.Errorf("%s: %d rows unsorted, %d sorted, or others", topic, len(unsorted), len(sorted))
		}
	}
}

func TestAMismatchedTableIsNamed(t *testing.T) {
	conn := testTables(t)
	d := testDecoder(t, sampleNow)
	b := NewBatch(TopicSignals)
	if bad := d.Add(b, with(TopicSignals, nil)); bad != nil {
		t.Fatal(bad)
	}
	for _, change := range []string{"MODIFY COLUMN value Float32", "DROP COLUMN value"} {
		if err := conn.Exec(t.Context(), "ALTER TABLE signals "+change); err != nil {
			t.Fatal(err)
		}
		to, err := conn.PrepareBatch(t.Context(), "INSERT INTO signals")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.AppendTo(to); err == nil {
			t.Errorf("after %s: no error", change)
		}
		to.Close()
	}
}

// BenchmarkInsert hands 100,000 attendance rows to the engine, with and without the engine's own work.
func BenchmarkInsert(b *testing.B) {
	conn := testTables(b)
	d := testDecoder(b, sampleNow)
	batch := NewBatch(TopicAttendance)
	lines := sampleLines(b, TopicAttendance)
	for batch.Len() < 100_000 {
		for _, l := range lines {
			d.Add(batch, l)
		}
	}
	batch.Sort()
	for _, table := range []string{"attendance", "nowhere"} {
		if table == "nowhere" {
			if err := conn.Exec(b.Context(), "CREATE TABLE nowhere AS attendance ENGINE = Null"); err != nil {
				b.Fatal(err)
			}
		}
		for _, step := range []string{"append", "send"} {
			b.Run(table+"/"+step, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					to, err := conn.PrepareBatch(b.Context(), "INSERT INTO "+table+" ("+strings.Join(batch.Columns(), ", ")+")")
					if err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					if err := batch.AppendTo(to); err != nil {
						b.Fatal(err)
					}
					if step == "send" {
						if err := to.Send(); err != nil {
							b.Fatal(err)
						}
					}
					b.StopTimer()
					to.Close()
					b.StartTimer()
				}
				b.ReportMetric(float64(b.N)*float64(batch.Len())/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
