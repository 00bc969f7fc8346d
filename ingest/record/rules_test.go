package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// example returns a full, valid message of each topic: every field is there, so that each can be spoilt.
func example(topic Topic) map[string]any {
	var text string
	switch topic {
	case TopicProjects:
		text = `{"id":"P-1","source":"city","version":3,"recorded_at":"2026-06-21T20:00:00+08:00","name":"一号工程","township":"331024102001",
			"sector":"construction","investment":"private","developer_uscc":"913310243BFU7CH3JW","contractor_uscc":"91331024PBRNYTPLXX",
			"contractor_name":"演示建设","contract_yuan":30000000,"contract_signed_on":"2026-06-01","permit_on":"2026-06-10",
			"started_on":"2026-07-01","completed_on":"2027-07-01","status":"building","pay_day":15,"labor_cost_day":5,
			"labor_cost_yuan":101606.4,"account":{"id":"ACC-1","opened_on":"2026-06-12","bank":"示范银行","closed_on":"2027-08-01"},
			"deposit":{"form":"guarantee","yuan":"300000.50","lodged_on":"2026-06-20","valid_until":"2028-01-01",
				"required_yuan":150000,"covers":["P-2","P-3"]},
			"payment_guarantee":true,"notice_board":false,"labor_officer":true}`
	case TopicEmployers:
		text = `{"id":"91331024PBRNYTPLXX","source":"city","version":1,"recorded_at":"2026-06-01T20:00:00+08:00","name":"演示企业",
			"township":"331024102","industry":"E","legal_person":"王秀","legal_person_id":"522601199810192213",
			"investor_id":"342222199310308722","headcount":120,"status":"active"}`
	case TopicWorkers:
		text = `{"id":"REG-1","source":"city","version":1,"recorded_at":"2026-06-27T20:00:00+08:00","id_type":"resident",
			"id_number":"522601199810192213","name":"吴娜","phone":"13845733420","bank_account":"6239 3350 6349 220423","project_id":"P-1",
			"employer_uscc":"913310240TEQY7L1WP","team":"1班","job":"瓦工","contract_signed_on":"2026-06-26","entered_on":"2026-06-27",
			"left_on":"2026-09-30","settled_on":"2026-10-01","settled_confirmed":true,"wage_basis":"day","wage_yuan":"280.00"}`
	case TopicAttendance:
		text = `{"id":"ATT-1","source":"gate","version":1793215800,"recorded_at":"2026-10-28T19:30:00.123+08:00","id_type":"resident",
			"id_number":"522601199810192213","project_id":"P-1","employer_uscc":"913310240TEQY7L1WP","work_date":"2026-10-27",
			"check_in":"2026-10-27T19:00:00+08:00","check_out":"2026-10-28T05:30:00+08:00","hours":9.5,"device":"G1"}`
	case TopicPayroll:
		text = `{"id":"PAY-1","source":"bank","version":2,"recorded_at":"2026-08-14T20:00:00+08:00","id_type":"resident",
			"id_number":"342222199310308722","project_id":"P-1","employer_uscc":"91331024AT64PJY4LG","wage_month":"2026-07","due_on":"2026-08-15",
			"gross_yuan":7600,"deducted_yuan":"40.5","payable_yuan":7559.50,"paid_yuan":7559.5,"paid_on":"2026-08-14",
			"channel":"special_account","payee_account":"626382975179352062","signed":true,"tax_yuan":10.5,"insurance_yuan":"30.00"}`
	case TopicAccountEntries:
		text = `{"id":"ENT-1","source":"bank","version":1,"recorded_at":"2026-07-05T10:00:00+08:00","project_id":"P-1","account_id":"ACC-1",
			"booked_at":"2026-07-05T10:00:00+08:00","kind":"labor_cost_in","reason":"七月人工费","yuan":101606.4,"balance_yuan":63503.99999999999,"counterparty":"演示开发"}`
	case TopicComplaints:
		text = `{"id":"LEAD-1","source":"hotline","version":1,"recorded_at":"2026-10-12T20:00:00+08:00","channel":"hotline","township":"331024001",
			"project_id":"P-1","employer_uscc":"91331024RRX31615FG","workers":3,"yuan":5000,"received_on":"2026-10-10","status":"resolved",
			"status_on":"2026-10-12","department":"县人社局","resolved_on":"2026-10-12","paid_yuan":5000,"incident":"group","participants":12,"satisfaction":5,
			"conclusion":"partly_true","concluded_by":"示范镇劳动监察中队","reopened_on":"2026-10-20","accepted_on":"2026-10-11","filed_on":"2026-10-11",
			"extended_on":"2026-10-12","suspended_from":"2026-10-11","suspended_to":"2026-10-12","merged_into":"LEAD-0"}`
	case TopicProceedings:
		text = `{"id":"ORD-1","source":"inspection","version":1,"recorded_at":"2026-09-15T20:00:00+08:00","kind":"rectification_order",
			"complaint_id":"LEAD-1","township":"331024002","project_id":"P-1","employer_uscc":"91331024P80BE5GMBE","workers":12,"yuan":90000,
			"opened_on":"2026-09-01","due_on":"2026-09-15","closed_on":"2026-09-15","paid_yuan":80000,"recovered_yuan":"20000.50","wage_from":"2026-06","wage_to":"2026-07",
			"outcome":"fulfilled"}`
	case TopicSignals:
		text = `{"id":"SIG-1","source":"grid","version":1,"recorded_at":"2026-05-28T20:00:00+08:00","employer_uscc":"91331024YUN57J464C",
			"month":"2026-05","indicator":"electricity_kwh","value":100000.25}`
	case TopicPermits:
		text = `{"id":"PMT-1","source":"housing","version":1,"recorded_at":"2026-06-11T20:00:00+08:00","name":"一号工程","township":"331024102001",
			"sector":"construction","developer_uscc":"913310243BFU7CH3JW","contractor_uscc":"91331024PBRNYTPLXX","permit_on":"2026-06-10",
			"contract_yuan":30000000,"project_id":"P-1"}`
	case TopicClosures:
		text = `{"id":"CLS-1","source":"anxin","version":1,"recorded_at":"2026-10-20T20:00:00+08:00","project_id":"P-1",
			"employer_uscc":"913310240TEQY7L1WP","wage_month":"2026-07","worker_key":"00112233445566778899aabbccddeeff","reason":"paid_otherwise",
			"note":"经核实已现金支付","by":"inspector-1","approved_by":"supervisor-1","closed_on":"2026-10-19","reopened_on":"2026-10-25"}`
	case TopicVoices:
		text = `{"id":"VOI-1","source":"anxin","version":1,"recorded_at":"2026-10-20T20:00:00+08:00","project_id":"P-1",
			"employer_uscc":"913310240TEQY7L1WP","month":"2026-09","answer":"unpaid","said_on":"2026-10-20",
			"worker_hash":"00112233445566778899aabbccddeeff"}`
	}
	r := map[string]any{}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&r); err != nil {
		panic(err)
	}
	return r
}

