package view

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// Verdicts are what people found of warnings, which the alerts component keeps. Who may give one is decided there.
type Verdicts interface {
	// Current takes in what other processes have written; Book is what is known since.
	Current(context.Context) error
	Book() *verdict.Book
	// AnswerBy is the day by which a warning is to have a verdict.
	AnswerBy(verdict.Seen) casefile.Deadline
	// Warned puts to a warning what was found of it; Ended are the warnings that closed from a day on.
	Warned(verdict.Key, verdict.Seen) verdict.Warned
	Ended(ctx context.Context, from civil.Date) ([]verdict.Warned, error)
	// Window is how many days back figures about verdicts count.
	Window() int
	// Give gives verdicts or takes some back; each has a result of its own.
	Give(context.Context, access.Person, []verdict.Step) []verdict.Result
}

// Key names what a warning is of.
func (w *Warning) Key() verdict.Key {
	return verdict.Key{Detector: w.Detector, Scope: catalog.Scope(w.Scope), ScopeID: w.ScopeID}
}

// Seen is what a warning says.
func (w *Warning) Seen() verdict.Seen {
	return verdict.Seen{
		Episode: w.Episode, OpenedOn: w.Opened, LevelOn: w.LevelOn, Since: w.Since, Level: w.Level, Workers: w.Workers, AmountFen: w.AmountFen,
		Name: w.Name, Township: w.Township, Department: w.Department,
	}
}

// answered is the view with the verdicts that there are, as of a day.
func (v *View) answered(answers Verdicts, today civil.Date) *View {
	next := *v
	next.answers, next.book, next.today = answers, answers.Book(), today
	next.Units = make([]*Unit, len(v.Units)) // whoever reads the former view still counts by its units
	for i, u := range v.Units {
		one := *u
		next.Units[i] = &one
	}
	next.Warnings = make([]*Warning, len(v.Warnings))
	for i, w := range v.Warnings {
		next.Warnings[i] = next.Judged(w)
	}
	next.index()
	return &next
}

// Stamp is another one whenever what a view shows is: what was made of one view must not be remembered as of another.
func (v *View) Stamp() string {
	version := uint64(0)
	if v.book != nil {
		version = v.book.Version
	}
	return fmt.Sprintf("%d %s %d %s", v.Run.Number, v.Run.AsOf, version, v.today)
}

// Judged is a warning, perhaps one that has ended, with what people found of it.
func (v *View) Judged(w *Warning) *Warning {
	if v.answers == nil {
		return w
	}
	one := *w
	one.Answerable, one.Verdict, one.Seq = true, v.book.On(w.Key(), w.Seen()), v.book.Record(w.Key()).Seq
	one.Quiet, one.QuietEnded = one.Verdict.Quiet(w.Seen(), v.today)
	one.AnswerBy = nil
	if one.Verdict == nil {
		by := v.answers.AnswerBy(w.Seen())
		one.AnswerBy = &by
	}
	return &one
}

// VerdictID names a warning in a form, with the last that was said of it.
func (w *Warning) VerdictID() string {
	return strings.Join([]string{w.Detector, w.Scope, w.ScopeID, w.Episode, strconv.FormatUint(uint64(w.Seq), 10)}, " ")
}

// ReadVerdictID reads what VerdictID wrote.
func ReadVerdictID(text string) (s verdict.Step, ok bool) {
	parts := strings.Split(text, " ")
	if len(parts) != 5 {
		return s, false
	}
	seq, err := strconv.ParseUint(parts[4], 10, 32)
	s.Key, s.Episode, s.Seq = verdict.Key{Detector: parts[0], Scope: catalog.Scope(parts[1]), ScopeID: parts[2]}, parts[3], uint32(seq)
	return s, err == nil
}

// MayJudge reports whether a person may give a verdict on a warning.
func MayJudge(p *access.Person, w *Warning) bool {
	return w.Answerable && access.Allow(p, access.Work, access.At(w.Township, w.Department))
}
