package record

import (
	"fmt"
	"io"
	"maps"
	"math"
	"time"
	"unsafe"
)

// Rules are the limits of the contract that an operator may set. Zero values mean the defaults.
type Rules struct {
	MaxBytes             int           `yaml:"max_bytes"`              // longest message in bytes; default 256 KiB
	FutureTolerance      time.Duration `yaml:"future_tolerance"`       // how far recorded_at may lie ahead of the clock; default 10 minutes
	OverpaidToleranceFen int64         `yaml:"overpaid_tolerance_fen"` // how far paid may exceed payable, in fen; default 100
}

// Defaults of Rules.
const (
	DefaultMaxBytes             = 256 << 10
	DefaultFutureTolerance      = 10 * time.Minute
	DefaultOverpaidToleranceFen = 100
)

func (r Rules) withDefaults() Rules {
	if r.MaxBytes <= 0 {
		r.MaxBytes = DefaultMaxBytes
	}
	r.MaxBytes = min(r.MaxBytes, math.MaxInt32-16) // positions are kept in 32 bits
	if r.FutureTolerance <= 0 {
		r.FutureTolerance = DefaultFutureTolerance
	}
	if r.OverpaidToleranceFen <= 0 {
		r.OverpaidToleranceFen = DefaultOverpaidToleranceFen
	}
	return r
}

// Opt is a value that a record may leave out.
type Opt[T any] struct {
	V  T
	OK bool
}

func some[T any](v T) Opt[T] { return Opt[T]{v, true} }

// schema is what a topic tells the scanner: its fields in the contract's order and how to find one.
type schema struct {
	topic  Topic
	fields []string                          // nested ones as "account.opened_on"
	lookup func(scope uint8, key []byte) int // index into fields, -1 for an unknown field
	nested func(field int) uint8             // the scope that the members of a field have; nil where no field has members
}

// noScope is the scope of a field without members.
const noScope uint8 = 255

func (s *schema) scope(field int) uint8 {
	if s.nested == nil {
		return noScope
	}
	return s.nested(field)
}

// The fields common to every record come first in every topic (docs/reference/record-contract.md, "Common fields").
const (
	fID = iota
	fSource
	fVersion
	fRecordedAt
	fOwn // the first of the topic's own fields
)

// Decoder reads messages. It owns buffers and a bounded cache of keyed hashes, and is not for concurrent use: give
// each goroutine its own.
type Decoder struct {
	protector *Protector
	hash      *hasher
	rules     Rules
	now       func() time.Time

	value   []byte
	schema  *schema
	tok     [maxFields]token
	scratch []byte   // unescaped text of this message
	spelled []byte   // plain spelling of a paper or an account
	sealing []byte   // sealed values of this message
	listed  []string // members of this message's lists
	strays  [][]byte // names of unknown fields in this message
	named   []string // the same, as Strays returns them
	unknown map[string]int64

	own      bool // strings of the record are copies, not views into the message
	badRank  uint8
	badField int
	badWhy   Reason
	badWant  string
}

// NewDecoder builds a decoder. now is the clock that recorded_at is checked against.
func NewDecoder(p *Protector, r Rules, now func() time.Time) *Decoder {
	return &Decoder{protector: p, hash: newHasher(p), rules: r.withDefaults(), now: now, unknown: map[string]int64{}}
}

// Format hides the buffers, which hold clear values, from every verb of fmt.
func (d *Decoder) Format(f fmt.State, _ rune) { io.WriteString(f, "record.Decoder") }

// Add decodes, checks and protects one message of the batch's topic and appends it. On a reject the batch is as it was.
// The batch keeps no reference to value. b must come from NewBatch.
func (d *Decoder) Add(b Batch, value []byte) *Reject {
	d.own = false
	return b.decode(d, value)
}

// decodeOwned returns a record whose strings are its own.
func decodeOwned[R any](d *Decoder, value []byte, decode func(*Decoder, []byte, *R) *Reject) (R, *Reject) {
	var r, none R
	d.own = true
	if bad := decode(d, value, &r); bad != nil {
		return none, bad
	}
	return r, nil
}

