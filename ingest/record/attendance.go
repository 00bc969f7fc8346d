package record

import (
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Attendance is one worker on one project on one day (docs/reference/record-contract.md, wage.attendance).
type Attendance struct {
	Head
	KeyID        KeyID
	WorkerKey    Key
	ProjectID    string
	EmployerUSCC string
	WorkDate     civil.Date
	CheckIn      Opt[time.Time] // UTC
	CheckOut     Opt[time.Time] // UTC; a night shift ends on the next day
	Centihours   uint16         // hundredths of an hour, 0–2400; 0: known to be absent; HoursUnknown: present
	Device       string
}

// HoursUnknown are the Centihours of a day on which the worker was present and nobody knows how long. It is a day of work.
const HoursUnknown uint16 = 65535

const (
	fAttIDType = fOwn + iota
	fAttIDNumber
	fAttProjectID
	fAttEmployerUSCC
	fAttWorkDate
	fAttCheckIn
	fAttCheckOut
	fAttHours
	fAttDevice
)

var attendanceSchema = schema{
	topic: TopicAttendance,
	fields: []string{"id", "source", "version", "recorded_at", "id_type", "id_number", "project_id", "employer_uscc", "work_date",
		"check_in", "check_out", "hours", "device"},
	lookup: func(_ uint8, key []byte) int {
		switch string(key) {
		case "id":
			return fID
		case "source":
			return fSource
		case "version":
			return fVersion
		case "recorded_at":
			return fRecordedAt
		case "id_type":
			return fAttIDType
		case "id_number":
			return fAttIDNumber
		case "project_id":
			return fAttProjectID
		case "employer_uscc":
			return fAttEmployerUSCC
		case "work_date":
			return fAttWorkDate
		case "check_in":
			return fAttCheckIn
		case "check_out":
			return fAttCheckOut
		case "hours":
			return fAttHours
		case "device":
			return fAttDevice
		}
		return -1
	},
}

// Attendance decodes one message of wage.attendance. Inconsistent: check_out before check_in. The hours are not held
// against the two times, since breaks and several entries a day lie between them; where they are left out, they are not
// taken from the times either.
func (d *Decoder) Attendance(value []byte) (Attendance, *Reject) {
	return decodeOwned(d, value, (*Decoder).attendance)
}

func (d *Decoder) attendance(value []byte, r *Attendance) *Reject {
	if bad := d.scan(value, &attendanceSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	idType, idNumber := d.paper(fAttIDType, fAttIDNumber)
	r.ProjectID = d.id(fAttProjectID)
	r.EmployerUSCC = d.uscc(fAttEmployerUSCC)
	r.WorkDate = d.date(fAttWorkDate)
	r.CheckIn = d.optInstant(fAttCheckIn)
	r.CheckOut = d.optInstant(fAttCheckOut)
	r.Centihours = d.hours(fAttHours)
	r.Device = d.optText(fAttDevice, maxText)
	d.anonymous(&r.Head, idNumber)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.CheckIn.OK && r.CheckOut.OK && r.CheckOut.V.Before(r.CheckIn.V) {
		return d.contradiction(fAttCheckOut, "a time not before check_in")
	}
	if r.Centihours == 0 && r.CheckIn.OK && !r.CheckOut.OK {
		r.Centihours = HoursUnknown // present: checked in without checking out, or the reverse
	}
	r.KeyID = d.protector.HashKeyID()
	r.WorkerKey = d.hash.person(idType, idNumber)
	return nil
}

type attendanceBatch struct {
	rows
	r            Attendance // being decoded: its strings point into the message
	head         headColumns
	keyID        *dictColumn
	workerKey    *keyColumn
	projectID    *dictColumn
	employerUSCC *dictColumn
	workDate     dateColumn
	checkIn      optSecondColumn
	checkOut     optSecondColumn
	centihours   *numColumn[uint16]
	device       *stringColumn
}

func newAttendanceBatch() *attendanceBatch {
	b := &attendanceBatch{rows: rows{topic: TopicAttendance}}
	b.head = b.rows.head()
	b.keyID = b.lowCardinality("key_id")
	b.workerKey = b.key("worker_key")
	b.projectID = b.shared("project_id")
	b.employerUSCC = b.shared("employer_uscc")
	b.workDate = b.date("work_date")
	b.checkIn = b.optSecond("check_in")
	b.checkOut = b.optSecond("check_out")
	b.centihours = num[uint16](&b.rows, "centihours", "UInt16")
	b.device = b.string("device")
	return b
}

func (b *attendanceBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.attendance(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Attendance{}
	return bad
}

func (b *attendanceBatch) add(r *Attendance) {
	b.head.add(&r.Head)
	b.keyID.add(r.KeyID)
	b.workerKey.add(r.WorkerKey)
	b.projectID.add(r.ProjectID)
	b.employerUSCC.add(r.EmployerUSCC)
	b.workDate.add(r.WorkDate)
	b.checkIn.add(r.CheckIn)
	b.checkOut.add(r.CheckOut)
	b.centihours.add(r.Centihours)
	b.device.add(r.Device)
	b.n++
}

// Sort orders by project_id, work_date, worker_key, source, id, version, recorded_at.
func (b *attendanceBatch) Sort() {
	b.projectID.sortValues()
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) {
		key, lo := b.workerKey.head(i, 2)
		return uint64(b.projectID.rankOf(i))<<32 | uint64(b.workDate.v[i])<<16 | key, lo
	}, func(i, j int) int {
		if c := b.workerKey.compare(i, j); c != 0 {
			return c
		}
		return b.head.compare(i, j)
	})
}
