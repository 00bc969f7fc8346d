package record

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Project is a construction project (docs/reference/record-contract.md, wage.projects). The registry's identity is ID alone,
// whichever source sends it. Amounts are fen, dates civil dates in Asia/Shanghai.
type Project struct {
	Head
	Name               string
	Township           string // first 9 digits of the division code
	Sector             string // see sectors
	Investment         string // government, state_owned or private
	DeveloperUSCC      string
	ContractorUSCC     string // the general contractor
	ContractorName     string
	ContractFen        int64
	ContractSignedOn   civil.Date
	PermitOn           Opt[civil.Date]
	StartedOn          Opt[civil.Date]
	CompletedOn        Opt[civil.Date]
	Status             string // preparing, building, suspended, completed or settled
	PayDay             uint8  // agreed wage day of the following month, 1–31
	LaborCostDay       uint8  // agreed monthly funding day, 1–31
	LaborCostFen       int64  // agreed monthly labour cost
	AccountKey         Key    // of the wage account; zero without one
	AccountBank        string
	AccountOpenedOn    Opt[civil.Date]
	AccountClosedOn    Opt[civil.Date]
	DepositForm        string // cash, guarantee, insurance or waived; empty without a deposit
	DepositFen         int64
	DepositLodgedOn    Opt[civil.Date]
	DepositValidUntil  Opt[civil.Date]
	DepositRequiredFen Opt[int64] // what a decision lowered or raised it to
	DepositCovers      []string   // other projects that the deposit stands for
	PaymentGuarantee   bool
	NoticeBoard        bool
	LaborOfficer       bool
}

var (
	sectors         = enum{"construction", "transport", "water", "energy", "railway", "aviation", "other"}
	investments     = enum{"government", "state_owned", "private"}
	projectStatuses = enum{"preparing", "building", "suspended", "completed", "settled"}
	depositForms    = enum{"cash", "guarantee", "insurance", "waived"}
)

const (
	fProName = fOwn + iota
	fProTownship
	fProSector
	fProInvestment
	fProDeveloperUSCC
	fProContractorUSCC
	fProContractorName
	fProContractFen
	fProContractSignedOn
	fProPermitOn
	fProStartedOn
	fProCompletedOn
	fProStatus
	fProPayDay
	fProLaborCostDay
	fProLaborCostFen
	fProAccount
	fProAccountID
	fProAccountOpenedOn
	fProAccountBank
	fProAccountClosedOn
	fProDeposit
	fProDepositForm
	fProDepositYuan
	fProDepositLodgedOn
	fProDepositValidUntil
	fProDepositRequiredFen
	fProDepositCovers
	fProPaymentGuarantee
	fProNoticeBoard
	fProLaborOfficer
)

var projectSchema = schema{
	topic: TopicProjects,
	fields: []string{"id", "source", "version", "recorded_at", "name", "township", "sector", "investment", "developer_uscc",
		"contractor_uscc", "contractor_name", "contract_yuan", "contract_signed_on", "permit_on", "started_on",
		"completed_on", "status", "pay_day", "labor_cost_day", "labor_cost_yuan", "account", "account.id",
		"account.opened_on", "account.bank", "account.closed_on", "deposit", "deposit.form", "deposit.yuan",
		"deposit.lodged_on", "deposit.valid_until", "deposit.required_yuan", "deposit.covers", "payment_guarantee",
		"notice_board", "labor_officer"},
	lookup: func(scope uint8, key []byte) int {
		switch scope {
		case accountScope:
			switch string(key) {
			case "id":
				return fProAccountID
			case "opened_on":
				return fProAccountOpenedOn
			case "bank":
				return fProAccountBank
			case "closed_on":
				return fProAccountClosedOn
			}
			return -1
		case depositScope:
			switch string(key) {
			case "form":
				return fProDepositForm
			case "yuan":
				return fProDepositYuan
			case "lodged_on":
				return fProDepositLodgedOn
			case "valid_until":
				return fProDepositValidUntil
			case "required_yuan":
				return fProDepositRequiredFen
			case "covers":
				return fProDepositCovers
			}
			return -1
		}
		switch string(key) {
		case "id":
			return fID
		case "source":
			return fSource
		case "version":
			return fVersion
		case "recorded_at":
			return fRecordedAt
		case "name":
			return fProName
		case "township":
			return fProTownship
		case "sector":
			return fProSector
		case "investment":
			return fProInvestment
		case "developer_uscc":
			return fProDeveloperUSCC
		case "contractor_uscc":
			return fProContractorUSCC
		case "contractor_name":
			return fProContractorName
		case "contract_yuan":
			return fProContractFen
		case "contract_signed_on":
			return fProContractSignedOn
		case "permit_on":
			return fProPermitOn
		case "started_on":
			return fProStartedOn
		case "completed_on":
			return fProCompletedOn
		case "status":
			return fProStatus
		case "pay_day":
			return fProPayDay
		case "labor_cost_day":
			return fProLaborCostDay
		case "labor_cost_yuan":
			return fProLaborCostFen
		case "account":
			return fProAccount
		case "deposit":
			return fProDeposit
		case "payment_guarantee":
			return fProPaymentGuarantee
		case "notice_board":
			return fProNoticeBoard
		case "labor_officer":
			return fProLaborOfficer
		}
		return -1
	},
	nested: func(field int) uint8 {
		switch field {
		case fProAccount:
			return accountScope
		case fProDeposit:
			return depositScope
		}
		return noScope
	},
}

