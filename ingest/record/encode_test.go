package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// decoded reads a message as its topic's record and names the schema.
func decoded(d *Decoder, topic Topic, value []byte) (record any, s *schema, bad *Reject) {
	switch topic {
	case TopicProjects:
		record, bad = d.Project(value)
		return record, &projectSchema, bad
	case TopicEmployers:
		record, bad = d.Employer(value)
		return record, &employerSchema, bad
	case TopicWorkers:
		record, bad = d.Worker(value)
		return record, &workerSchema, bad
	case TopicAttendance:
		record, bad = d.Attendance(value)
		return record, &attendanceSchema, bad
	case TopicPayroll:
		record, bad = d.Payroll(value)
		return record, &payrollSchema, bad
	case TopicAccountEntries:
		record, bad = d.AccountEntry(value)
		return record, &accountEntrySchema, bad
	case TopicComplaints:
		record, bad = d.Complaint(value)
		return record, &complaintSchema, bad
	case TopicProceedings:
		record, bad = d.Proceeding(value)
		return record, &proceedingSchema, bad
	case TopicPermits:
		record, bad = d.Permit(value)
		return record, &permitSchema, bad
	case TopicClosures:
		record, bad = d.Closure(value)
		return record, &closureSchema, bad
	case TopicVoices:
		record, bad = d.Voice(value)
		return record, &voiceSchema, bad
	}
	record, bad = d.Signal(value)
	return record, &signalSchema, bad
}

// encode writes a record that was decoded from a message as a message of its own: every value that the record holds in the
// clear from the record, those that it holds only hashed or sealed from the message.
func encode(t *testing.T, record any, s *schema, message []byte) []byte {
	t.Helper()
	fields := map[string]any{}
	from := json.NewDecoder(bytes.NewReader(message))
	from.UseNumber()
	if err := from.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	for name := range fields {
		if s.lookup(topScope, []byte(name)) < 0 {
			delete(fields, name)
		}
	}
	put(t, fields, s, reflect.ValueOf(record))
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(fields); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func put(t *testing.T, fields map[string]any, s *schema, record reflect.Value) {
	t.Helper()
	for i := range record.NumField() {
		f, v := record.Type().Field(i), record.Field(i)
		if f.Anonymous {
			put(t, fields, s, v)
			continue
		}
		in, name := fields, spelt(f.Name)
		outer, inner, _ := strings.Cut(name, "_")
		switch {
		case slices.Contains(s.fields, outer+"."+inner):
			nested, _ := fields[outer].(map[string]any)
			if nested == nil {
				continue
			}
			in, name = nested, inner
		case !slices.Contains(s.fields, name):
			continue // held only hashed, masked or sealed
		}
		if text, there := written(t, f.Name, v.Interface()); there {
			in[name] = text
		} else {
			delete(in, name)
		}
	}
}

// spelt is a record's field as the contract spells it.
func spelt(name string) string {
	switch name {
	case "AmountFen":
		return "yuan"
	case "Centihours":
		return "hours"
	case "ClosedBy":
		return "by"
	}
	name = strings.ReplaceAll(strings.ReplaceAll(name, "USCC", "Uscc"), "ID", "Id")
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	text := b.String()
	if cut, ok := strings.CutSuffix(text, "_fen"); ok {
		return cut + "_yuan"
	}
	return text
}

// written is a value as the contract writes it; false for one that a record leaves out.
func written(t *testing.T, name string, value any) (any, bool) {
	t.Helper()
	switch v := value.(type) {
	case string:
		return v, v != ""
	case bool:
		return v, true
	case time.Time:
		return v.Format(time.RFC3339Nano), true
	case civil.Date:
		return v.String(), true
	case civil.Month:
		return v.String(), true
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64)), true
	case int64: // fen
		return json.Number(fmt.Sprintf("%d.%02d", v/100, v%100)), true
	case uint16: // hours
		return json.Number(fmt.Sprintf("%d.%02d", v/100, v%100)), v != HoursUnknown
	case Key:
		return v.String(), !v.IsZero()
	case []string:
		return v, v != nil
	case uint64, uint32, uint8:
		return json.Number(fmt.Sprint(v)), true
	case Opt[civil.Date]:
		return v.V.String(), v.OK
	case Opt[civil.Month]:
		return v.V.String(), v.OK
	case Opt[time.Time]:
		return v.V.Format(time.RFC3339Nano), v.OK
	case Opt[int64]:
		text, _ := written(t, name, v.V)
		return text, v.OK
	case Opt[uint32]:
		return json.Number(fmt.Sprint(v.V)), v.OK
	case Opt[uint8]:
		return json.Number(fmt.Sprint(v.V)), v.OK
	}
	t.Fatalf("%s is a %T, which the contract does not write", name, value)
	return nil, false
}

func TestARecordIsTheSameWhenWhatWasDecodedIsEncodedAgain(t *testing.T) {
	d := testDecoder(t, sampleNow)
	for _, topic := range Topics() {
		first, s, bad := decoded(d, topic, with(topic, nil))
		if bad != nil {
			t.Fatal(bad)
		}
		// The personal fields stay, all others are replaced by the record's.
		second, _, bad := decoded(d, topic, encode(t, first, s, with(topic, map[string]any{"version": 7, "source": "another", "recorded_at": "2020-01-01T00:00:00Z"})))
		if bad != nil || !reflect.DeepEqual(first, second) {
			t.Errorf("%s: decoded again %+v (%v), want %+v", topic, second, bad, first)
		}
	}
}