// raw is JSON to be put into a message as it is.
type raw = json.RawMessage

// with returns the topic's example with fields replaced; "a.b" is a field of a nested object, nil takes the field away.
func with(topic Topic, changes map[string]any) []byte {
	r := example(topic)
	for field, v := range changes {
		in, name := r, field
		if outer, inner, nested := strings.Cut(field, "."); nested {
			in, name = r[outer].(map[string]any), inner
		}
		if v == nil {
			delete(in, name)
			continue
		}
		in[name] = v
	}
	b, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return b
}

func TestExamplesAreAccepted(t *testing.T) {
	d := testDecoder(t, sampleNow)
	for _, topic := range Topics() {
		if bad := d.Add(NewBatch(topic), with(topic, nil)); bad != nil {
			t.Errorf("%s: %v", topic, bad)
		}
	}
}

// optional fields of the contract, marked ? there.
var optional = map[Topic][]string{
	TopicProjects: {"permit_on", "started_on", "completed_on", "account", "account.closed_on", "deposit", "deposit.valid_until",
		"deposit.required_yuan", "deposit.covers"},
	TopicEmployers:      {"legal_person_id", "investor_id", "headcount"},
	TopicWorkers:        {"phone", "bank_account", "project_id", "team", "job", "contract_signed_on", "left_on", "settled_on"},
	TopicAttendance:     {"check_in", "check_out", "hours", "device"},
	TopicPayroll:        {"project_id", "paid_on", "payee_account", "tax_yuan", "insurance_yuan"},
	TopicAccountEntries: {"reason", "counterparty"},
	TopicComplaints: {"project_id", "employer_uscc", "department", "resolved_on", "paid_yuan", "participants", "satisfaction", "conclusion",
		"concluded_by", "reopened_on", "accepted_on", "filed_on", "extended_on", "suspended_from", "suspended_to", "merged_into"},
	TopicProceedings: {"complaint_id", "project_id", "due_on", "closed_on", "paid_yuan", "recovered_yuan", "wage_from", "wage_to", "outcome"},
	TopicPermits:     {"contractor_uscc", "contract_yuan", "project_id"},
	TopicClosures:    {"project_id", "employer_uscc", "wage_month", "worker_key", "reopened_on"},
	TopicVoices:      {"project_id", "employer_uscc", "worker_hash"},
}

func schemaOf(topic Topic) *schema {
	for _, s := range []*schema{&projectSchema, &employerSchema, &workerSchema, &attendanceSchema, &payrollSchema, &accountEntrySchema,
		&complaintSchema, &proceedingSchema, &signalSchema, &permitSchema, &closureSchema, &voiceSchema} {
		if s.topic == topic {
			return s
		}
	}
	panic(topic)
}

func TestEveryFieldIsRequiredUnlessTheContractMarksIt(t *testing.T) {
	d := testDecoder(t, sampleNow)
	for _, topic := range Topics() {
		for _, field := range schemaOf(topic).fields {
			for how, v := range map[string]any{"absent": nil, "null": raw("null")} {
				bad := d.Add(NewBatch(topic), with(topic, map[string]any{field: v}))
				if slices.Contains(optional[topic], field) {
					if bad != nil {
						t.Errorf("%s without %s (%s): %v, want it accepted", topic, field, how, bad)
					}
				} else if bad == nil || bad.Reason != MissingField || bad.Field != field {
					t.Errorf("%s without %s (%s): %v, want missing_field", topic, field, how, bad)
				}
			}
		}
	}
}

