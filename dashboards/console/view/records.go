package view

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Record is a record that evidence names, as a source sent it: every version there is, the highest first. Of the person there is the
// keyed hash and, for who may know it, the masked name.
type Record struct {
	Topic    string          `json:"topic"`
	Source   string          `json:"source"`
	ID       string          `json:"id"`
	Project  string          `json:"project_id"`
	Employer string          `json:"employer_uscc"`
	Worker   string          `json:"worker"` // keyed hash; empty of a record about no worker, and for who may not know it
	Masked   string          `json:"name_masked"`
	Versions []RecordVersion `json:"versions"`

	fields []RecordField
}

// RecordVersion is one version. Values stand in the order of the topic's fields.
type RecordVersion struct {
	Version    uint64    `json:"version"`
	RecordedAt time.Time `json:"recorded_at"`
	// Used says that the run shown goes by this version: the highest that was recorded by the end of its date.
	Used   bool     `json:"used"`
	Values []string `json:"values"`
}

// RecordField is a field of a topic's records.
type RecordField struct {
	Name  string       `json:"name"` // of the column
	Label catalog.Text `json:"label"`
	Kind  RecordKind   `json:"kind"`
	Codes string       `json:"codes"` // enumeration of its codes; empty: none
}

// RecordKind is how a value is written.
type RecordKind string

// The kinds of values.
const (
	RecordText    RecordKind = "text"
	RecordFen     RecordKind = "fen"
	RecordDay     RecordKind = "day"
	RecordMonth   RecordKind = "month"
	RecordInstant RecordKind = "instant" // in China
	RecordHours   RecordKind = "hours"
	RecordYes     RecordKind = "yes_no"
)

// Fields are what the record's values are of.
func (r *Record) Fields() []RecordField { return r.fields }

// Changed reports whether a value differs from that of the version before.
func (r *Record) Changed(version, field int) bool {
	return version+1 < len(r.Versions) && r.Versions[version].Values[field] != r.Versions[version+1].Values[field]
}

// recordTopic is where records of a topic are, and what they say.
type recordTopic struct {
	table    string
	project  string // expression of the project; empty: none
	employer string // of the employer or employers
	township string // of the township; empty: none
	worker   bool
	fields   []RecordField
}

func text(name, zh, en string) RecordField { return kindOf(RecordText, name, zh, en) }

func kindOf(kind RecordKind, name, zh, en string) RecordField {
	return RecordField{Name: name, Label: catalog.Text{ZH: zh, EN: en}, Kind: kind}
}

func codeOf(codes, name, zh, en string) RecordField {
	return RecordField{Name: name, Label: catalog.Text{ZH: zh, EN: en}, Kind: RecordText, Codes: codes}
}

