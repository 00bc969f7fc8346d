package record

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Payroll is one pay slip: worker, employer, wage month (docs/reference/record-contract.md, wage.payroll). Amounts are fen.
// A later payment is the same slip with a higher version.
type Payroll struct {
	Head
	KeyID        KeyID // of WorkerKey and PayeeKey
	WorkerKey    Key
	ProjectID    string // empty outside construction
	EmployerUSCC string
	WageMonth    civil.Month
	DueOn        civil.Date
	GrossFen     int64
	DeductedFen  int64
	PayableFen   int64           // GrossFen − DeductedFen
	PaidFen      int64           // so far
	PaidOn       Opt[civil.Date] // the last payment
	Channel      string          // special_account, employer_account, cash or in_kind
	PayeeKey     Key             // zero where the source sent no account
	Signed       bool            // the worker signed the sheet
	TaxFen       Opt[int64]      // of DeductedFen
	InsuranceFen Opt[int64]      // of DeductedFen
}

var payChannels = enum{"special_account", "employer_account", "cash", "in_kind"}

// Payroll decodes one message of wage.payroll. Inconsistent: payable is not gross less deducted (so deducted above gross),
// paid exceeds payable by more than Rules.OverpaidToleranceFen, or tax and insurance come to more than deducted. A payment without paid_on is accepted: the contract
// makes the date optional.
func (d *Decoder) Payroll(value []byte) (Payroll, *Reject) {
	return decodeOwned(d, value, (*Decoder).payroll)
}

func (d *Decoder) payroll(value []byte, r *Payroll) *Reject {
	if bad := d.scan(value, &payrollSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	idType, idNumber := d.paper(fPayIDType, fPayIDNumber)
	r.ProjectID = d.optID(fPayProjectID)
	r.EmployerUSCC = d.uscc(fPayEmployerUSCC)
	r.WageMonth = d.month(fPayWageMonth)
	r.DueOn = d.date(fPayDueOn)
	r.GrossFen = d.yuan(fPayGrossYuan)
	r.DeductedFen = d.yuan(fPayDeductedYuan)
	r.PayableFen = d.yuan(fPayPayableYuan)
	r.PaidFen = d.yuan(fPayPaidYuan)
	r.PaidOn = d.optDate(fPayPaidOn)
	r.Channel = d.enum(fPayChannel, payChannels)
	payee := d.optAccount(fPayPayeeAccount)
	r.Signed = d.boolean(fPaySigned)
	r.TaxFen = d.optYuan(fPayTaxYuan)
	r.InsuranceFen = d.optYuan(fPayInsuranceYuan)
	d.anonymous(&r.Head, idNumber, payee)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.PayableFen != r.GrossFen-r.DeductedFen { // both are not negative, so the difference fits
		return d.contradiction(fPayPayableYuan, "gross_yuan less deducted_yuan")
	}
	if r.PaidFen-r.PayableFen > d.rules.OverpaidToleranceFen {
		return d.contradiction(fPayPaidYuan, "at most payable_yuan and the tolerance")
	}
	if r.TaxFen.V > r.DeductedFen {
		return d.contradiction(fPayTaxYuan, "at most deducted_yuan")
	}
	if r.InsuranceFen.V > r.DeductedFen-r.TaxFen.V {
		return d.contradiction(fPayInsuranceYuan, "at most deducted_yuan less tax_yuan")
	}
	r.KeyID = d.protector.HashKeyID()
	r.WorkerKey = d.hash.person(idType, idNumber)
	r.PayeeKey = d.hash.account(payee)
	return nil
}

// Sort orders by project_id, employer_uscc, wage_month, worker_key, source, id, version, recorded_at.
func (b *payrollBatch) Sort() {
	b.projectID.sortValues()
	b.employerUSCC.sortValues()
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) {
		key, _ := b.workerKey.head(i, 6)
		return uint64(b.projectID.rankOf(i))<<32 | uint64(b.employerUSCC.rankOf(i)), uint64(b.wageMonth.v[i])<<48 | key
	}, func(i, j int) int {
		if c := b.workerKey.compare(i, j); c != 0 {
			return c
		}
		return b.head.compare(i, j)
	})
}