// Unknown returns how often each unknown top-level field was seen in well-formed messages since the decoder was made,
// by "topic.field". The set is bounded at 256 names; beyond it, and for names that could themselves be personal data
// (long, with many digits, or not plain identifiers), the count is under "topic.(other)".
func (d *Decoder) Unknown() map[string]int64 { return maps.Clone(d.unknown) }

const maxUnknown = 256

// Strays returns the unknown top-level fields of the message that was read last, where it is well-formed, by names that
// are bounded as those of Unknown are. The slice is good until the next message.
func (d *Decoder) Strays() []string { return d.named }

func (d *Decoder) countStrays() {
	for _, key := range d.strays {
		field := string(key)
		if _, known := d.unknown[d.unknownName(field)]; !known && (len(d.unknown) >= maxUnknown || !plainName(key)) {
			field = "(other)"
		}
		d.unknown[d.unknownName(field)]++
		d.named = append(d.named, field)
	}
}

func (d *Decoder) unknownName(field string) string { return string(d.schema.topic) + "." + field }

func plainName(b []byte) bool {
	digits := 0
	for _, c := range b {
		switch {
		case c-'0' <= 9:
			digits++
		case c == '_' || c == '-' || c == '.' || c|0x20 >= 'a' && c|0x20 <= 'z':
		default:
			return false
		}
	}
	return len(b) > 0 && len(b) <= 40 && digits <= 3
}

// fail notes a fault of a field; the most fundamental one, and among equals the first, is kept.
func (d *Decoder) fail(field int, why Reason, want string) {
	if r := why.rank(); r < d.badRank {
		d.badRank, d.badField, d.badWhy, d.badWant = r, field, why, want
	}
}

// verdict is the reject of the message, or nil.
func (d *Decoder) verdict() *Reject {
	if d.badRank == passed {
		return nil
	}
	name := d.schema.fields[d.badField]
	return &Reject{Reason: d.badWhy, Field: name, Detail: name + ": expected " + d.badWant}
}

// maxSourceDigits is below the digits of any identity paper, phone or account number.
const maxSourceDigits = 6

// Sender returns the source that the message named which was refused last, so that somebody can be called about it; of one
// that is not JSON, if the source stands before the fault. Such a message may hold a person's name or number in this field:
// only a plain ASCII name with few digits is taken, and else "".
func (d *Decoder) Sender() string {
	t := d.tok[fSource]
	if t.kind != text || t.escaped || t.to-t.from > 32 {
		return ""
	}
	b, digits := d.value[t.from:t.to], 0
	for _, c := range b {
		switch {
		case c-'0' <= 9:
			digits++
		case c == '_' || c == '-' || c == '.' || c == ':' || c|0x20 >= 'a' && c|0x20 <= 'z':
		default:
			return ""
		}
	}
	if digits > maxSourceDigits {
		return ""
	}
	return string(b)
}

// contradiction rejects a record whose fields are fine one by one.
func (d *Decoder) contradiction(field int, want string) *Reject {
	d.fail(field, Inconsistent, want)
	return d.verdict()
}

// string turns bytes of the message or of scratch into a string of the record.
func (d *Decoder) string(b []byte) string {
	if d.own || len(b) == 0 {
		return string(b)
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// Head holds the fields common to every record.
type Head struct {
	ID         string    // 1–64 of [A-Za-z0-9._:-]
	Source     string    // the sending system, 1–32 characters
	Version    uint64    // the highest wins
	RecordedAt time.Time // UTC, whole milliseconds (what lies below is cut)
}

func (d *Decoder) head(h *Head) {
	h.ID = d.id(fID)
	h.Source = d.text(fSource, 32)
	h.Version = d.integer(fVersion, 0, math.MaxUint64, "an integer from 0")
	h.RecordedAt = d.instant(fRecordedAt)
	if h.RecordedAt.After(d.now().Add(d.rules.FutureTolerance)) {
		d.fail(fRecordedAt, FutureRecord, "an instant that is not in the future")
	}
	if namesResident(h.ID, h.RecordedAt) {
		d.fail(fID, BadValue, wantNobody)
	}
	if namesResident(h.Source, h.RecordedAt) {
		d.fail(fSource, BadValue, wantNobody)
	}
}