// recordTopics are the topics whose records evidence names. Those that are many by far come last, and are looked at only when the
// others have none of the id.
var recordTopics = []recordTopic{
	{table: "complaints", project: "project_id", employer: "employer_uscc", township: "township", fields: []RecordField{
		codeOf("lead_channel", "channel", "渠道", "Channel"), kindOf(RecordDay, "received_on", "收到日", "Received on"), codeOf("lead_status", "status", "状态", "Status"), kindOf(RecordDay, "status_on", "状态日期", "Status on"),
		text("workers", "人数", "Workers"), kindOf(RecordFen, "amount_fen", "金额", "Amount"), kindOf(RecordFen, "paid_fen", "已付", "Paid"), codeOf("incident", "incident", "事件", "Incident"),
		codeOf("conclusion", "conclusion", "结论", "Conclusion"), kindOf(RecordDay, "resolved_on", "化解日", "Resolved on"), text("department", "承办部门", "Department")}},
	{table: "proceedings", project: "project_id", employer: "employer_uscc", township: "township", fields: []RecordField{
		codeOf("proceeding", "kind", "文书或程序", "Proceeding"), kindOf(RecordDay, "opened_on", "开始日", "Opened on"), kindOf(RecordDay, "due_on", "期限", "Due on"), kindOf(RecordDay, "closed_on", "结束日", "Closed on"),
		text("workers", "人数", "Workers"), kindOf(RecordFen, "amount_fen", "金额", "Amount"), kindOf(RecordFen, "paid_fen", "已付", "Paid"), codeOf("outcome", "outcome", "结果", "Outcome"), text("complaint_id", "线索", "Lead")}},
	{table: "permits", project: "project_id", employer: "contractor_uscc", township: "township", fields: []RecordField{
		text("name", "名称", "Name"), codeOf("sector", "sector", "行业", "Sector"), kindOf(RecordDay, "permit_on", "许可日", "Permitted on"), kindOf(RecordFen, "contract_fen", "合同价", "Contract price"), text("developer_uscc", "建设单位", "Developer")}},
	{table: "signals", employer: "employer_uscc", fields: []RecordField{
		codeOf("indicator", "indicator", "信号", "Indicator"), kindOf(RecordMonth, "month", "月份", "Month"), text("value", "数值", "Value")}},
	{table: "account_entries", project: "project_id", fields: []RecordField{
		codeOf("entry_kind", "kind", "类别", "Kind"), kindOf(RecordInstant, "booked_at", "记账时间", "Booked at"), kindOf(RecordFen, "amount_fen", "金额", "Amount"), kindOf(RecordFen, "balance_fen", "余额", "Balance"),
		text("reason", "摘要", "Reason"), text("counterparty_masked", "对方（已脱敏）", "Counterparty, masked")}},
	{table: "workers", project: "project_id", employer: "employer_uscc", worker: true, fields: []RecordField{
		text("team", "班组", "Team"), text("job", "工种", "Job"), kindOf(RecordDay, "contract_signed_on", "合同签订日", "Contract signed on"), kindOf(RecordDay, "entered_on", "进场日", "Entered on"), kindOf(RecordDay, "left_on", "退场日", "Left on"),
		kindOf(RecordDay, "settled_on", "结清日", "Settled on"), kindOf(RecordYes, "settled_confirmed", "本人确认结清", "Settlement confirmed"), codeOf("wage_basis", "wage_basis", "计薪方式", "Wage basis"), kindOf(RecordFen, "wage_fen", "约定工资", "Agreed wage")}},
	{table: "payroll", project: "project_id", employer: "employer_uscc", worker: true, fields: []RecordField{
		kindOf(RecordMonth, "wage_month", "工资月", "Wage month"), kindOf(RecordDay, "due_on", "应付日", "Due on"), kindOf(RecordFen, "gross_fen", "应发", "Gross"), kindOf(RecordFen, "deducted_fen", "扣款", "Deducted"), kindOf(RecordFen, "payable_fen", "应付", "Payable"),
		kindOf(RecordFen, "paid_fen", "实付", "Paid"), kindOf(RecordDay, "paid_on", "支付日", "Paid on"), codeOf("pay_channel", "channel", "支付方式", "Channel"), kindOf(RecordYes, "signed", "本人签字", "Signed")}},
	{table: "attendance", project: "project_id", employer: "employer_uscc", worker: true, fields: []RecordField{
		kindOf(RecordDay, "work_date", "日期", "Day"), kindOf(RecordInstant, "check_in", "上班", "Checked in"), kindOf(RecordInstant, "check_out", "下班", "Checked out"), kindOf(RecordHours, "centihours", "工时", "Hours"), text("device", "设备", "Device")}},
}

// manyRows is from which topic on a topic is looked at only when those before have nothing of the ids asked for.
const manyRows = "workers"

// mostVersions bounds the versions read of the records asked for.
const mostVersions = 2000

// RecordsOf reads records by their ids, as far as they are of the subject: of a project what names it; of an employer what names it, or a
// project of which it is the general contractor; of a township what lies there. mayProject tells whether the records of a project, by
// its township, may be shown; named whether masked names may.
func RecordsOf(ctx context.Context, conn driver.Conn, run Run, scope catalog.Scope, id string, ids []string, mayProject func(township string) bool, named bool) ([]*Record, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var all []*Record
	for _, t := range recordTopics {
		if t.table == manyRows && len(all) >= len(ids) || len(ids) == 0 {
			break
		}
		found, err := t.read(ctx, conn, run, scope, id, ids)
		if err != nil {
			return nil, fmt.Errorf("reading records of %s: %w", t.table, err)
		}
		all = append(all, found...)
	}
	all, err := within(ctx, conn, scope, id, all, mayProject)
	if err != nil || !named {
		for _, r := range all {
			r.Worker = ""
		}
		return all, err
	}
	return all, maskedNames(ctx, conn, all)
}

// where is the condition that a topic's record is of a subject; empty where none can be.
func (t recordTopic) where(scope catalog.Scope) string {
	switch scope {
	case catalog.Project:
		if t.project != "" {
			return t.project + " = {id:String}"
		}
	case catalog.Employer:
		var either []string
		if t.employer != "" {
			either = append(either, t.employer+" = {id:String}")
		}
		if t.project != "" {
			either = append(either, t.project+" IN (SELECT id FROM projects WHERE contractor_uscc = {id:String})")
		}
		return "(" + strings.Join(either, " OR ") + ")"
	case catalog.Township:
		if t.township != "" {
			return "substring(" + t.township + ", 1, 9) = {id:String}"
		}
	}
	return ""
}

