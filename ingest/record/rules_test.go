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
			"deposit":{"form":"guarantee","yuan":"300000.50","lodged_on":"2026-06-20","valid_until":"2028-01-01"},
			"payment_guarantee":true,"notice_board":false,"labor_officer":true}`
	case TopicEmployers:
		text = `{"id":"91331024PBRNYTPLXX","source":"city","version":1,"recorded_at":"2026-06-01T20:00:00+08:00","name":"演示企业",
			"township":"331024102","industry":"E","legal_person":"王秀","legal_person_id":"522601199810192213","headcount":120,"status":"active"}`
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
			"channel":"special_account","payee_account":"626382975179352062","signed":true}`
	case TopicAccountEntries:
		text = `{"id":"ENT-1","source":"bank","version":1,"recorded_at":"2026-07-05T10:00:00+08:00","project_id":"P-1","account_id":"ACC-1",
			"booked_at":"2026-07-05T10:00:00+08:00","kind":"labor_cost_in","yuan":101606.4,"balance_yuan":63503.99999999999,"counterparty":"演示开发"}`
	case TopicComplaints:
		text = `{"id":"LEAD-1","source":"hotline","version":1,"recorded_at":"2026-10-12T20:00:00+08:00","channel":"hotline","township":"331024001",
			"project_id":"P-1","employer_uscc":"91331024RRX31615FG","workers":3,"yuan":5000,"received_on":"2026-10-10","status":"resolved",
			"status_on":"2026-10-12","department":"县人社局","resolved_on":"2026-10-12","paid_yuan":5000,"incident":"group","participants":12,"satisfaction":5}`
	case TopicProceedings:
		text = `{"id":"ORD-1","source":"inspection","version":1,"recorded_at":"2026-09-15T20:00:00+08:00","kind":"rectification_order",
			"complaint_id":"LEAD-1","township":"331024002","project_id":"P-1","employer_uscc":"91331024P80BE5GMBE","workers":12,"yuan":90000,
			"opened_on":"2026-09-01","due_on":"2026-09-15","closed_on":"2026-09-15","outcome":"fulfilled"}`
	case TopicSignals:
		text = `{"id":"SIG-1","source":"grid","version":1,"recorded_at":"2026-05-28T20:00:00+08:00","employer_uscc":"91331024YUN57J464C",
			"month":"2026-05","indicator":"electricity_kwh","value":100000.25}`
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
	TopicProjects:       {"permit_on", "started_on", "completed_on", "account", "account.closed_on", "deposit", "deposit.valid_until"},
	TopicEmployers:      {"legal_person_id", "headcount"},
	TopicWorkers:        {"phone", "bank_account", "project_id", "team", "job", "contract_signed_on", "left_on", "settled_on"},
	TopicAttendance:     {"check_in", "check_out", "device"},
	TopicPayroll:        {"project_id", "paid_on", "payee_account"},
	TopicAccountEntries: {"counterparty"},
	TopicComplaints:     {"project_id", "employer_uscc", "department", "resolved_on", "paid_yuan", "participants", "satisfaction"},
	TopicProceedings:    {"complaint_id", "project_id", "due_on", "closed_on", "outcome"},
}

func schemaOf(topic Topic) *schema {
	for _, s := range []*schema{&projectSchema, &employerSchema, &workerSchema, &attendanceSchema, &payrollSchema, &accountEntrySchema,
		&complaintSchema, &proceedingSchema, &signalSchema} {
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
		{"no hours", TopicAttendance, fields{"hours": 0}, "", ""},
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
		{"nothing payable", TopicPayroll, fields{"gross_yuan": 0, "deducted_yuan": 0, "payable_yuan": 0, "paid_yuan": 0}, "", ""},
		{"paid within the tolerance above payable", TopicPayroll, fields{"paid_yuan": 7560.5}, "", ""},
		{"paid beyond the tolerance above payable", TopicPayroll, fields{"paid_yuan": 7560.51}, Inconsistent, "paid_yuan"},
		{"paid without a date", TopicPayroll, fields{"paid_on": nil}, "", ""},
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
		{"an account number of spaces", TopicProjects, fields{"account.id": "  "}, BadValue, "account.id"},

		{"industry U", TopicEmployers, fields{"industry": "U"}, UnknownEnum, "industry"},
		{"a legal person's resident id with a wrong check character", TopicEmployers, fields{"legal_person_id": "522601199810192214"}, BadChecksum, "legal_person_id"},
		{"a legal person's passport", TopicEmployers, fields{"legal_person_id": "K1234567"}, "", ""},
		{"a headcount beyond 32 bits", TopicEmployers, fields{"headcount": raw("4294967296")}, BadValue, "headcount"},

		{"a negative balance", TopicAccountEntries, fields{"balance_yuan": raw("-1")}, BadValue, "balance_yuan"},
		{"a balance of float noise below zero", TopicAccountEntries, fields{"balance_yuan": raw("-1.4551915228366852e-11")}, "", ""},
		{"an unknown kind of entry", TopicAccountEntries, fields{"kind": "gift"}, UnknownEnum, "kind"},

		{"a lead without workers", TopicComplaints, fields{"workers": 0}, BadValue, "workers"},
		{"satisfaction 6", TopicComplaints, fields{"satisfaction": 6}, BadValue, "satisfaction"},
		{"resolved before received", TopicComplaints, fields{"resolved_on": "2026-10-09"}, Inconsistent, "resolved_on"},
		{"resolved without a date", TopicComplaints, fields{"resolved_on": nil}, "", ""},
		{"a proceeding for no workers", TopicProceedings, fields{"workers": 0}, "", ""},
		{"closed before opened", TopicProceedings, fields{"closed_on": "2026-08-31"}, Inconsistent, "closed_on"},
		{"an unknown outcome", TopicProceedings, fields{"outcome": "lost"}, UnknownEnum, "outcome"},
		{"a negative signal", TopicSignals, fields{"value": -3.5}, "", ""},
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
