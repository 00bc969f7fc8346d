package record

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Worker is the real-name registration of one worker for one engagement (docs/reference/record-contract.md, wage.workers).
type Worker struct {
	Head
	KeyID       KeyID // of WorkerKey and AccountKey
	WorkerKey   Key
	IDType      string // resident, hk_macau, taiwan or foreign
	NameMasked  string // 王*
	NameSealed  string // see Protector.Open
	PhoneLast4  string
	PhoneSealed string // see Protector.Open
	AccountKey  Key    // zero where the source sent none
	Person
	ProjectID        string // empty outside construction
	EmployerUSCC     string
	Team             string
	Job              string
	ContractSignedOn Opt[civil.Date]
	EnteredOn        civil.Date
	LeftOn           Opt[civil.Date]
	SettledOn        Opt[civil.Date]
	SettledConfirmed bool   // the worker confirmed settlement
	WageBasis        string // month, day, hour or piece
	WageFen          int64  // per unit of WageBasis
}

var wageBases = enum{"month", "day", "hour", "piece"}

// Worker decodes one message of wage.workers. Inconsistent: left before entered. A contract signed or wages settled at odds
// with the stay is for detectors.
func (d *Decoder) Worker(value []byte) (Worker, *Reject) {
	return decodeOwned(d, value, (*Decoder).worker)
}

func (d *Decoder) worker(value []byte, r *Worker) *Reject {
	if bad := d.scan(value, &workerSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	idType, idNumber := d.paper(fWorIDType, fWorIDNumber)
	r.IDType = idType
	name := d.text(fWorName, maxText)
	phone := d.optText(fWorPhone, maxText)
	bankAccount := d.optAccount(fWorBankAccount)
	r.ProjectID = d.optID(fWorProjectID)
	r.EmployerUSCC = d.uscc(fWorEmployerUSCC)
	r.Team = d.optNote(fWorTeam)
	r.Job = d.optNote(fWorJob)
	r.ContractSignedOn = d.optDate(fWorContractSignedOn)
	r.EnteredOn = d.date(fWorEnteredOn)
	r.LeftOn = d.optDate(fWorLeftOn)
	r.SettledOn = d.optDate(fWorSettledOn)
	r.SettledConfirmed = d.boolean(fWorSettledConfirmed)
	r.WageBasis = d.enum(fWorWageBasis, wageBases)
	r.WageFen = d.yuan(fWorWageYuan)
	d.anonymous(&r.Head, idNumber, []byte(phone), bankAccount)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.LeftOn.OK && r.LeftOn.V < r.EnteredOn {
		return d.contradiction(fWorLeftOn, "a date not before entered_on")
	}
	r.KeyID = d.protector.HashKeyID()
	r.WorkerKey = d.hash.person(idType, idNumber)
	r.NameMasked = d.mask(name)
	r.NameSealed = d.seal(&r.Head, SealedName, name)
	r.PhoneLast4 = LastFour(phone)
	r.PhoneSealed = d.seal(&r.Head, SealedPhone, phone)
	r.AccountKey = d.hash.account(bankAccount)
	r.Person = d.describe(idType, idNumber)
	return nil
}

// Sort orders by project_id, employer_uscc, worker_key, source, id, version, recorded_at.
func (b *workerBatch) Sort() {
	b.projectID.sortValues()
	b.employerUSCC.sortValues()
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) {
		_, lo = b.workerKey.head(i, 0)
		return uint64(b.projectID.rankOf(i))<<32 | uint64(b.employerUSCC.rankOf(i)), lo
	}, func(i, j int) int {
		if c := b.workerKey.compare(i, j); c != 0 {
			return c
		}
		return b.head.compare(i, j)
	})
}
