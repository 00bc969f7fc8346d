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

const (
	fComChannel = fOwn + iota
	fComTownship
	fComProjectID
	fComEmployerUSCC
	fComWorkers
	fComAmountFen
	fComReceivedOn
	fComStatus
	fComStatusOn
	fComDepartment
	fComResolvedOn
	fComPaidFen
	fComIncident
	fComParticipants
	fComSatisfaction
	fComConclusion
	fComConcludedBy
	fComReopenedOn
	fComAcceptedOn
	fComFiledOn
	fComExtendedOn
	fComSuspendedFrom
	fComSuspendedTo
	fComMergedInto
)

var complaintSchema = schema{
	topic: TopicComplaints,
	fields: []string{"id", "source", "version", "recorded_at", "channel", "township", "project_id", "employer_uscc",
		"workers", "yuan", "received_on", "status", "status_on", "department", "resolved_on", "paid_yuan",
		"incident", "participants", "satisfaction", "conclusion", "concluded_by", "reopened_on", "accepted_on", "filed_on",
		"extended_on", "suspended_from", "suspended_to", "merged_into"},
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
		case "channel":
			return fComChannel
		case "township":
			return fComTownship
		case "project_id":
			return fComProjectID
		case "employer_uscc":
			return fComEmployerUSCC
		case "workers":
			return fComWorkers
		case "yuan":
			return fComAmountFen
		case "received_on":
			return fComReceivedOn
		case "status":
			return fComStatus
		case "status_on":
			return fComStatusOn
		case "department":
			return fComDepartment
		case "resolved_on":
			return fComResolvedOn
		case "paid_yuan":
			return fComPaidFen
		case "incident":
			return fComIncident
		case "participants":
			return fComParticipants
		case "satisfaction":
			return fComSatisfaction
		case "conclusion":
			return fComConclusion
		case "concluded_by":
			return fComConcludedBy
		case "reopened_on":
			return fComReopenedOn
		case "accepted_on":
			return fComAcceptedOn
		case "filed_on":
			return fComFiledOn
		case "extended_on":
			return fComExtendedOn
		case "suspended_from":
			return fComSuspendedFrom
		case "suspended_to":
			return fComSuspendedTo
		case "merged_into":
			return fComMergedInto
		}
		return -1
	},
}

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
	r.AmountFen = d.yuan(fComAmountFen)
	r.ReceivedOn = d.date(fComReceivedOn)
	r.Status = d.enum(fComStatus, leadStatuses)
	r.StatusOn = d.date(fComStatusOn)
	r.Department = d.optNote(fComDepartment)
	r.ResolvedOn = d.optDate(fComResolvedOn)
	r.PaidFen = d.optYuan(fComPaidFen)
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

type complaintBatch struct {
	rows
	r             Complaint // being decoded: its strings point into the message
	head          headColumns
	channel       *dictColumn
	township      *dictColumn
	projectID     *dictColumn
	employerUSCC  *dictColumn
	workers       *numColumn[uint32]
	amountFen     *numColumn[int64]
	receivedOn    dateColumn
	status        *dictColumn
	statusOn      dateColumn
	department    *stringColumn
	resolvedOn    optDateColumn
	paidFen       *nullColumn[int64]
	incident      *dictColumn
	participants  *nullColumn[uint32]
	satisfaction  *nullColumn[uint8]
	conclusion    *dictColumn
	concludedBy   *dictColumn
	reopenedOn    optDateColumn
	acceptedOn    optDateColumn
	filedOn       optDateColumn
	extendedOn    optDateColumn
	suspendedFrom optDateColumn
	suspendedTo   optDateColumn
	mergedInto    *stringColumn
}

func newComplaintBatch() *complaintBatch {
	b := &complaintBatch{rows: rows{topic: TopicComplaints}}
	b.head = b.rows.head()
	b.channel = b.lowCardinality("channel")
	b.township = b.lowCardinality("township")
	b.projectID = b.shared("project_id")
	b.employerUSCC = b.shared("employer_uscc")
	b.workers = num[uint32](&b.rows, "workers", "UInt32")
	b.amountFen = b.fen("amount_fen")
	b.receivedOn = b.date("received_on")
	b.status = b.lowCardinality("status")
	b.statusOn = b.date("status_on")
	b.department = b.string("department")
	b.resolvedOn = b.optDate("resolved_on")
	b.paidFen = nullable[int64](&b.rows, "paid_fen", "Int64")
	b.incident = b.lowCardinality("incident")
	b.participants = nullable[uint32](&b.rows, "participants", "UInt32")
	b.satisfaction = nullable[uint8](&b.rows, "satisfaction", "UInt8")
	b.conclusion = b.lowCardinality("conclusion")
	b.concludedBy = b.shared("concluded_by")
	b.reopenedOn = b.optDate("reopened_on")
	b.acceptedOn = b.optDate("accepted_on")
	b.filedOn = b.optDate("filed_on")
	b.extendedOn = b.optDate("extended_on")
	b.suspendedFrom = b.optDate("suspended_from")
	b.suspendedTo = b.optDate("suspended_to")
	b.mergedInto = b.string("merged_into")
	return b
}

func (b *complaintBatch) decode(d *Decoder, value []byte) *Reject {
	bad := d.complaint(value, &b.r)
	if bad == nil {
		b.add(&b.r)
	}
	b.r = Complaint{}
	return bad
}

func (b *complaintBatch) add(r *Complaint) {
	b.head.add(&r.Head)
	b.channel.add(r.Channel)
	b.township.add(r.Township)
	b.projectID.add(r.ProjectID)
	b.employerUSCC.add(r.EmployerUSCC)
	b.workers.add(r.Workers)
	b.amountFen.add(r.AmountFen)
	b.receivedOn.add(r.ReceivedOn)
	b.status.add(r.Status)
	b.statusOn.add(r.StatusOn)
	b.department.add(r.Department)
	b.resolvedOn.add(r.ResolvedOn)
	b.paidFen.add(r.PaidFen.V, r.PaidFen.OK)
	b.incident.add(r.Incident)
	b.participants.add(r.Participants.V, r.Participants.OK)
	b.satisfaction.add(r.Satisfaction.V, r.Satisfaction.OK)
	b.conclusion.add(r.Conclusion)
	b.concludedBy.add(r.ConcludedBy)
	b.reopenedOn.add(r.ReopenedOn)
	b.acceptedOn.add(r.AcceptedOn)
	b.filedOn.add(r.FiledOn)
	b.extendedOn.add(r.ExtendedOn)
	b.suspendedFrom.add(r.SuspendedFrom)
	b.suspendedTo.add(r.SuspendedTo)
	b.mergedInto.add(r.MergedInto)
	b.n++
}

// Sort orders by source, id, version, recorded_at.
func (b *complaintBatch) Sort() {
	b.head.source.sortValues()
	b.sortBy(func(i int) (hi, lo uint64) { return uint64(b.head.source.rankOf(i)), 0 }, b.head.compare)
}
