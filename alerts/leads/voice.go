package leads

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/domain/uscc"
)

// voice is a record of wage.voices (docs/reference/record-contract.md).
type voice struct {
	ID         string     `json:"id"`
	Source     string     `json:"source"`
	Version    uint32     `json:"version"`
	RecordedAt string     `json:"recorded_at"`
	ProjectID  string     `json:"project_id,omitempty"`
	Employer   string     `json:"employer_uscc,omitempty"`
	Month      string     `json:"month"`
	Answer     string     `json:"answer"`
	SaidOn     civil.Date `json:"said_on"`
	WorkerHash string     `json:"worker_hash,omitempty"`
}

var answers = []string{"paid", "partly", "unpaid", "not_due"}

// Answer sends an answer to the monthly question and returns when the broker has it. Nothing is kept here: after
// leadfile.ErrNotSent the same form sent again is the same record. What is not allowed is a *casefile.Refusal.
func (s *Store) Answer(ctx context.Context, a leadfile.Answer) error {
	if s.vault == nil {
		return ErrNoKeys
	}
	now := s.clock()
	invalid := func(zh, en string) error { return casefile.Refuse("invalid", byDesign, zh, en) }
	phone, ok := plainPhone(a.Phone)
	switch {
	case !validOnce(a.Once):
		return casefile.Refuse("form", byDesign, "表单已失效，请重新打开页面填写", "the form has expired: open the page again")
	case a.ProjectID == "" && a.Employer == "" || a.ProjectID != "" && !projectID(a.ProjectID) || a.Employer != "" && !uscc.Valid(a.Employer):
		return invalid("没有这个项目或者用人单位", "no such project or employer")
	case !slices.Contains(answers, a.Answer):
		return invalid("请选择一项", "choose an answer")
	case a.Month > civil.DateOf(now).Month() || a.Month < civil.DateOf(now).Month()-12:
		return invalid("请选择最近一年内的月份", "month: one of the last year")
	case !ok:
		return invalid("手机号应为 11 位数字，也可以不填", "the phone number has 11 digits, or leave it out")
	case s.sender == nil:
		return leadfile.ErrNotSent
	}
	id := s.vault.Tags("voice id", a.Once)[0]
	v := voice{
		ID: "VOI-" + spelling.EncodeToString(id[:])[:16], Source: leadfile.Source, Version: 1, RecordedAt: now.In(civil.Zone).Format("2006-01-02T15:04:05.000Z07:00"),
		ProjectID: a.ProjectID, Employer: a.Employer, Month: a.Month.String(), Answer: a.Answer, SaidOn: civil.DateOf(now),
	}
	if phone != "" {
		tags := s.vault.Tags("voice phone", phone)
		v.WorkerHash = hex.EncodeToString(tags[len(tags)-1][:16]) // by the oldest key, so that it stays when keys are changed
	}
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	if err := s.sender.Send(ctx, voices, cmp.Or(a.ProjectID, a.Employer), value); err != nil {
		s.metrics.failed.Inc()
		return fmt.Errorf("an answer: %w: %w", leadfile.ErrNotSent, err)
	}
	return nil
}

// plainPhone is a mobile number as it is written at its plainest; false for what is none.
func plainPhone(typed string) (string, bool) {
	if typed == "" {
		return "", true
	}
	if len(typed) > 64 || !utf8.ValidString(typed) {
		return "", false
	}
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune(" -—－+　()（）", r):
			return -1
		}
		return 'x'
	}, typed)
	if len(digits) == 13 {
		digits = strings.TrimPrefix(digits, "86")
	}
	return digits, len(digits) == 11 && digits[0] == '1' && !strings.Contains(digits, "x")
}

// SiteCode is the code of a project or employer (安薪码), by which its public page is found; empty without keys. It stays when keys
// are changed, as long as the oldest seal key is kept: boards hang for years.
func (s *Store) SiteCode(scope, id string) string {
	if s.vault == nil {
		return ""
	}
	tags := s.vault.Tags("site code", scope+" "+id)
	last := tags[len(tags)-1]
	return spelling.EncodeToString(last[:])[:leadfile.SiteCodeLength]
}

// Proof is a keyed hash of a text for a purpose; empty without keys.
func (s *Store) Proof(purpose, text string) string {
	if s.vault == nil {
		return ""
	}
	tag := s.vault.Tags("proof "+purpose, text)[0]
	return hex.EncodeToString(tag[:16])
}