func TestEveryFieldOfAnotherJSONTypeIsABadType(t *testing.T) {
	d := testDecoder(t, sampleNow)
	for _, topic := range Topics() {
		for _, field := range schemaOf(topic).fields {
			wrong := []raw{raw("[]"), raw("true"), raw("{}"), raw("[1]")}
			s, name := example(topic), field
			if outer, inner, nested := strings.Cut(field, "."); nested {
				s, name = s[outer].(map[string]any), inner
			}
			switch v := s[name].(type) {
			case string:
				if !strings.HasSuffix(field, "yuan") {
					wrong = append(wrong, raw("1"), raw("1.5"))
				}
			case json.Number:
				if !strings.HasSuffix(field, "yuan") {
					wrong = append(wrong, raw(`"`+v.String()+`"`), raw(`"nine"`))
				}
			case bool:
				wrong = []raw{raw("[]"), raw("1"), raw(`"true"`), raw("{}")}
			case map[string]any:
				wrong = []raw{raw("[]"), raw("1"), raw(`"x"`), raw("false")}
			case []any:
				wrong = []raw{raw("{}"), raw("1"), raw(`"x"`), raw("false"), raw("[1]"), raw(`["x",null]`), raw(`[["x"]]`)}
			}
			for _, v := range wrong {
				bad := d.Add(NewBatch(topic), with(topic, map[string]any{field: v}))
				if bad == nil || bad.Reason != BadType || bad.Field != field {
					t.Errorf("%s with %s: %s: %v, want bad_type", topic, field, v, bad)
				}
			}
		}
	}
}

