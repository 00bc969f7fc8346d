package record

import (
	"math"
)

// Employer is a contractor, subcontractor, factory or service (docs/reference/record-contract.md, wage.employers). Its ID is
// its unified social credit code, which alone identifies it, whichever source sends it.
type Employer struct {
	Head
	Name              string
	Township          string // first 9 digits of the division code
	Industry          string // section letter of GB/T 4754, A–T
	LegalPersonMasked string // 王*
	LegalPersonSealed string // see Protector.Open
	LegalPersonKey    Key    // zero where the source sent no id
	InvestorKey       Key    // of the main investor, as LegalPersonKey: a person who is both has one key
	Headcount         Opt[uint32]
	Status            string // active, suspended, dissolving, dissolved or revoked
}

var (
	industries = enum{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T"}

	employerStatuses = enum{"active", "suspended", "dissolving", "dissolved", "revoked"}
)

// Employer decodes one message of wage.employers. No fields contradict each other.
func (d *Decoder) Employer(value []byte) (Employer, *Reject) {
	return decodeOwned(d, value, (*Decoder).employer)
}

func (d *Decoder) employer(value []byte, r *Employer) *Reject {
	if bad := d.scan(value, &employerSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.ID = d.uscc(fID)
	r.Name = d.text(fEmpName, maxText)
	r.Township = d.township(fEmpTownship)
	r.Industry = d.enum(fEmpIndustry, industries)
	legalPerson := d.text(fEmpLegalPerson, maxText)
	legalPersonID := d.headID(fEmpLegalPersonID)
	investorID := d.headID(fEmpInvestorID)
	if n, ok := d.optInteger(fEmpHeadcount, 0, math.MaxUint32, "an integer from 0 to 4294967295"); ok {
		r.Headcount = some(uint32(n))
	}
	r.Status = d.enum(fEmpStatus, employerStatuses)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	r.LegalPersonMasked = d.mask(legalPerson)
	r.LegalPersonSealed = d.seal(&r.Head, SealedLegalPerson, legalPerson)
	r.LegalPersonKey = d.headKey(legalPersonID)
	r.InvestorKey = d.headKey(investorID)
	return nil
}

// headID reads the id of who heads or owns an employer. It has no type of its own: what has the shape of a resident id is
// checked as one, unless it is the credit code of a firm that owns another.
func (d *Decoder) headID(f int) []byte {
	if !d.offered(f) {
		return nil
	}
	b := d.line(f, 0, maxPaper)
	if residentShape(b) && (f != fEmpInvestorID || checkUSCC(b) != "") {
		if why := checkResident(b); why != "" {
			d.failCode(f, why, wantResident)
		}
	}
	return b
}

// headKey equals the worker_key of the same resident; other papers are kept apart from every id type.
func (d *Decoder) headKey(id []byte) Key {
	switch {
	case len(id) == 0:
		return Key{}
	case residentShape(id):
		return d.hash.person(resident, id)
	}
	return d.hash.person("legal_person", id)
}

// Sort orders by id, version, recorded_at.
func (b *employerBatch) Sort() {
	b.sortBy(func(int) (hi, lo uint64) { return 0, 0 }, func(i, j int) int {
		if c := b.head.id.compare(i, j); c != 0 {
			return c
		}
		return b.head.compareVersions(i, j)
	})
}
