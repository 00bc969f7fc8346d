package record

// Reason is the stable code of what is wrong with a message (docs/reference/record-contract.md, "What
// happens to a bad record").
type Reason string

// The reasons, from the most to the least fundamental. A message with several faults is rejected for the most
// fundamental; bad_value, bad_checksum and unknown_enum are equals, and among equals the first field in the order of
// the contract counts. So the reason is the same whatever the order of a message's fields.
const (
	TooLarge     Reason = "too_large"
	NotJSON      Reason = "not_json"
	MissingField Reason = "missing_field"
	BadType      Reason = "bad_type"
	BadValue     Reason = "bad_value"
	BadChecksum  Reason = "bad_checksum"
	UnknownEnum  Reason = "unknown_enum"
	FutureRecord Reason = "future_record"
	Inconsistent Reason = "inconsistent"
)

// Reasons returns every reason, for metrics that must exist before the first bad record.
func Reasons() []Reason {
	return []Reason{TooLarge, NotJSON, MissingField, BadType, BadValue, BadChecksum, UnknownEnum, FutureRecord, Inconsistent}
}

// rank orders reasons by how fundamental they are; passed is behind all.
func (r Reason) rank() uint8 {
	switch r {
	case TooLarge:
		return 0
	case NotJSON:
		return 1
	case MissingField:
		return 2
	case BadType:
		return 3
	case BadValue, BadChecksum, UnknownEnum:
		return 4
	case FutureRecord:
		return 5
	}
	return 6
}

const passed uint8 = 255

// Reject says why a message is not a record of its topic. It is an error.
//
// Detail names the field and what was expected. Neither ever quotes the message: a value in the wrong field may be an
// identity number, so that a Reject can go into logs, headers and metrics as it is.
type Reject struct {
	Reason Reason
	Field  string // in the contract's spelling, nested as "account.opened_on"; empty for the message as a whole
	Detail string
}

// Error returns reason and detail.
func (r *Reject) Error() string { return string(r.Reason) + ": " + r.Detail }