func (t recordTopic) read(ctx context.Context, conn driver.Conn, run Run, scope catalog.Scope, id string, ids []string) ([]*Record, error) {
	where := t.where(scope)
	if where == "" {
		return nil, nil
	}
	either := func(column, otherwise string) string {
		if column == "" {
			return otherwise
		}
		return column
	}
	worker := "''"
	if t.worker {
		worker = "lower(hex(worker_key))"
	}
	columns := make([]string, len(t.fields))
	for i, f := range t.fields {
		columns[i] = "ifNull(toString(" + f.Name + "), '')"
		if f.Kind == RecordInstant {
			columns[i] = "ifNull(formatDateTime(" + f.Name + ", '%F %T', 'Asia/Shanghai'), '')"
		}
	}
	rows, err := conn.Query(WithParameters(ctx, clickhouse.Parameters{"id": id, "ids": quotedList(ids)}), `
SELECT
    source, id AS record, version, recorded_at, `+either(t.project, "''")+` AS project, `+either(t.employer, "''")+` AS employer, `+worker+` AS worker, [`+strings.Join(columns, ", ")+`] AS told
FROM `+t.table+`
WHERE id IN {ids:Array(String)} AND `+where+`
ORDER BY source, record, version DESC, recorded_at
LIMIT 1 BY source, record, version
LIMIT `+strconv.Itoa(mostVersions))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*Record
	end := run.AsOf.End()
	for rows.Next() {
		r := &Record{Topic: t.table, fields: t.fields}
		var v RecordVersion
		if err := rows.Scan(&r.Source, &r.ID, &v.Version, &v.RecordedAt, &r.Project, &r.Employer, &r.Worker, &v.Values); err != nil {
			return nil, err
		}
		v.RecordedAt = v.RecordedAt.UTC()
		if n := len(all); n > 0 && all[n-1].Source == r.Source && all[n-1].ID == r.ID {
			r = all[n-1]
		} else {
			all = append(all, r)
		}
		v.Used = v.RecordedAt.Before(end) && !slices.ContainsFunc(r.Versions, func(v RecordVersion) bool { return v.Used })
		r.Versions = append(r.Versions, v)
	}
	return all, rows.Err()
}

// quotedList writes texts as ClickHouse reads an array.
func quotedList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(t) + "'"
	}
	return "[" + strings.Join(quoted, ",") + "]"
}

// within leaves the records that may be shown: an employer's on a project in another place may not be this person's.
func within(ctx context.Context, conn driver.Conn, scope catalog.Scope, id string, all []*Record, may func(township string) bool) ([]*Record, error) {
	var projects []string
	for _, r := range all {
		if r.Project != "" && (scope != catalog.Project || r.Project != id) && !slices.Contains(projects, r.Project) {
			projects = append(projects, r.Project)
		}
	}
	if len(projects) == 0 {
		return all, nil
	}
	rows, err := conn.Query(WithParameters(ctx, clickhouse.Parameters{"ids": quotedList(projects)}), "SELECT id, toString(argMax(township, (version, recorded_at))) FROM projects WHERE id IN {ids:Array(String)} GROUP BY id")
	if err != nil {
		return nil, fmt.Errorf("placing the projects of records: %w", err)
	}
	defer rows.Close()
	places := map[string]string{}
	for rows.Next() {
		var project, township string
		if err := rows.Scan(&project, &township); err != nil {
			return nil, fmt.Errorf("placing the projects of records: %w", err)
		}
		places[project] = township
	}
	return slices.DeleteFunc(all, func(r *Record) bool { return slices.Contains(projects, r.Project) && !may(places[r.Project]) }), rows.Err()
}

// maskedNames fills the masked names of the records' workers, as they last stood in a registration.
func maskedNames(ctx context.Context, conn driver.Conn, all []*Record) error {
	var keys []string
	for _, r := range all {
		if r.Worker != "" {
			keys = append(keys, r.Worker)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	rows, err := conn.Query(WithParameters(ctx, clickhouse.Parameters{"keys": quotedList(slices.Compact(slices.Sorted(slices.Values(keys))))}), `
SELECT lower(hex(worker_key)) AS worker, argMax(name_masked, recorded_at)
FROM workers
WHERE worker_key IN (SELECT CAST(unhex(key) AS FixedString(16)) FROM (SELECT arrayJoin({keys:Array(String)}) AS key))
GROUP BY worker`)
	if err != nil {
		return fmt.Errorf("reading masked names: %w", err)
	}
	defer rows.Close()
	masked := map[string]string{}
	for rows.Next() {
		var key, name string
		if err := rows.Scan(&key, &name); err != nil {
			return fmt.Errorf("reading masked names: %w", err)
		}
		masked[key] = name
	}
	for _, r := range all {
		r.Masked = masked[r.Worker]
	}
	return rows.Err()
}

// EvidenceRecords are the ids of the records that a warning's evidence names.
func EvidenceRecords(h *catalog.Header, evidence string) []string {
	_, records, _ := readEvidence(h, evidence)
	return records
}

// ParseDay reads a day of a record's value; false where it says none.
func ParseDay(value string) (civil.Date, bool) {
	d, err := civil.ParseDate(value)
	return d, err == nil
}
