package record

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Permit is a project that an approving department permitted (docs/reference/record-contract.md, wage.permits). One that no
// registry knows is a gap in the net. Amounts are fen, dates civil dates in Asia/Shanghai.
type Permit struct {
	Head
	Name           string
	Township       string // first 9 digits of the division code
	Sector         string // see sectors
	DeveloperUSCC  string
	ContractorUSCC string // empty where the department does not know it
	PermitOn       civil.Date
	ContractFen    Opt[int64]
	ProjectID      string // once somebody said which project it is
}

// Permit decodes one message of wage.permits. No fields contradict each other.
func (d *Decoder) Permit(value []byte) (Permit, *Reject) {
	return decodeOwned(d, value, (*Decoder).permit)
}

func (d *Decoder) permit(value []byte, r *Permit) *Reject {
	if bad := d.scan(value, &permitSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.Name = d.text(fPmtName, maxText)
	r.Township = d.township(fPmtTownship)
	r.Sector = d.enum(fPmtSector, sectors)
	r.DeveloperUSCC = d.uscc(fPmtDeveloperUSCC)
	r.ContractorUSCC = d.optUSCC(fPmtContractorUSCC)
	r.PermitOn = d.date(fPmtPermitOn)
	r.ContractFen = d.optYuan(fPmtContractYuan)
	r.ProjectID = d.optID(fPmtProjectID)
	return d.verdict()
}

// Sort orders by source, id, version, recorded_at.
func (b *permitBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
