package record

import (
	"math"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Complaint is an arrears lead (欠薪线索) and its handling so far (docs/reference/record-contract.md, wage.complaints). Amounts
// are fen.
type Complaint struct {
	Head
	Channel       string // see leadChannels
	Township      string // first 9 digits of the division code
	ProjectID     string
	EmployerUSCC  string
	Workers       uint32
	AmountFen     int64
	ReceivedOn    civil.Date
	Status        string // see leadStatuses
	StatusOn      civil.Date
	Department    string
	ResolvedOn    Opt[civil.Date]
	PaidFen       Opt[int64]
	Incident      string // none, group or extreme
	Participants  Opt[uint32]
	Satisfaction  Opt[uint8] // 1–5
	Conclusion    string     // what was found, see conclusions; empty where nobody said
	ConcludedBy   string
	ReopenedOn    Opt[civil.Date]
	AcceptedOn    Opt[civil.Date]
	FiledOn       Opt[civil.Date] // 立案
	ExtendedOn    Opt[civil.Date]
	SuspendedFrom Opt[civil.Date]
	SuspendedTo   Opt[civil.Date]
	MergedInto    string // ID of the lead that this one repeats
}

var (
	leadChannels = enum{"hotline", "national_platform", "online", "petition", "window", "phone", "media", "inspection"}
	leadStatuses = enum{"received", "transferred", "accepted", "mediating", "investigating", "ordered", "resolved", "rejected", "withdrawn"}
	conclusions  = enum{"true", "partly_true", "untrue", "settled", "duplicate", "works_price", "fabricated", "out_of_scope"}
	incidents    = enum{"none", "group", "extreme"}
)

// Complaint decodes one message of wage.complaints. Inconsistent: resolved before received, a suspension that ends before it
// begins. A resolved lead without resolved_on is accepted, and so is any order of the other dates, which different offices
// write.
func (d *Decoder) Complaint(value []byte) (Complaint, *Reject) {
	return decodeOwned(d, value, (*Decoder).complaint)
}

func (d *Decoder) complaint(value []byte, r *Complaint) *Reject {
	if bad := d.scan(value, &complaintSchema); bad != nil {
		return bad
	}
	d.head(&r.Head)
	r.Channel = d.enum(fComChannel, leadChannels)
	r.Township = d.township(fComTownship)
	r.ProjectID = d.optID(fComProjectID)
	r.EmployerUSCC = d.optUSCC(fComEmployerUSCC)
	r.Workers = uint32(d.integer(fComWorkers, 1, math.MaxUint32, "an integer from 1 to 4294967295"))
	r.AmountFen = d.yuan(fComYuan)
	r.ReceivedOn = d.date(fComReceivedOn)
	r.Status = d.enum(fComStatus, leadStatuses)
	r.StatusOn = d.date(fComStatusOn)
	r.Department = d.optNote(fComDepartment)
	r.ResolvedOn = d.optDate(fComResolvedOn)
	r.PaidFen = d.optYuan(fComPaidYuan)
	r.Incident = d.enum(fComIncident, incidents)
	if n, ok := d.optInteger(fComParticipants, 0, math.MaxUint32, "an integer from 0 to 4294967295"); ok {
		r.Participants = some(uint32(n))
	}
	if n, ok := d.optInteger(fComSatisfaction, 1, 5, "an integer from 1 to 5"); ok {
		r.Satisfaction = some(uint8(n))
	}
	r.Conclusion = d.optEnum(fComConclusion, conclusions)
	r.ConcludedBy = d.optNote(fComConcludedBy)
	r.ReopenedOn = d.optDate(fComReopenedOn)
	r.AcceptedOn = d.optDate(fComAcceptedOn)
	r.FiledOn = d.optDate(fComFiledOn)
	r.ExtendedOn = d.optDate(fComExtendedOn)
	r.SuspendedFrom = d.optDate(fComSuspendedFrom)
	r.SuspendedTo = d.optDate(fComSuspendedTo)
	r.MergedInto = d.optID(fComMergedInto)
	if bad := d.verdict(); bad != nil {
		return bad
	}
	if r.ResolvedOn.OK && r.ResolvedOn.V < r.ReceivedOn {
		return d.contradiction(fComResolvedOn, "a date not before received_on")
	}
	if r.SuspendedFrom.OK && r.SuspendedTo.OK && r.SuspendedTo.V < r.SuspendedFrom.V {
		return d.contradiction(fComSuspendedTo, "a date not before suspended_from")
	}
	return nil
}

// Sort orders by source, id, version, recorded_at.
func (b *complaintBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
