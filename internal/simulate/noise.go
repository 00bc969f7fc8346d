package simulate

import (
	"bytes"
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
)

// noise is what happens to records between their source and the broker. None of it changes a fact: every record still
// arrives, right, at the latest some days on. So no clean project may look different for it.
type noise struct {
	on         bool
	dice       draw.Dice
	held       map[civil.Date][]heldRecord
	duplicates int64
	bad        map[string]int64
	scratch    []byte
}

// Shares of records. Bad ones come besides the right record, as a source's rejected first try.
const (
	resentAtOnce  = 0.002
	resentLater   = 0.001
	malformed     = 0.0005
	gateOffline   = 0.003  // attendance: the gate uploads days later
	timeCorrected = 0.0015 // attendance: hours corrected by a second version
	overtaken     = 0.001  // a slip's unpaid version arrives after its paid one
)

// heldRecord arrives on a later day.
type heldRecord struct {
	sec   int32 // of arrival
	topic uint8
	key   string
	at    time.Time
	json  []byte
}

// due starts the day's noise and returns what it held up until today.
func (n *noise) due(seed uint64, d civil.Date) []heldRecord {
	n.dice.Reset(seed, subjectNoise, uint64(d))
	held := n.held[d]
	delete(n.held, d)
	return held
}

func (n *noise) hold(on civil.Date, h heldRecord) { n.held[on] = append(n.held[on], h) }

func (w *World) emitNoisily(e *event, json []byte, out func(uint8, string, int32, []byte) error) error {
	n := &w.noise
	r := &n.dice
	x := r.Float()
	below := func(p float64) bool { x -= p; return x < 0 }
	arrive := func(days int, sec int32, json []byte) {
		n.hold(w.today.AddDays(days), heldRecord{sec: sec, topic: e.topic, key: e.key, at: time.Unix(w.dayStart+int64(e.sec), 0).In(civil.Zone), json: slices.Clone(json)})
	}
	switch {
	case below(malformed):
		bad, reason := spoil(append(n.scratch[:0], json...), e.topic, r)
		n.scratch = bad
		n.bad[reason]++
		if err := out(e.topic, e.key, e.sec, bad); err != nil {
			return err
		}
	case below(resentAtOnce):
		n.duplicates++
		if err := out(e.topic, e.key, e.sec, json); err != nil {
			return err
		}
	case below(resentLater):
		n.duplicates++
		arrive(r.In(1, 25), int32(r.N(86400)), json)
	case e.topic == topicAttendance && below(gateOffline):
		days, sec := r.In(1, 4), int32(25200+r.N(20000))
		on := w.today.AddDays(days)
		late := w.attendanceAs(nil, e, sec, on, 1)
		n.hold(on, heldRecord{sec: sec, topic: e.topic, key: e.key, at: on.Start().Add(time.Duration(sec) * time.Second), json: late})
		return nil
	case e.topic == topicAttendance && below(timeCorrected) && w.projects[e.project].crew[e.worker].basis != basisHour:
		days, sec := r.In(1, 2), int32(30000+r.N(20000))
		on := w.today.AddDays(days)
		right := *e
		right.quarters += int16(1 - 2*r.N(2))
		json := w.attendanceAs(nil, &right, sec, on, 2)
		n.hold(on, heldRecord{sec: sec, topic: e.topic, key: e.key, at: on.Start().Add(time.Duration(sec) * time.Second), json: json})
	case e.topic == topicPayroll && e.first && below(overtaken):
		arrive(r.In(5, 20), int32(r.N(86400)), json)
		return nil
	}
	return out(e.topic, e.key, e.sec, json)
}

// spoil breaks a copy of a record in one way and names the contract's reason code for it.
func spoil(b []byte, topic uint8, r *draw.Dice) ([]byte, string) {
	personal := topic == topicAttendance || topic == topicPayroll || topic == topicWorkers
	switch k := r.N(8); {
	case k == 1:
		return cutOut(b, `"recorded_at":"`, `",`), "missing_field"
	case k == 2:
		return swap(b, `"version":`, `"version":"v`, `,`, `",`), "bad_type"
	case k == 3 && personal && bytes.Contains(b, []byte(`"id_type":"resident"`)):
		i := bytes.Index(b, []byte(`"id_number":"`)) + len(`"id_number":"`) + 17
		if b[i] == '7' {
			b[i] = '8'
		} else {
			b[i] = '7'
		}
		return b, "bad_checksum"
	case k == 4:
		return swap(b, `"recorded_at":"20`, `"recorded_at":"on 20`, "", ""), "bad_value"
	case k == 5 && personal:
		return swap(b, `"id_type":"`, `"id_type":"x_`, "", ""), "unknown_enum"
	case k == 6:
		// Decades ahead: in the future whenever it is read.
		i := bytes.Index(b, []byte(`"recorded_at":"20`)) + len(`"recorded_at":"20`)
		b[i] = '9'
		return b, "future_record"
	case k == 7 && topic == topicPayroll:
		return swap(b, `"payable_yuan":`, `"payable_yuan":1`, "", ""), "inconsistent"
	}
	return b[:len(b)-len(b)/3], "not_json"
}

func cutOut(b []byte, from, to string) []byte {
	i := bytes.Index(b, []byte(from))
	j := i + len(from) + bytes.Index(b[i+len(from):], []byte(to)) + len(to)
	return slices.Delete(b, i, j)
}

// swap replaces the first from by to, and after it the first end by newEnd.
func swap(b []byte, from, to, end, newEnd string) []byte {
	i := bytes.Index(b, []byte(from))
	b = slices.Replace(b, i, i+len(from), []byte(to)...)
	if end != "" {
		j := i + len(to) + bytes.Index(b[i+len(to):], []byte(end))
		b = slices.Replace(b, j, j+len(end), []byte(newEnd)...)
	}
	return b
}
