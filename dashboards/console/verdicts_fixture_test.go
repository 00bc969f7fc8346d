package console

import (
	"context"
	"fmt"
	"sync"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// memoryVerdicts takes every verdict with a reason on a warning of one's own. The rules themselves are the alerts component's, and
// are tested there.
type memoryVerdicts struct {
	mu   sync.Mutex
	book *verdict.Book
	seen func(verdict.Key) (verdict.Seen, bool) // what the run shown says
}

func (m *memoryVerdicts) Current(context.Context) error { return nil }

func (m *memoryVerdicts) Book() *verdict.Book {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.book
}

func (m *memoryVerdicts) AnswerBy(w verdict.Seen) casefile.Deadline {
	return verdict.AnswerBy(verdict.Terms{AnswerRed: 3, AnswerYellow: 10}, w, func(from civil.Date, n int) casefile.Deadline {
		return casefile.DueAfter(verdict.ToAnswer, calendar.China(), from, n, 0, nil)
	}).On(asOf)
}

func (m *memoryVerdicts) Warned(k verdict.Key, w verdict.Seen) verdict.Warned {
	return verdict.Warned{Key: k, Seen: w, Stands: m.Book().On(k, w), First: m.Book().First(k, w), By: m.AnswerBy(w)}
}

func (m *memoryVerdicts) Ended(context.Context, civil.Date) ([]verdict.Warned, error) {
	return nil, nil
}

func (m *memoryVerdicts) Window() int { return 365 }

func (m *memoryVerdicts) Give(_ context.Context, by access.Person, steps []verdict.Step) []verdict.Result {
	var all []verdict.Result
	for _, one := range steps {
		done := verdict.Result{Step: one}
		record := m.Book().Record(one.Key)
		seen, known := m.seen(one.Key)
		until := asOf.AddDays(90)
		v := verdict.Verdict{Key: one.Key, Seen: seen, Kind: one.Kind, Code: one.Code, Reason: one.Reason, By: by.ID, ByName: by.Name, At: asOf.Start(), Seq: record.Seq + 1, QuietUntil: &until, Growth: 10}
		switch {
		case !known || !access.Allow(&by, access.Work, access.At(seen.Township, seen.Department)):
			done.Err = fmt.Errorf("warning: %w", casefile.ErrNotFound)
		case one.Reason == "":
			done.Err = casefile.Refuse("invalid", "办案规程（casework）", "请写明理由", "reason: give a reason")
		case one.Kind != verdict.Untrue:
			v.QuietUntil = nil
		}
		switch {
		case done.Err != nil:
		case one.Seq != record.Seq:
			done.Err = casefile.ErrConflict
		case one.Withdraw:
			record.Seq++
			record.Verdicts[len(record.Verdicts)-1].Withdrawn = &verdict.Withdrawal{Reason: one.Reason, By: by.ID, ByName: by.Name, At: asOf.Start()}
			done.Verdict = &record.Verdicts[len(record.Verdicts)-1]
		default:
			record = verdict.Record{Seq: v.Seq, Verdicts: append(append([]verdict.Verdict{}, record.Verdicts...), v)}
			done.Verdict = &v
		}
		if done.Err == nil {
			m.mu.Lock()
			m.book = m.book.With(map[verdict.Key]verdict.Record{one.Key: record})
			m.mu.Unlock()
		}
		all = append(all, done)
	}
	return all
}
