package casework

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// fieldKind is how a form asks for something.
type fieldKind string

const (
	asLine   fieldKind = "line"
	asText   fieldKind = "text" // several lines
	asDay    fieldKind = "day"
	asMonth  fieldKind = "month"
	asCount  fieldKind = "count"
	asYuan   fieldKind = "yuan"
	asTick   fieldKind = "tick"
	asChoice fieldKind = "choice"
	asHidden fieldKind = "hidden" // what the form is about
)

// field is one thing that a form asks for; its label is the text field.NAME.
type field struct {
	Name     string
	Label    string // key of another label
	Kind     fieldKind
	Optional bool
	Hint     string   // key of a text: how it is to be written
	Options  []option // of a choice
	Value    string   // as typed, or as proposed
}

type option struct{ Value, Label string }

// stepForm is the form of one action on a case or on an entry of the list.
type stepForm struct {
	Title   string // key of the action's name
	Kind    string
	To      string   // where it is sent
	Seq     uint32   // the last event that its reader has seen
	Next    bool     // this is what is to be done next
	Notes   []string // what the reader should know before filling it in
	Fields  []field
	Problem *problem          // why what was sent was not done: the form is as it was filled in
	Not     *casefile.Refusal // what forbids the action today: then there is nothing to fill in
}

// sent is a form that came in and was not done.
type sent struct {
	kind    string
	values  url.Values
	problem *problem
}

// ID tells forms of one page apart.
func (f stepForm) ID() string {
	id := "do-" + f.Kind
	for _, one := range f.Fields {
		if one.Kind == asHidden {
			id += "-" + one.Value
		}
	}
	return id
}

// of reports whether what came in is a form: the same action about the same thing.
func (s *sent) of(f stepForm) bool {
	if s == nil || s.kind != f.Kind {
		return false
	}
	for _, one := range f.Fields {
		if one.Kind == asHidden && s.values.Get(one.Name) != one.Value {
			return false
		}
	}
	return true
}

// again puts what was typed back into the form it came from.
func (s *sent) again(f stepForm) stepForm {
	if !s.of(f) {
		return f
	}
	f.Problem, f.Not = s.problem, nil
	for i := range f.Fields {
		f.Fields[i].Value = s.values.Get(f.Fields[i].Name)
	}
	return f
}

// status is that of a page with a form that was not done.
func (s *sent) status() int {
	if s == nil {
		return 0
	}
	return s.problem.status
}

// seen is the last event that a form's sender had seen; 0, which is nobody's, when it is not told.
func seen(form url.Values) uint32 {
	seq, _ := strconv.ParseUint(form.Get("seq"), 10, 32)
	return uint32(seq)
}

const byDesign = "办案规程（casework）"

// readAction reads what a form does to a case; the error is a *casefile.Refusal.
func readAction(form url.Values) (casefile.Action, error) {
	a := casefile.Action{
		Kind: casefile.ActionKind(form.Get("action")), Reason: form.Get("reason"), Department: casefile.Department(form.Get("department")),
		Territory: strings.TrimSpace(form.Get("territory")), Assignee: form.Get("assignee"), DocumentNo: strings.TrimSpace(form.Get("document_no")),
		Settled: form.Get("settled") != "", Path: casefile.SidePath(form.Get("path")),
		Remedy: casefile.Remedy(form.Get("remedy")), Advancer: casefile.Advancer(form.Get("advancer")), LivingCosts: form.Get("living_costs") != "", RecordID: strings.TrimSpace(form.Get("record_id")),
		Employer: strings.ToUpper(strings.TrimSpace(form.Get("employer"))), EmployerName: strings.TrimSpace(form.Get("employer_name")),
	}
	for name, into := range map[string]**civil.Date{"due_on": &a.DueOn, "heard_on": &a.HeardOn} {
		if text := form.Get(name); text != "" {
			on, err := civil.ParseDate(text)
			if err != nil {
				return a, casefile.Refuse("invalid", byDesign, "日期应为 年-月-日", "a day is written YYYY-MM-DD")
			}
			*into = &on
		}
	}
	if text := form.Get("remedy_no"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return a, casefile.Refuse("invalid", byDesign, "没有这一措施", "there is no such remedy")
		}
		a.RemedyNo = uint32(n)
	}
	for name, into := range map[string]**civil.Month{"wage_from": &a.WageFrom, "wage_to": &a.WageTo} {
		if text := form.Get(name); text != "" {
			m, err := civil.ParseMonth(text)
			if err != nil {
				return a, casefile.Refuse("invalid", byDesign, "月份应为 年-月", "a month is written YYYY-MM")
			}
			*into = &m
		}
	}
	if text := strings.TrimSpace(form.Get("workers")); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return a, casefile.Refuse("invalid", byDesign, "人数应为整数", "the number of workers is a whole number")
		}
		a.Workers = uint32(n)
	}
	if text := strings.TrimSpace(form.Get("amount")); text != "" {
		fen, ok := readYuan(text)
		if !ok {
			return a, casefile.Refuse("invalid", byDesign, "金额以元为单位，最多两位小数", "the amount is in yuan, with at most two decimals")
		}
		a.AmountFen = fen
	}
	f := casefile.File{Name: strings.TrimSpace(form.Get("file_name")), SHA256: strings.TrimSpace(form.Get("sha256")), KeptAt: strings.TrimSpace(form.Get("kept_at"))}
	if f != (casefile.File{}) {
		a.File = &f
	}
	return a, nil
}

var yuanAmount = regexp.MustCompile(`^([0-9]{1,13})(?:\.([0-9]{1,2}))?$`)

// readYuan reads an amount in yuan, perhaps grouped by commas, as fen.
func readYuan(text string) (int64, bool) {
	found := yuanAmount.FindStringSubmatch(strings.NewReplacer(",", "", "，", "").Replace(text))
	if found == nil {
		return 0, false
	}
	fen, err := strconv.ParseInt(found[1]+(found[2] + "00")[:2], 10, 64)
	return fen, err == nil
}

// plainYuan writes fen as a form takes them.
func plainYuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// readEntryAction reads what a form does to an entry of the list.
func readEntryAction(form url.Values) casefile.EntryAction {
	a := casefile.EntryAction{
		Kind: casefile.EntryActionKind(form.Get("action")), Reason: form.Get("reason"), DocumentNo: strings.TrimSpace(form.Get("document_no")),
		OrderID: form.Get("order_id"), OrderNo: strings.TrimSpace(form.Get("order_no")), Upheld: form.Get("upheld") == "yes", Granted: form.Get("granted") == "yes",
		PromiseNo: strings.TrimSpace(form.Get("promise_no")), Bar: casefile.BarKind(form.Get("bar")),
		Effect: strings.TrimSpace(form.Get("effect")), LateReason: strings.TrimSpace(form.Get("late_reason")),
	}
	for name, as := range map[string]casefile.Capacity{"representative": casefile.LegalRepresentative, "responsible": casefile.DirectlyResponsible} {
		for who := range strings.Lines(form.Get(name)) {
			if who = strings.TrimSpace(who); who != "" {
				a.Persons = append(a.Persons, casefile.ListedPerson{Name: who, Capacity: as})
			}
		}
	}
	return a
}
