package verdicts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

const (
	byDesign = "办案规程（casework）"
	industry = "管行业管欠薪（Reg. 7）"
	maxText  = 4000 // characters
)

// judge makes the event of a step, if it may be taken.
func (s *Store) judge(by access.Person, one verdict.Step, warned map[string]found, changes map[string]eventlog.Change) (eventlog.Event, error) {
	if by.ID == "" || by.ID == casefile.System {
		return eventlog.Event{}, casefile.Refuse("nobody", byDesign, "操作须由具名人员进行", "an action needs a named person")
	}
	w, known := warned[one.Key.String()+" "+one.Episode]
	if !known {
		return eventlog.Event{}, fmt.Errorf("a warning of %s: %w", one.Key, casefile.ErrNotFound)
	}
	if err := mayJudge(by, w.Seen); err != nil {
		return eventlog.Event{}, err
	}
	if err := complete(one); err != nil {
		return eventlog.Event{}, err
	}
	record := s.Book().Record(one.Key)
	if _, twice := changes[one.Key.String()]; one.Seq != record.Seq || twice {
		return eventlog.Event{}, fmt.Errorf("%s is at event %d, you have seen %d: %w", one.Key, record.Seq, one.Seq, casefile.ErrConflict)
	}
	stands := s.Book().On(one.Key, w.Seen)
	if one.Withdraw && stands == nil {
		return eventlog.Event{}, casefile.Refuse("no_verdict", byDesign, "该预警没有可撤回的核实结论", "there is no verdict on this warning to take back")
	}
	e := eventlog.Event{ID: one.Key.String(), Seq: record.Seq + 1, At: s.clock().UTC().Truncate(time.Millisecond), Actor: by.ID, Kind: given, Reason: strings.TrimSpace(one.Reason)}
	var data any
	if one.Withdraw {
		e.Kind, data = withdrawn, withdrawnData{Of: stands.Seq, ByName: by.Name}
	} else {
		v := verdict.Verdict{Key: one.Key, Seen: w.Seen, Kind: one.Kind, Code: one.Code, ByName: by.Name, AnswerBy: s.AnswerBy(w.Seen).Due}
		if one.Kind == verdict.Untrue {
			t := s.terms(w.Township, s.today())
			until := s.today().AddDays(t.QuietDays)
			v.QuietUntil, v.Growth = &until, t.Growth
		}
		data = v
	}
	var err error
	e.Data, err = json.Marshal(data)
	return e, err
}

func complete(one verdict.Step) error {
	switch {
	case strings.TrimSpace(one.Reason) == "":
		return casefile.Refuse("invalid", byDesign, "请写明理由", "reason: give a reason")
	case !utf8.ValidString(one.Reason) || utf8.RuneCountInString(one.Reason) > maxText:
		return casefile.Refuse("invalid", byDesign, "理由过长或不是 UTF-8（不超过 4000 字）", "reason: longer than 4000 characters or not UTF-8")
	case one.Withdraw:
		return nil
	case verdict.Codes[one.Kind] == nil:
		return casefile.Refuse("invalid", byDesign, "请选择核实结论", "verdict: want true, untrue or settled")
	case !slices.Contains(verdict.Codes[one.Kind], one.Code):
		return casefile.Refuse("invalid", byDesign, "请选择与结论相符的情形", "code: none of those that go with the verdict "+string(one.Kind))
	}
	return nil
}

// mayJudge holds an inspector and a supervisor to the own territory, a department officer to the own industry there. A warning that
// the person may not even read is told as if there were none.
func mayJudge(by access.Person, w verdict.Seen) error {
	at := access.At(w.Township, w.Department)
	switch {
	case access.Allow(&by, access.Work, at):
		return nil
	case access.Allow(&by, access.Read, at):
		return casefile.Refuse("role", byDesign, "您的岗位不能核实预警", "your role may not give verdicts")
	case by.Is(access.DepartmentOfficer) && by.Covers(w.Township):
		return casefile.Refuse("department", industry, "该预警由其他部门负责", "the warning belongs to another department")
	}
	return fmt.Errorf("a warning that is not this person's: %w", casefile.ErrNotFound)
}