func TestRules(t *testing.T) {
	type fields = map[string]any
	long := func(n int) string { return strings.Repeat("长", n) }
	tests := []struct {
		name   string
		topic  Topic
		fields fields
		want   Reason // empty: accepted
		field  string
	}{
		{"an id of 64 allowed characters", TopicAttendance, fields{"id": strings.Repeat("aZ09._:-", 8)}, "", ""},
		{"an id of 65 characters", TopicAttendance, fields{"id": strings.Repeat("a", 65)}, BadValue, "id"},
		{"an empty id", TopicAttendance, fields{"id": ""}, BadValue, "id"},
		{"an id with a space", TopicAttendance, fields{"id": "a b"}, BadValue, "id"},
		{"an id with a slash", TopicPayroll, fields{"id": "a/b"}, BadValue, "id"},
		{"an id with the worker's identity number in it", TopicAttendance, fields{"id": "ATT-522601199810192213-1"}, BadValue, "id"},
		{"an id with the worker's identity number in other letters", TopicPayroll, fields{"id": "11010519491231002x", "id_number": "11010519491231002X"}, BadValue, "id"},
		{"an id with the worker's phone in it", TopicWorkers, fields{"id": "13845733420"}, BadValue, "id"},
		{"an id with the worker's account in it", TopicPayroll, fields{"id": "P626382975179352062"}, BadValue, "id"},
		{"an id of as many other digits", TopicAttendance, fields{"id": "522601199810192214"}, "", ""},
		{"an id that is a short account", TopicPayroll, fields{"id": "P-7", "payee_account": "7"}, "", ""},
		{"a source called by an identity number", TopicAttendance, fields{"source": "gate 522601199810192213"}, BadValue, "source"},
		{"a source of 32 characters", TopicAttendance, fields{"source": long(32)}, "", ""},
		{"a source of 33 characters", TopicAttendance, fields{"source": long(33)}, BadValue, "source"},
		{"an empty source", TopicAttendance, fields{"source": ""}, BadValue, "source"},
		{"a source with a line break", TopicAttendance, fields{"source": "a\nb"}, BadValue, "source"},
		{"a source with a C1 control character", TopicAttendance, fields{"source": "a\u0085b"}, BadValue, "source"},
		{"version 0", TopicAttendance, fields{"version": 0}, "", ""},
		{"the greatest version", TopicAttendance, fields{"version": raw("18446744073709551615")}, "", ""},
		{"a version beyond 64 bits", TopicAttendance, fields{"version": raw("18446744073709551616")}, BadValue, "version"},
		{"a negative version", TopicAttendance, fields{"version": -1}, BadValue, "version"},
		{"a fractional version", TopicAttendance, fields{"version": 1.5}, BadValue, "version"},
		{"a version written as 2.0", TopicAttendance, fields{"version": raw("2.0")}, "", ""},
		{"a version written as 1e3", TopicAttendance, fields{"version": raw("1e3")}, "", ""},
		{"a version of minus zero", TopicAttendance, fields{"version": raw("-0")}, "", ""},
		{"a version with a vast exponent", TopicAttendance, fields{"version": raw("1e99999999999999999999")}, BadValue, "version"},

		{"recorded_at without an offset", TopicAttendance, fields{"recorded_at": "2026-10-28T19:30:00"}, BadValue, "recorded_at"},
		{"recorded_at with a space", TopicAttendance, fields{"recorded_at": "2026-10-28 19:30:00+08:00"}, BadValue, "recorded_at"},
		{"recorded_at in UTC", TopicAttendance, fields{"recorded_at": "2026-10-28T11:30:00Z"}, "", ""},
		{"recorded_at with nanoseconds", TopicAttendance, fields{"recorded_at": "2026-10-28T11:30:00.123456789Z"}, "", ""},
		{"recorded_at with a point and no digits", TopicAttendance, fields{"recorded_at": "2026-10-28T11:30:00.Z"}, BadValue, "recorded_at"},
		{"recorded_at on a day that does not exist", TopicAttendance, fields{"recorded_at": "2026-02-29T11:30:00Z"}, BadValue, "recorded_at"},
		{"recorded_at at 24:00", TopicAttendance, fields{"recorded_at": "2026-02-28T24:00:00Z"}, BadValue, "recorded_at"},
		{"recorded_at before 1970", TopicAttendance, fields{"recorded_at": "1969-12-31T23:59:59Z"}, BadValue, "recorded_at"},
		{"recorded_at ten minutes ahead", TopicAttendance, fields{"recorded_at": "2026-11-01T00:10:00Z"}, "", ""},
		{"recorded_at more than ten minutes ahead", TopicAttendance, fields{"recorded_at": "2026-11-01T00:10:00.001Z"}, FutureRecord, "recorded_at"},

		{"a resident id with a small x", TopicPayroll, fields{"id_number": "52260119830514112x"}, "", ""},
		{"a resident id with a capital X", TopicPayroll, fields{"id_number": "52260119830514112X"}, "", ""},
		{"a resident id with a wrong check character", TopicPayroll, fields{"id_number": "522601198305141120"}, BadChecksum, "id_number"},
		{"a resident id of 15 digits", TopicPayroll, fields{"id_number": "522601830514112"}, BadValue, "id_number"},
		{"a resident id with a letter inside", TopicPayroll, fields{"id_number": "5226011983051A112X"}, BadValue, "id_number"},
		{"a resident id born on 30 February", TopicPayroll, fields{"id_number": residentWithCheck("52260119830230112")}, BadValue, "id_number"},
		{"a passport of any shape", TopicPayroll, fields{"id_type": "foreign", "id_number": "E1234567(8)"}, "", ""},
		{"an empty passport", TopicPayroll, fields{"id_type": "foreign", "id_number": ""}, BadValue, "id_number"},
		{"an unknown id type", TopicPayroll, fields{"id_type": "visa"}, UnknownEnum, "id_type"},
		{"a credit code with a wrong check character", TopicPayroll, fields{"employer_uscc": "91331024AT64PJY4LH"}, BadChecksum, "employer_uscc"},
		{"a credit code with the letter O", TopicPayroll, fields{"employer_uscc": "9133102OAT64PJY4LG"}, BadValue, "employer_uscc"},
		{"a credit code in small letters", TopicPayroll, fields{"employer_uscc": "91331024at64pjy4lg"}, BadValue, "employer_uscc"},
		{"a credit code of 17 characters", TopicPayroll, fields{"employer_uscc": "91331024AT64PJY4L"}, BadValue, "employer_uscc"},
		{"an employer whose id is no credit code", TopicEmployers, fields{"id": "E-1"}, BadValue, "id"},
		{"an employer whose id has a wrong check character", TopicEmployers, fields{"id": "91331024PBRNYTPLX0"}, BadChecksum, "id"},
		{"a township of 9 digits", TopicComplaints, fields{"township": "331024001"}, "", ""},
		{"a township of 6 digits", TopicComplaints, fields{"township": "331024"}, BadValue, "township"},
		{"a township with a letter", TopicComplaints, fields{"township": "33102400A"}, BadValue, "township"},

		{"a work date that does not exist", TopicAttendance, fields{"work_date": "2026-02-29"}, BadValue, "work_date"},
		{"the last date a table can hold", TopicAttendance, fields{"work_date": "2149-06-06"}, "", ""},
		{"a date beyond it", TopicAttendance, fields{"work_date": "2149-06-07"}, BadValue, "work_date"},
		{"a date before 1970", TopicAttendance, fields{"work_date": "1969-12-31"}, BadValue, "work_date"},
		{"an empty optional date", TopicPayroll, fields{"paid_on": ""}, BadValue, "paid_on"},
		{"month 13", TopicPayroll, fields{"wage_month": "2026-13"}, BadValue, "wage_month"},
		{"a full date as month", TopicPayroll, fields{"wage_month": "2026-07-01"}, BadValue, "wage_month"},
		{"24 hours", TopicAttendance, fields{"hours": 24}, "", ""},
		{"hours known to be none", TopicAttendance, fields{"hours": 0}, "", ""},
		{"hours that nobody knows", TopicAttendance, fields{"hours": nil}, "", ""},
		{"the number that stands for unknown hours in the table", TopicAttendance, fields{"hours": raw("655.35")}, BadValue, "hours"},
		{"24.01 hours", TopicAttendance, fields{"hours": raw("24.01")}, BadValue, "hours"},
		{"negative hours", TopicAttendance, fields{"hours": -1}, BadValue, "hours"},
		{"hours with three decimals", TopicAttendance, fields{"hours": raw("9.125")}, BadValue, "hours"},
		{"hours with float noise", TopicAttendance, fields{"hours": raw("9.600000000000001")}, "", ""},
		{"hours as a string", TopicAttendance, fields{"hours": "9.5"}, BadType, "hours"},
		{"a check-out before the check-in", TopicAttendance, fields{"check_out": "2026-10-27T18:59:59+08:00"}, Inconsistent, "check_out"},
		{"a check-out at the check-in", TopicAttendance, fields{"check_out": "2026-10-27T19:00:00+08:00"}, "", ""},
		{"a check-out alone", TopicAttendance, fields{"check_in": nil}, "", ""},
		{"a check-in that a DateTime cannot hold", TopicAttendance, fields{"check_in": "2106-02-08T00:00:00Z", "check_out": nil}, BadValue, "check_in"},
		{"an empty device", TopicAttendance, fields{"device": ""}, "", ""},
		{"a device of 257 characters", TopicAttendance, fields{"device": long(257)}, BadValue, "device"},

		{"yuan with three decimals in a string", TopicPayroll, fields{"paid_yuan": "12.345"}, BadValue, "paid_yuan"},
		{"yuan with three decimals in a number", TopicPayroll, fields{"paid_yuan": raw("12.345")}, BadValue, "paid_yuan"},
		{"yuan in letters", TopicPayroll, fields{"paid_yuan": "abc"}, BadValue, "paid_yuan"},
		{"empty yuan", TopicPayroll, fields{"paid_yuan": ""}, BadValue, "paid_yuan"},
		{"negative yuan", TopicPayroll, fields{"paid_yuan": raw("-0.01")}, BadValue, "paid_yuan"},
		{"payable that is not gross less deducted", TopicPayroll, fields{"payable_yuan": 7559.51}, Inconsistent, "payable_yuan"},
		{"more deducted than gross", TopicPayroll, fields{"gross_yuan": 10, "deducted_yuan": 11, "payable_yuan": 0, "paid_yuan": 0}, Inconsistent, "payable_yuan"},
		{"nothing payable", TopicPayroll, fields{"gross_yuan": 0, "deducted_yuan": 0, "payable_yuan": 0, "paid_yuan": 0, "tax_yuan": 0, "insurance_yuan": 0}, "", ""},
		{"paid within the tolerance above payable", TopicPayroll, fields{"paid_yuan": 7560.5}, "", ""},
		{"paid beyond the tolerance above payable", TopicPayroll, fields{"paid_yuan": 7560.51}, Inconsistent, "paid_yuan"},
		{"paid without a date", TopicPayroll, fields{"paid_on": nil}, "", ""},
		{"tax and insurance of all that was deducted", TopicPayroll, fields{"tax_yuan": 10.5, "insurance_yuan": 30}, "", ""},
		{"tax and insurance of more than was deducted", TopicPayroll, fields{"tax_yuan": 10.51, "insurance_yuan": 30}, Inconsistent, "insurance_yuan"},
		{"tax of more than was deducted", TopicPayroll, fields{"tax_yuan": 40.51, "insurance_yuan": nil}, Inconsistent, "tax_yuan"},
		{"insurance of more than was deducted", TopicPayroll, fields{"tax_yuan": nil, "insurance_yuan": 40.51}, Inconsistent, "insurance_yuan"},
		{"tax and insurance whose sum no number holds", TopicPayroll, fields{"gross_yuan": "92233720368547758.07", "deducted_yuan": "92233720368547758.07",
			"payable_yuan": 0, "paid_yuan": 0, "tax_yuan": "92233720368547758.07", "insurance_yuan": "92233720368547758.07"}, Inconsistent, "insurance_yuan"},
		{"negative tax", TopicPayroll, fields{"tax_yuan": -1}, BadValue, "tax_yuan"},
		{"a due date years later", TopicPayroll, fields{"due_on": "2029-08-15"}, "", ""},
		{"an unknown pay channel", TopicPayroll, fields{"channel": "wechat"}, UnknownEnum, "channel"},

		{"left before entered", TopicWorkers, fields{"left_on": "2026-06-26"}, Inconsistent, "left_on"},
		{"left on the day of entry", TopicWorkers, fields{"left_on": "2026-06-27"}, "", ""},
		{"an empty name", TopicWorkers, fields{"name": ""}, BadValue, "name"},
		{"an empty phone and account", TopicWorkers, fields{"phone": "", "bank_account": ""}, "", ""},
		{"an empty project", TopicWorkers, fields{"project_id": ""}, BadValue, "project_id"},

		{"completed before started", TopicProjects, fields{"completed_on": "2026-06-30"}, Inconsistent, "completed_on"},
		{"an account closed before it opened", TopicProjects, fields{"account.closed_on": "2026-06-11"}, Inconsistent, "account.closed_on"},
		{"a deposit that ran out before it was lodged", TopicProjects, fields{"deposit.valid_until": "2026-06-01"}, "", ""},
		{"pay day 0", TopicProjects, fields{"pay_day": 0}, BadValue, "pay_day"},
		{"pay day 31", TopicProjects, fields{"pay_day": 31}, "", ""},
		{"pay day 32", TopicProjects, fields{"pay_day": 32}, BadValue, "pay_day"},
		{"an unknown sector", TopicProjects, fields{"sector": "space"}, UnknownEnum, "sector"},
		{"an unknown deposit form", TopicProjects, fields{"deposit.form": "promise"}, UnknownEnum, "deposit.form"},
		{"a deposit that covers no other project", TopicProjects, fields{"deposit.covers": raw("[ ]")}, "", ""},
		{"a deposit that covers projects with escapes in their ids", TopicProjects, fields{"deposit.covers": raw(`[ "\u0050-2" , "P-3" ]`)}, "", ""},
		{"a deposit that covers a project without id", TopicProjects, fields{"deposit.covers": raw(`["P-2",""]`)}, BadValue, "deposit.covers"},
		{"a deposit that covers what is no id", TopicProjects, fields{"deposit.covers": raw(`["P 2"]`)}, BadValue, "deposit.covers"},
		{"a deposit that covers a lone surrogate", TopicProjects, fields{"deposit.covers": raw(`["\ud800"]`)}, BadValue, "deposit.covers"},
		{"a deposit that covers 100 projects", TopicProjects, fields{"deposit.covers": raw("[" + strings.Repeat(`"P",`, 99) + `"P"]`)}, "", ""},
		{"a deposit that covers 101 projects", TopicProjects, fields{"deposit.covers": raw("[" + strings.Repeat(`"P",`, 100) + `"P"]`)}, BadValue, "deposit.covers"},
		{"a negative required deposit", TopicProjects, fields{"deposit.required_yuan": -1}, BadValue, "deposit.required_yuan"},
		{"a required deposit of nothing", TopicProjects, fields{"deposit.required_yuan": 0}, "", ""},
		{"an account number of spaces", TopicProjects, fields{"account.id": "  "}, BadValue, "account.id"},

		{"industry U", TopicEmployers, fields{"industry": "U"}, UnknownEnum, "industry"},
		{"a legal person's resident id with a wrong check character", TopicEmployers, fields{"legal_person_id": "522601199810192214"}, BadChecksum, "legal_person_id"},
		{"a legal person's passport", TopicEmployers, fields{"legal_person_id": "K1234567"}, "", ""},
		{"an investor's resident id with a wrong check character", TopicEmployers, fields{"investor_id": "342222199310308723"}, BadChecksum, "investor_id"},
		{"an investor that is a firm", TopicEmployers, fields{"investor_id": "91331024PBRNYTPLXX"}, "", ""},
		{"an investor that is a firm with a code of digits alone", TopicEmployers, fields{"investor_id": "913300000000000004"}, "", ""},
		{"a legal person with a firm's code of digits alone", TopicEmployers, fields{"legal_person_id": "913300000000000004"}, BadChecksum, "legal_person_id"},
		{"an investor of 65 characters", TopicEmployers, fields{"investor_id": long(65)}, BadValue, "investor_id"},
		{"a headcount beyond 32 bits", TopicEmployers, fields{"headcount": raw("4294967296")}, BadValue, "headcount"},

		{"a negative balance", TopicAccountEntries, fields{"balance_yuan": raw("-1")}, BadValue, "balance_yuan"},
		{"a balance of float noise below zero", TopicAccountEntries, fields{"balance_yuan": raw("-1.4551915228366852e-11")}, "", ""},
		{"an unknown kind of entry", TopicAccountEntries, fields{"kind": "gift"}, UnknownEnum, "kind"},

		{"money that came back", TopicAccountEntries, fields{"kind": "refund_in"}, "", ""},
		{"a bank's fee", TopicAccountEntries, fields{"kind": "fee_out"}, "", ""},
		{"a reason of 257 characters", TopicAccountEntries, fields{"reason": long(257)}, BadValue, "reason"},

		{"a lead without workers", TopicComplaints, fields{"workers": 0}, BadValue, "workers"},
		{"satisfaction 6", TopicComplaints, fields{"satisfaction": 6}, BadValue, "satisfaction"},
		{"resolved before received", TopicComplaints, fields{"resolved_on": "2026-10-09"}, Inconsistent, "resolved_on"},
		{"resolved without a date", TopicComplaints, fields{"resolved_on": nil}, "", ""},
		{"an unknown conclusion", TopicComplaints, fields{"conclusion": "maybe"}, UnknownEnum, "conclusion"},
		{"a conclusion that is no string", TopicComplaints, fields{"conclusion": true}, BadType, "conclusion"},
		{"the conclusion that it is true", TopicComplaints, fields{"conclusion": "true"}, "", ""},
		{"suspended to the day it was from", TopicComplaints, fields{"suspended_to": "2026-10-11"}, "", ""},
		{"a suspension that ends before it begins", TopicComplaints, fields{"suspended_to": "2026-10-10"}, Inconsistent, "suspended_to"},
		{"a suspension whose end alone is known", TopicComplaints, fields{"suspended_from": nil}, "", ""},
		{"accepted the day before it was received", TopicComplaints, fields{"accepted_on": "2026-10-09"}, "", ""},
		{"merged into what is no id", TopicComplaints, fields{"merged_into": "a b"}, BadValue, "merged_into"},
		{"a proceeding for no workers", TopicProceedings, fields{"workers": 0}, "", ""},
		{"closed before opened", TopicProceedings, fields{"closed_on": "2026-08-31"}, Inconsistent, "closed_on"},
		{"legal aid", TopicProceedings, fields{"kind": "legal_aid"}, "", ""},
		{"a deposit drawn", TopicProceedings, fields{"kind": "deposit_draw"}, "", ""},
		{"an advance from the emergency fund", TopicProceedings, fields{"kind": "emergency_fund"}, "", ""},
		{"an advance payment", TopicProceedings, fields{"kind": "advance_payment"}, "", ""},
		{"additional compensation", TopicProceedings, fields{"kind": "additional_compensation"}, "", ""},
		{"an unknown kind of proceeding", TopicProceedings, fields{"kind": "duel"}, UnknownEnum, "kind"},
		{"one wage month", TopicProceedings, fields{"wage_from": "2026-07"}, "", ""},
		{"wage months that end before they begin", TopicProceedings, fields{"wage_to": "2026-05"}, Inconsistent, "wage_to"},
		{"a wage month with a day", TopicProceedings, fields{"wage_from": "2026-06-01"}, BadValue, "wage_from"},
		{"an unknown outcome", TopicProceedings, fields{"outcome": "lost"}, UnknownEnum, "outcome"},
		{"a negative signal", TopicSignals, fields{"value": -3.5}, "", ""},
		{"an unknown sector of a permit", TopicPermits, fields{"sector": "space"}, UnknownEnum, "sector"},
		{"a permit for a contractor with a wrong check character", TopicPermits, fields{"contractor_uscc": "91331024PBRNYTPLX0"}, BadChecksum, "contractor_uscc"},
		{"a permit of a negative price", TopicPermits, fields{"contract_yuan": -1}, BadValue, "contract_yuan"},
		{"a closure of a project's wages", TopicClosures, fields{"employer_uscc": nil}, "", ""},
		{"a closure of an employer's wages", TopicClosures, fields{"project_id": nil}, "", ""},
		{"a closure of everybody's wages", TopicClosures, fields{"project_id": nil, "employer_uscc": nil}, MissingField, "project_id"},
		{"a closure approved by who closed", TopicClosures, fields{"approved_by": "inspector-1"}, Inconsistent, "approved_by"},
		{"a closure approved by who closed, spelt otherwise", TopicClosures, fields{"approved_by": " Inspector-1"}, Inconsistent, "approved_by"},
		{"a closure without a note", TopicClosures, fields{"note": ""}, BadValue, "note"},
		{"a note of 1,000 characters", TopicClosures, fields{"note": long(1000)}, "", ""},
		{"a note of 1,001 characters", TopicClosures, fields{"note": long(1001)}, BadValue, "note"},
		{"an unknown reason to close", TopicClosures, fields{"reason": "tired"}, UnknownEnum, "reason"},
		{"a worker's key in capitals", TopicClosures, fields{"worker_key": "00112233445566778899AABBCCDDEEFF"}, "", ""},
		{"a worker's key of 31 digits", TopicClosures, fields{"worker_key": "00112233445566778899aabbccddeef"}, BadValue, "worker_key"},
		{"a worker's key with another letter", TopicClosures, fields{"worker_key": "00112233445566778899aabbccddeefg"}, BadValue, "worker_key"},
		{"the key of nobody", TopicClosures, fields{"worker_key": strings.Repeat("0", 32)}, BadValue, "worker_key"},
		{"reopened on the day it was closed", TopicClosures, fields{"reopened_on": "2026-10-19"}, "", ""},
		{"reopened before it was closed", TopicClosures, fields{"reopened_on": "2026-10-18"}, Inconsistent, "reopened_on"},
		{"a voice about a project", TopicVoices, fields{"employer_uscc": nil}, "", ""},
		{"a voice about an employer", TopicVoices, fields{"project_id": nil}, "", ""},
		{"a voice about nobody", TopicVoices, fields{"project_id": nil, "employer_uscc": nil}, MissingField, "project_id"},
		{"an unknown answer", TopicVoices, fields{"answer": "perhaps"}, UnknownEnum, "answer"},
		{"an answer about the month it is given in", TopicVoices, fields{"month": "2026-10"}, "", ""},
		{"an answer about a month to come", TopicVoices, fields{"month": "2026-11"}, Inconsistent, "month"},
		{"a voice without a phone number", TopicVoices, fields{"worker_hash": nil}, "", ""},
		{"a voice with a phone number in the clear", TopicVoices, fields{"worker_hash": "13845733420"}, BadValue, "worker_hash"},
		{"a signal beyond a float", TopicSignals, fields{"value": raw("1e400")}, BadValue, "value"},

		{"several faults: the missing field counts", TopicPayroll, fields{"due_on": nil, "signed": "yes", "paid_yuan": "12.345"}, MissingField, "due_on"},
		{"several faults: then the type", TopicPayroll, fields{"signed": "yes", "paid_yuan": "12.345", "recorded_at": "2030-01-01T00:00:00Z"}, BadType, "signed"},
		{"several faults: then values, the first in the contract's order", TopicPayroll, fields{"channel": "wechat", "paid_yuan": "12.345", "recorded_at": "2030-01-01T00:00:00Z"}, BadValue, "paid_yuan"},
		{"several faults: then the future", TopicPayroll, fields{"payable_yuan": 1, "recorded_at": "2030-01-01T00:00:00Z"}, FutureRecord, "recorded_at"},
	}
	d := testDecoder(t, sampleNow)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := NewBatch(test.topic)
			bad := d.Add(b, with(test.topic, test.fields))
			switch {
			case test.want == "" && (bad != nil || b.Len() != 1):
				t.Errorf("rejected: %v", bad)
			case test.want != "" && (bad == nil || bad.Reason != test.want || bad.Field != test.field):
				t.Errorf("got %v, want %s of %s", bad, test.want, test.field)
			case test.want != "" && (b.Len() != 0 || b.Bytes() != 0):
				t.Error("the batch changed on a reject")
			}
		})
	}
}

