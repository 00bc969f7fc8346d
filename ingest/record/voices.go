package record

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Voice is one answer to "was this month's wage paid?", given by a site's code without an account
// (docs/reference/record-contract.md, wage.voices). It is a signal and proves nothing: anybody may have given it.
type Voice struct {
	Head
	ProjectID    string
	EmployerUSCC string
	Month        civil.Month
	Answer       string // see voiceAnswers
	SaidOn       civil.Date
	WorkerHash   Key // keyed hash of a phone number; zero where none was given
}

var voiceAnswers = enum{"paid", "partly", "unpaid", "not_due"}

// Voice decodes one message of wage.voices. One that names neither project nor employer is about nobody: missing_field.
// Inconsistent: an answer about a month that had not begun.
func (d *Decoder) Voice(value []byte) (Voice, *Reject) {
	return decodeOwned(d, value, (*Decoder).voice)
}

func (d *Decoder) voice(value []byte, r *Voice) *Reject {
	if bad := d.scan(value, &voiceSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.ProjectID = d.optID(fVoiProjectID)
	r.EmployerUSCC = d.optUSCC(fVoiEmployerUSCC)
	if d.tok[fVoiProjectID].kind <= null && d.tok[fVoiEmployerUSCC].kind <= null {
		d.fail(fVoiProjectID, MissingField, "a value, or one of employer_uscc")
	}
	r.Month = d.month(fVoiMonth)
	r.Answer = d.enum(fVoiAnswer, voiceAnswers)
	r.SaidOn = d.date(fVoiSaidOn)
	r.WorkerHash = d.optKey(fVoiWorkerHash)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.Month.First() > r.SaidOn {
		return d.contradiction(fVoiMonth, "a month that had begun on said_on")
	}
	return nil
}

// Sort orders by source, id, version, recorded_at.
func (b *voiceBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
