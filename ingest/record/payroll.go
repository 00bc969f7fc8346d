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

const (
	fPayIDType = fOwn + iota
	fPayIDNumber
	fPayProjectID
	fPayEmployerUSCC
	fPayWageMonth
	fPayDueOn
	fPayGrossFen
	fPayDeductedFen
	fPayPayableFen
	fPayPaidFen
	fPayPaidOn
	fPayChannel
	fPayPayeeAccount
	fPaySigned
	fPayTaxFen
	fPayInsuranceFen
)

var payrollSchema = schema{
	topic: TopicPayroll,
	fields: []string{"id", "source", "version", "recorded_at", "id_type", "id_number", "project_id", "employer_uscc",
		"wage_month", "due_on", "gross_yuan", "deducted_yuan", "payable_yuan", "paid_yuan", "paid_on",
		"channel", "payee_account", "signed", "tax_yuan", "insurance_yuan"},
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
			return fPayIDType
		case "id_number":
			return fPayIDNumber
		case "project_id":
			return fPayProjectID
		case "employer_uscc":
			return fPayEmployerUSCC
		case "wage_month":
			return fPayWageMonth
		case "due_on":
			return fPayDueOn
		case "gross_yuan":
			return fPayGrossFen
		case "deducted_yuan":
			return fPayDeductedFen
		case "payable_yuan":
			return fPayPayableFen
		case "paid_yuan":
			return fPayPaidFen
		case "paid_on":
			return fPayPaidOn
		case "channel":
			return fPayChannel
		case "payee_account":
			return fPayPayeeAccount
		case "signed":
			return fPaySigned
		case "tax_yuan":
			return fPayTaxFen
		case "insurance_yuan":
			return fPayInsuranceFen
		}
		return -1
	},
}

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
	r.GrossFen = d.yuan(fPayGrossFen)
	r.DeductedFen = d.yuan(fPayDeductedFen)
	r.PayableFen = d.yuan(fPayPayableFen)
	r.PaidFen = d.yuan(fPayPaidFen)
	r.PaidOn = d.optDate(fPayPaidOn)
	r.Channel = d.enum(fPayChannel, payChannels)
	payee := d.optAccount(fPayPayeeAccount)
	r.Signed = d.boolean(fPaySigned)
	r.TaxFen = d.optYuan(fPayTaxFen)
	r.InsuranceFen = d.optYuan(fPayInsuranceFen)
	d.anonymous(&r.Head, idNumber, payee)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.PayableFen != r.GrossFen-r.DeductedFen { // both are not negative, so the difference fits
		return d.contradiction(fPayPayableFen, "gross_yuan less deducted_yuan")
	}
	if r.PaidFen-r.PayableFen > d.rules.OverpaidToleranceFen {
		return d.contradiction(fPayPaidFen, "at most payable_yuan and the tolerance")
	}
	if r.TaxFen.V > r.DeductedFen {
		return d.contradiction(fPayTaxFen, "at most deducted_yuan")
	}
	if r.InsuranceFen.V > r.DeductedFen-r.TaxFen.V {
		return d.contradiction(fPayInsuranceFen, "at most deducted_yuan less tax_yuan")
	}
	r.KeyID = d.protector.HashKeyID()
	r.WorkerKey = d.hash.person(idType, idNumber)
	r.PayeeKey = d.hash.account(payee)
	return nil
}

type payrollBatch struct {
	rows
	r            Payroll // being decoded: its strings point into the message
	head         headColumns
	keyID        *dictColumn
	workerKey    *keyColumn
	projectID    *dictColumn
	employerUSCC *dictColumn
	wageMonth    dateColumn
	dueOn        dateColumn
	grossFen     *numColumn[int64]
	deductedFen  *numColumn[int64]
	taxFen       *nullColumn[int64]
	insuranceFen *nullColumn[int64]
	payableFen   *numColumn[int64]
	paidFen      *numColumn[int64]
	paidOn       optDateColumn
	channel      *dictColumn
	payeeKey     *keyColumn
	signed       boolColumn
}

func newPayrollBatch() *payrollBatch {
	b := &payrollBatch{rows: rows{topic: TopicPayroll}}
	b.head = b.rows.head()
	b.keyID = b.lowCardinality("key_id")
	b.workerKey = b.key("worker_key")
	b.projectID = b.shared("project_id")
	b.employerUSCC = b.shared("employer_uscc")
	b.wageMonth = b.date("wage_month")
	b.dueOn = b.date("due_on")
	b.grossFen = b.fen("gross_fen")
	b.deductedFen = b.fen("deducted_fen")
	b.taxFen = b.optFen("tax_fen")
	b.insuranceFen = b.optFen("insurance_fen")
	b.payableFen = b.fen("payable_fen")
	b.paidFen = b.fen("paid_fen")
	b.paidOn = b.optDate("paid_on")
	b.channel = b.lowCardinality("channel")
	b.payeeKey = b.key("payee_key")
	b.signed = b.bool("signed")
	return b
}

func (b *payrollBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.payroll(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Payroll{}
	return bad
}

func (b *payrollBatch) add(r *Payroll) {
	b.head.add(&r.Head)
	b.keyID.add(r.KeyID)
	b.workerKey.add(r.WorkerKey)
	b.projectID.add(r.ProjectID)
	b.employerUSCC.add(r.EmployerUSCC)
	b.wageMonth.add(r.WageMonth.First())
	b.dueOn.add(r.DueOn)
	b.grossFen.add(r.GrossFen)
	b.deductedFen.add(r.DeductedFen)
	b.taxFen.add(r.TaxFen.V, r.TaxFen.OK)
	b.insuranceFen.add(r.InsuranceFen.V, r.InsuranceFen.OK)
	b.payableFen.add(r.PayableFen)
	b.paidFen.add(r.PaidFen)
	b.paidOn.add(r.PaidOn)
	b.channel.add(r.Channel)
	b.payeeKey.add(r.PayeeKey)
	b.signed.add(r.Signed)
	b.n++
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