func residentWithCheck(first17 string) string {
	for _, c := range "0123456789X" {
		sum := 0
		for i, w := range residentWeight {
			sum += int(first17[i]-'0') * w
		}
		if rune("10X98765432"[sum%11]) == c {
			return first17 + string(c)
		}
	}
	panic(first17)
}

func TestMessagesThatAreNoJSONObject(t *testing.T) {
	good := string(with(TopicSignals, nil))
	tests := []struct {
		name, message string
		want          Reason
	}{
		{"nothing", "", NotJSON},
		{"white space", " \n", NotJSON},
		{"an array", "[" + good + "]", NotJSON},
		{"a string", `"x"`, NotJSON},
		{"null", "null", NotJSON},
		{"half an object", good[:len(good)-1], NotJSON},
		{"a second object", good + good, NotJSON},
		{"garbage behind", good + "x", NotJSON},
		{"white space around", " \r\n\t" + good + "\n ", ""},
		{"a byte order mark", "\ufeff" + good, NotJSON},
		{"invalid UTF-8 in a value", strings.Replace(good, "grid", "gr\xffid", 1), NotJSON},
		{"invalid UTF-8 in an unknown field's name", strings.Replace(good, "{", "{\"\xc3\":1,", 1), NotJSON},
		{"a control character in a string", strings.Replace(good, "grid", "gr\x01id", 1), NotJSON},
		{"a trailing comma", good[:len(good)-1] + ",}", NotJSON},
		{"a leading zero", strings.Replace(good, `"version":1`, `"version":01`, 1), NotJSON},
		{"a plus sign", strings.Replace(good, `"version":1`, `"version":+1`, 1), NotJSON},
		{"a bare point", strings.Replace(good, `"version":1`, `"version":1.`, 1), NotJSON},
		{"NaN", strings.Replace(good, `"version":1`, `"version":NaN`, 1), NotJSON},
		{"nesting 100 deep in an unknown field", strings.Replace(good, "{", `{"u":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+",", 1), ""},
		{"nesting 200 deep", strings.Replace(good, "{", `{"u":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)+",", 1), NotJSON},
		{"a known field twice", strings.Replace(good, "{", `{"version":1,`, 1), BadValue},
		{"an unknown field twice", strings.Replace(good, "{", `{"u":1,"u":2,`, 1), ""},
		{"a name written with escapes", strings.Replace(good, `"version"`, `"\u0076ersio\u006e"`, 1), ""},
		{"a lone surrogate in a text", strings.Replace(good, "grid", `gr\ud800id`, 1), BadValue},
		{"a surrogate pair in a text", strings.Replace(good, "grid", `gr\ud83d\ude00id`, 1), ""},
		{"a message that is too long", good + strings.Repeat(" ", DefaultMaxBytes), TooLarge},
		{"a message that is too long and no JSON", strings.Repeat("x", DefaultMaxBytes+1), TooLarge},
	}
	d := testDecoder(t, sampleNow)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bad := d.Add(NewBatch(TopicSignals), []byte(test.message))
			if got := reasonOf(bad); got != test.want {
				t.Errorf("got %v, want %q", bad, test.want)
			}
		})
	}
}

