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
