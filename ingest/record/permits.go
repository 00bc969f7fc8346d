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

const (
	fPmtName = fOwn + iota
	fPmtTownship
	fPmtSector
	fPmtDeveloperUSCC
	fPmtContractorUSCC
	fPmtPermitOn
	fPmtContractFen
	fPmtProjectID
)

var permitSchema = schema{
	topic: TopicPermits,
	fields: []string{"id", "source", "version", "recorded_at", "name", "township", "sector", "developer_uscc", "contractor_uscc",
		"permit_on", "contract_yuan", "project_id"},
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
		case "name":
			return fPmtName
		case "township":
			return fPmtTownship
		case "sector":
			return fPmtSector
		case "developer_uscc":
			return fPmtDeveloperUSCC
		case "contractor_uscc":
			return fPmtContractorUSCC
		case "permit_on":
			return fPmtPermitOn
		case "contract_yuan":
			return fPmtContractFen
		case "project_id":
			return fPmtProjectID
		}
		return -1
	},
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
	r.ContractFen = d.optYuan(fPmtContractFen)
	r.ProjectID = d.optID(fPmtProjectID)
	return d.verdict()
}

type permitBatch struct {
	rows
	r              Permit // being decoded: its strings point into the message
	head           headColumns
	name           *stringColumn
	township       *dictColumn
	sector         *dictColumn
	developerUSCC  *dictColumn
	contractorUSCC *dictColumn
	permitOn       dateColumn
	contractFen    *nullColumn[int64]
	projectID      *stringColumn
}

func newPermitBatch() *permitBatch {
	b := &permitBatch{rows: rows{topic: TopicPermits}}
	b.head = b.rows.head()
	b.name = b.string("name")
	b.township = b.lowCardinality("township")
	b.sector = b.lowCardinality("sector")
	b.developerUSCC = b.shared("developer_uscc")
	b.contractorUSCC = b.shared("contractor_uscc")
	b.permitOn = b.date("permit_on")
	b.contractFen = b.optFen("contract_fen")
	b.projectID = b.string("project_id")
	return b
}

func (b *permitBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.permit(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Permit{}
	return bad
}

func (b *permitBatch) add(r *Permit) {
	b.head.add(&r.Head)
	b.name.add(r.Name)
	b.township.add(r.Township)
	b.sector.add(r.Sector)
	b.developerUSCC.add(r.DeveloperUSCC)
	b.contractorUSCC.add(r.ContractorUSCC)
	b.permitOn.add(r.PermitOn)
	b.contractFen.add(r.ContractFen.V, r.ContractFen.OK)
	b.projectID.add(r.ProjectID)
	b.n++
}

// Sort orders by source, id, version, recorded_at.
func (b *permitBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