func reasonOf(bad *Reject) Reason {
	if bad == nil {
		return ""
	}
	return bad.Reason
}

func TestTheReasonDoesNotDependOnTheOrderOfFields(t *testing.T) {
	d := testDecoder(t, sampleNow)
	spoilt := map[string]any{"id_number": "522601198305141120", "employer_uscc": "X", "gross_yuan": "x", "channel": "wechat"}
	var r map[string]json.RawMessage
	if err := json.Unmarshal(with(TopicPayroll, spoilt), &r); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		var b bytes.Buffer
		for name, v := range r { // Go's maps come in a random order
			fmt.Fprintf(&b, "%c%q:%s", map[bool]byte{true: '{', false: ','}[b.Len() == 0], name, v)
		}
		b.WriteByte('}')
		if bad := d.Add(NewBatch(TopicPayroll), b.Bytes()); bad == nil || bad.Reason != BadChecksum || bad.Field != "id_number" {
			t.Fatalf("%v, want bad_checksum of id_number", bad)
		}
	}
}

func TestNoRejectEverQuotesTheMessage(t *testing.T) {
	const marker = "Zq7marker9"
	d := testDecoder(t, sampleNow)
	for _, topic := range Topics() {
		for _, field := range append(schemaOf(topic).fields, marker) {
			for _, v := range []any{marker, raw(`["` + marker + `"]`), raw(`{"` + marker + `":"` + marker + `"}`), raw("731731731731.73173173"), raw("-731731731731731731731")} {
				message := with(topic, map[string]any{field: v, "version": -1})
				for _, m := range [][]byte{message, message[:len(message)-1]} {
					bad := d.Add(NewBatch(topic), m)
					if bad == nil {
						t.Fatalf("%s: accepted", topic)
					}
					if s := fmt.Sprintf("%v %+v %#v %s", bad, *bad, *bad, bad.Error()); strings.Contains(s, marker) || strings.Contains(s, "73173") {
						t.Errorf("%s with %s: %s", topic, field, s)
					}
				}
			}
		}
	}
}