// Project decodes one message of wage.projects. Inconsistent: completed before started, the wage account closed before it
// was opened. A guarantee that ran out before it was lodged is not: losing the whole project over it would blind every
// detector, and the deposit detector sees it.
func (d *Decoder) Project(value []byte) (Project, *Reject) {
	return decodeOwned(d, value, (*Decoder).project)
}

func (d *Decoder) project(value []byte, r *Project) *Reject {
	if bad := d.scan(value, &projectSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.Name = d.text(fProName, maxText)
	r.Township = d.township(fProTownship)
	r.Sector = d.enum(fProSector, sectors)
	r.Investment = d.enum(fProInvestment, investments)
	r.DeveloperUSCC = d.uscc(fProDeveloperUSCC)
	r.ContractorUSCC = d.uscc(fProContractorUSCC)
	r.ContractorName = d.text(fProContractorName, maxText)
	r.ContractFen = d.yuan(fProContractFen)
	r.ContractSignedOn = d.date(fProContractSignedOn)
	r.PermitOn = d.optDate(fProPermitOn)
	r.StartedOn = d.optDate(fProStartedOn)
	r.CompletedOn = d.optDate(fProCompletedOn)
	r.Status = d.enum(fProStatus, projectStatuses)
	r.PayDay = uint8(d.integer(fProPayDay, 1, 31, "an integer from 1 to 31"))
	r.LaborCostDay = uint8(d.integer(fProLaborCostDay, 1, 31, "an integer from 1 to 31"))
	r.LaborCostFen = d.yuan(fProLaborCostFen)
	accountID := d.projectAccount(r)
	d.projectDeposit(r)
	r.PaymentGuarantee = d.boolean(fProPaymentGuarantee)
	r.NoticeBoard = d.boolean(fProNoticeBoard)
	r.LaborOfficer = d.boolean(fProLaborOfficer)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.StartedOn.OK && r.CompletedOn.OK && r.CompletedOn.V < r.StartedOn.V {
		return d.contradiction(fProCompletedOn, "a date not before started_on")
	}
	if r.AccountClosedOn.OK && r.AccountClosedOn.V < r.AccountOpenedOn.V {
		return d.contradiction(fProAccountClosedOn, "a date not before account.opened_on")
	}
	r.AccountKey = d.hash.account(accountID)
	return nil
}

type projectBatch struct {
	rows
	r                  Project // being decoded: its strings point into the message
	head               headColumns
	name               *stringColumn
	township           *dictColumn
	sector             *dictColumn
	investment         *dictColumn
	developerUSCC      *dictColumn
	contractorUSCC     *dictColumn
	contractorName     *stringColumn
	contractFen        *numColumn[int64]
	contractSignedOn   dateColumn
	permitOn           optDateColumn
	startedOn          optDateColumn
	completedOn        optDateColumn
	status             *dictColumn
	payDay             *numColumn[uint8]
	laborCostDay       *numColumn[uint8]
	laborCostFen       *numColumn[int64]
	accountKey         *keyColumn
	accountBank        *stringColumn
	accountOpenedOn    optDateColumn
	accountClosedOn    optDateColumn
	depositForm        *dictColumn
	depositFen         *numColumn[int64]
	depositLodgedOn    optDateColumn
	depositValidUntil  optDateColumn
	depositRequiredFen *nullColumn[int64]
	depositCovers      *listColumn
	paymentGuarantee   boolColumn
	noticeBoard        boolColumn
	laborOfficer       boolColumn
}

func newProjectBatch() *projectBatch {
	b := &projectBatch{rows: rows{topic: TopicProjects}}
	b.head = b.rows.head()
	b.name = b.string("name")
	b.township = b.lowCardinality("township")
	b.sector = b.lowCardinality("sector")
	b.investment = b.lowCardinality("investment")
	b.developerUSCC = b.shared("developer_uscc")
	b.contractorUSCC = b.shared("contractor_uscc")
	b.contractorName = b.string("contractor_name")
	b.contractFen = b.fen("contract_fen")
	b.contractSignedOn = b.date("contract_signed_on")
	b.permitOn = b.optDate("permit_on")
	b.startedOn = b.optDate("started_on")
	b.completedOn = b.optDate("completed_on")
	b.status = b.lowCardinality("status")
	b.payDay = num[uint8](&b.rows, "pay_day", "UInt8")
	b.laborCostDay = num[uint8](&b.rows, "labor_cost_day", "UInt8")
	b.laborCostFen = b.fen("labor_cost_fen")
	b.accountKey = b.key("account_key")
	b.accountBank = b.string("account_bank")
	b.accountOpenedOn = b.optDate("account_opened_on")
	b.accountClosedOn = b.optDate("account_closed_on")
	b.depositForm = b.lowCardinality("deposit_form")
	b.depositFen = b.fen("deposit_fen")
	b.depositLodgedOn = b.optDate("deposit_lodged_on")
	b.depositValidUntil = b.optDate("deposit_valid_until")
	b.depositRequiredFen = b.optFen("deposit_required_fen")
	b.depositCovers = b.list("deposit_covers")
	b.paymentGuarantee = b.bool("payment_guarantee")
	b.noticeBoard = b.bool("notice_board")
	b.laborOfficer = b.bool("labor_officer")
	return b
}

func (b *projectBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.project(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Project{}
	return bad
}

func (b *projectBatch) add(r *Project) {
	b.head.add(&r.Head)
	b.name.add(r.Name)
	b.township.add(r.Township)
	b.sector.add(r.Sector)
	b.investment.add(r.Investment)
	b.developerUSCC.add(r.DeveloperUSCC)
	b.contractorUSCC.add(r.ContractorUSCC)
	b.contractorName.add(r.ContractorName)
	b.contractFen.add(r.ContractFen)
	b.contractSignedOn.add(r.ContractSignedOn)
	b.permitOn.add(r.PermitOn)
	b.startedOn.add(r.StartedOn)
	b.completedOn.add(r.CompletedOn)
	b.status.add(r.Status)
	b.payDay.add(r.PayDay)
	b.laborCostDay.add(r.LaborCostDay)
	b.laborCostFen.add(r.LaborCostFen)
	b.accountKey.add(r.AccountKey)
	b.accountBank.add(r.AccountBank)
	b.accountOpenedOn.add(r.AccountOpenedOn)
	b.accountClosedOn.add(r.AccountClosedOn)
	b.depositForm.add(r.DepositForm)
	b.depositFen.add(r.DepositFen)
	b.depositLodgedOn.add(r.DepositLodgedOn)
	b.depositValidUntil.add(r.DepositValidUntil)
	b.depositRequiredFen.add(r.DepositRequiredFen.V, r.DepositRequiredFen.OK)
	b.depositCovers.add(r.DepositCovers)
	b.paymentGuarantee.add(r.PaymentGuarantee)
	b.noticeBoard.add(r.NoticeBoard)
	b.laborOfficer.add(r.LaborOfficer)
	b.n++
}

// projectAccount reads the wage account, and returns its number to be hashed.
func (d *Decoder) projectAccount(r *Project) []byte {
	if !d.members(fProAccount) {
		return nil
	}
	number := d.account(fProAccountID)
	r.AccountOpenedOn = some(d.date(fProAccountOpenedOn))
	r.AccountBank = d.text(fProAccountBank, maxText)
	r.AccountClosedOn = d.optDate(fProAccountClosedOn)
	return number
}

func (d *Decoder) projectDeposit(r *Project) {
	if !d.members(fProDeposit) {
		return
	}
	r.DepositForm = d.enum(fProDepositForm, depositForms)
	r.DepositFen = d.yuan(fProDepositYuan)
	r.DepositLodgedOn = some(d.date(fProDepositLodgedOn))
	r.DepositValidUntil = d.optDate(fProDepositValidUntil)
	r.DepositRequiredFen = d.optYuan(fProDepositRequiredFen)
	r.DepositCovers = d.optIDs(fProDepositCovers)
}

// Sort orders by id, version, recorded_at.
func (b *projectBatch) Sort() {
	b.sortBy(func(int) (hi, lo uint64) { return 0, 0 }, func(i, j int) int {
		if c := b.head.id.compare(i, j); c != 0 {
			return c
		}
		return b.head.compareVersions(i, j)
	})
}
