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
	r.ContractFen = d.yuan(fProContractYuan)
	r.ContractSignedOn = d.date(fProContractSignedOn)
	r.PermitOn = d.optDate(fProPermitOn)
	r.StartedOn = d.optDate(fProStartedOn)
	r.CompletedOn = d.optDate(fProCompletedOn)
	r.Status = d.enum(fProStatus, projectStatuses)
	r.PayDay = uint8(d.integer(fProPayDay, 1, 31, "an integer from 1 to 31"))
	r.LaborCostDay = uint8(d.integer(fProLaborCostDay, 1, 31, "an integer from 1 to 31"))
	r.LaborCostFen = d.yuan(fProLaborCostYuan)
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
	r.DepositRequiredFen = d.optYuan(fProDepositRequiredYuan)
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
