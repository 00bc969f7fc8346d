// Package catalog holds what the rest of Anxin knows about a detector: its header. The detectors component reads the
// headers from their files; pages, metrics and alerts are driven by them, so nothing about a single detector is
// written anywhere else.
package catalog

import "slices"

// Text is one text in both languages, Chinese first.
type Text struct {
	ZH string `yaml:"zh" json:"zh"`
	EN string `yaml:"en" json:"en"`
}

// In returns the text in a language: "en", anything else is Chinese.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.ZH
}

// Scope is what kind of subject a warning is about.
type Scope string

// The scopes, as they stand in warnings.
const (
	Project  Scope = "project"
	Employer Scope = "employer"
	Township Scope = "township"
)

// Level says how serious a warning is.
type Level string

// The levels, as they stand in warnings.
const (
	Yellow Level = "yellow"
	Red    Level = "red"
)

// Group is the catalogue's section: what the detector watches over.
type Group string

// The groups of the catalogue.
const (
	Safeguards Group = "safeguards"
	Payment    Group = "payment"
	Foresight  Group = "foresight"
	Handling   Group = "handling"
)

// Mark is what a warning says of its subject beyond its level, where another part of Anxin goes by it.
type Mark string

// The marks a detector may bear.
const (
	OrderUnmet  Mark = "order_unmet" // an order to pay has run out unmet: the index is capped
	Underfunded Mark = "underfunded" // labour cost is late: the funding safeguard of a project is not in force
	Undeposited Mark = "undeposited" // the deposit is missing, too small or about to end
)

// Header describes one detector.
type Header struct {
	ID         string           `yaml:"id"`
	Title      Text             `yaml:"title"`
	Question   Text             `yaml:"question"`
	Group      Group            `yaml:"group"`
	After      Group            `yaml:"after"` // group whose warnings of the same date the detector reads; mostly empty
	Marks      Mark             `yaml:"marks"` // mostly empty
	Scopes     []Scope          `yaml:"scope"`
	Estimated  bool             `yaml:"estimated"`  // the amount of its warnings is an estimate; of a part, where evidence has estimated_fen
	Basis      []string         `yaml:"basis"`      // articles of law, such as "Reg. 26"
	Department string           `yaml:"department"` // "sector": the regulator of the project's industry; else a department's name
	Params     map[string]Param `yaml:"params"`
	Levels     map[Level]Text   `yaml:"levels"`
	Hints      []Level          `yaml:"hints"` // levels that are a hint only: no law is claimed for their warnings; mostly empty
	Advice     Text             `yaml:"advice"`
	Evidence   []Field          `yaml:"evidence"` // in the order in which pages show them
}

// ClaimsMoney reports whether the amount of a detector's warnings is money that somebody may be owed. Such an amount of 0 is
// one that nobody knows yet; of the other detectors 0 says that they do not speak of money.
func (h *Header) ClaimsMoney() bool {
	return h.Group != Safeguards && slices.ContainsFunc(h.Evidence, func(f Field) bool { return f.Unit == Fen })
}

// Param is one threshold of a detector. Its value comes from policy.
type Param struct {
	Type  string `yaml:"type"` // ClickHouse type of the query parameter
	Text  Text   `yaml:"text"`
	Unit  Unit   `yaml:"unit"`
	Codes string `yaml:"codes"` // of a text that is a code: its enumeration in internal/domain/codebook; mostly empty
	// InSnapshot says that the snapshot applies it, in a table that the query reads; the query does not take it.
	InSnapshot bool `yaml:"in_snapshot"`
}

// Field describes one figure in the evidence of a warning. A text that is a code is shown in words: those of an enumeration
// of internal/domain/codebook, or the field's own.
type Field struct {
	Name  string          `yaml:"name"`
	Label Text            `yaml:"label"`
	Unit  Unit            `yaml:"unit"`
	Codes string          `yaml:"codes"` // name of the enumeration; mostly empty
	Words map[string]Text `yaml:"words"` // by code; mostly empty
}

// Unit says how a figure is shown.
type Unit string

// The units of evidence figures.
const (
	Fen     Unit = "fen"
	Share   Unit = "share" // 0 to 1, shown in per cent
	Ratio   Unit = "ratio"
	Days    Unit = "days"
	Months  Unit = "months"
	Workers Unit = "workers"
	Count   Unit = "count"
	Date    Unit = "date"
	Month   Unit = "month"
	Plain   Unit = "text"
	Records Unit = "records" // list of record ids of the sources
)