func TestUnknownFieldsAreCountedByNamesThatCannotBePersonal(t *testing.T) {
	d := testDecoder(t, sampleNow)
	b := NewBatch(TopicSignals)
	for _, name := range []string{"remark", "remark", "522601199810192213", "王秀", strings.Repeat("a", 41)} {
		if bad := d.Add(b, with(TopicSignals, map[string]any{name: 1})); bad != nil {
			t.Fatal(bad)
		}
	}
	d.Add(b, []byte(`{"lost":1`)) // not JSON: not counted
	if got, want := d.Unknown(), map[string]int64{"signals.remark": 2, "signals.(other)": 3}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for i := range 1000 {
		d.Add(b, with(TopicSignals, map[string]any{fmt.Sprintf("u%c%c", 'a'+i%26, 'a'+i/26%26): 1}))
	}
	if n := len(d.Unknown()); n > maxUnknown+1 {
		t.Errorf("%d names are kept, want a bounded set", n)
	}
}

func TestTheClockIsReadForEachMessage(t *testing.T) {
	now := sampleNow
	d := NewDecoder(testProtector(t), Rules{FutureTolerance: time.Minute}, func() time.Time { return now })
	m := with(TopicSignals, map[string]any{"recorded_at": "2026-11-01T00:02:00Z"})
	if bad := d.Add(NewBatch(TopicSignals), m); reasonOf(bad) != FutureRecord {
		t.Errorf("two minutes ahead: %v", bad)
	}
	now = now.Add(time.Minute)
	if bad := d.Add(NewBatch(TopicSignals), m); bad != nil {
		t.Errorf("a minute later: %v", bad)
	}
}

func TestTheSenderOfARefusedMessageIsToldOnlyWhereItCannotBeAPerson(t *testing.T) {
	d := testDecoder(t, sampleNow)
	b := NewBatch(TopicSignals)
	for message, want := range map[string]string{
		`{"source":"bank-330502","id":1}`:        "bank-330502",
		`{"source":"Gate_3.b:x","id":"cut off`:   "Gate_3.b:x",
		`{"id":"cut off","source":"site-ga`:      "",
		`{"source":"13812345678","id":1}`:        "",
		`{"source":"id-52260119","id":1}`:        "",
		`{"source":"欧阳娜娜","id":1}`:               "",
		`{"source":"\u0062ank","id":1}`:          "",
		`{"source":"a name with spaces","id":1}`: "",
		`{"source":7,"id":1}`:                    "",
		`{"id":1}`:                               "",
		`no record`:                              "",
	} {
		if d.Add(b, []byte(message)) == nil {
			t.Fatalf("%s is a record", message)
		}
		if got := d.Sender(); got != want {
			t.Errorf("%s was sent by %q, want %q", message, got, want)
		}
	}
}
