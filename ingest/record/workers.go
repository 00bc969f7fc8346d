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

const (
	fWorIDType = fOwn + iota
	fWorIDNumber
	fWorName
	fWorPhone
	fWorBankAccount
	fWorProjectID
	fWorEmployerUSCC
	fWorTeam
	fWorJob
	fWorContractSignedOn
	fWorEnteredOn
	fWorLeftOn
	fWorSettledOn
	fWorSettledConfirmed
	fWorWageBasis
	fWorWageFen
)

var workerSchema = schema{
	topic: TopicWorkers,
	fields: []string{"id", "source", "version", "recorded_at", "id_type", "id_number", "name", "phone", "bank_account",
		"project_id", "employer_uscc", "team", "job", "contract_signed_on", "entered_on", "left_on",
		"settled_on", "settled_confirmed", "wage_basis", "wage_yuan"},
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
			return fWorIDType
		case "id_number":
			return fWorIDNumber
		case "name":
			return fWorName
		case "phone":
			return fWorPhone
		case "bank_account":
			return fWorBankAccount
		case "project_id":
			return fWorProjectID
		case "employer_uscc":
			return fWorEmployerUSCC
		case "team":
			return fWorTeam
		case "job":
			return fWorJob
		case "contract_signed_on":
			return fWorContractSignedOn
		case "entered_on":
			return fWorEnteredOn
		case "left_on":
			return fWorLeftOn
		case "settled_on":
			return fWorSettledOn
		case "settled_confirmed":
			return fWorSettledConfirmed
		case "wage_basis":
			return fWorWageBasis
		case "wage_yuan":
			return fWorWageFen
		}
		return -1
	},
}

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
	r.WageFen = d.yuan(fWorWageFen)
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

type workerBatch struct {
	rows
	r                Worker // being decoded: its strings point into the message
	head             headColumns
	keyID            *dictColumn
	workerKey        *keyColumn
	idType           *dictColumn
	nameMasked       *stringColumn
	nameSealed       *stringColumn
	phoneLast4       *stringColumn
	phoneSealed      *stringColumn
	accountKey       *keyColumn
	birthDecade      *numColumn[uint16]
	sex              *dictColumn
	homeProvince     *dictColumn
	projectID        *dictColumn
	employerUSCC     *dictColumn
	team             *stringColumn
	job              *stringColumn
	contractSignedOn optDateColumn
	enteredOn        dateColumn
	leftOn           optDateColumn
	settledOn        optDateColumn
	settledConfirmed boolColumn
	wageBasis        *dictColumn
	wageFen          *numColumn[int64]
}

func newWorkerBatch() *workerBatch {
	b := &workerBatch{rows: rows{topic: TopicWorkers}}
	b.head = b.rows.head()
	b.keyID = b.lowCardinality("key_id")
	b.workerKey = b.key("worker_key")
	b.idType = b.lowCardinality("id_type")
	b.nameMasked = b.string("name_masked")
	b.nameSealed = b.string("name_sealed")
	b.phoneLast4 = b.string("phone_last4")
	b.phoneSealed = b.string("phone_sealed")
	b.accountKey = b.key("account_key")
	b.birthDecade = num[uint16](&b.rows, "birth_decade", "UInt16")
	b.sex = b.lowCardinality("sex")
	b.homeProvince = b.lowCardinality("home_province")
	b.projectID = b.shared("project_id")
	b.employerUSCC = b.shared("employer_uscc")
	b.team = b.string("team")
	b.job = b.string("job")
	b.contractSignedOn = b.optDate("contract_signed_on")
	b.enteredOn = b.date("entered_on")
	b.leftOn = b.optDate("left_on")
	b.settledOn = b.optDate("settled_on")
	b.settledConfirmed = b.bool("settled_confirmed")
	b.wageBasis = b.lowCardinality("wage_basis")
	b.wageFen = b.fen("wage_fen")
	return b
}

func (b *workerBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.worker(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Worker{}
	return bad
}

func (b *workerBatch) add(r *Worker) {
	b.head.add(&r.Head)
	b.keyID.add(r.KeyID)
	b.workerKey.add(r.WorkerKey)
	b.idType.add(r.IDType)
	b.nameMasked.add(r.NameMasked)
	b.nameSealed.add(r.NameSealed)
	b.phoneLast4.add(r.PhoneLast4)
	b.phoneSealed.add(r.PhoneSealed)
	b.accountKey.add(r.AccountKey)
	b.birthDecade.add(r.BirthDecade)
	b.sex.add(r.Sex)
	b.homeProvince.add(r.HomeProvince)
	b.projectID.add(r.ProjectID)
	b.employerUSCC.add(r.EmployerUSCC)
	b.team.add(r.Team)
	b.job.add(r.Job)
	b.contractSignedOn.add(r.ContractSignedOn)
	b.enteredOn.add(r.EnteredOn)
	b.leftOn.add(r.LeftOn)
	b.settledOn.add(r.SettledOn)
	b.settledConfirmed.add(r.SettledConfirmed)
	b.wageBasis.add(r.WageBasis)
	b.wageFen.add(r.WageFen)
	b.n++
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
