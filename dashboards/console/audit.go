package console

import (
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/ledger"
)

// auditData is the audit log, newest entry first, and whether it is whole.
type auditData struct {
	Actor, Action, From, Until string
	Actions                    []string // that occur
	Rows                       []audit.Entry
	Names                      map[string]string // of those who act, by id
	Pager                      pager
	Checkpoint                 ledger.Checkpoint // the last entry that is whole
	Broken                     string            // what is wrong with the log; empty: nothing
}

func (p *systemPages) auditPage(r *request) (answer, error) {
	d, err := p.auditLog(r)
	if err != nil {
		return answer{}, err
	}
	return answer{template: "audit", title: language.Message(r.lang, "audit.title"), data: d}, nil
}

// auditLog reads the entries that the parameters ask for, and whether the log is whole.
func (p *systemPages) auditLog(r *request) (*auditData, error) {
	q := r.query
	d := &auditData{Actor: q.given.Get("actor"), Action: q.word("action"), From: q.given.Get("from"), Until: q.given.Get("until")}
	f := audit.Filter{Actor: d.Actor, Action: d.Action}
	if on, ok := q.date("from"); ok {
		f.From = on.Start()
	}
	if on, ok := q.date("until"); ok {
		f.Until = on.End()
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	actions := map[string]bool{}
	var rows []audit.Entry
	if err := p.Gate.Audit().List(r.ctx, f, func(e audit.Entry) error {
		actions[e.Action] = true
		rows = append(rows, e)
		return nil
	}); err != nil {
		return nil, err
	}
	slices.Reverse(rows)
	d.Actions = names(actions)
	d.Pager = q.rows(len(rows), p.PageSize)
	d.Rows = rows[d.Pager.From:d.Pager.To]
	d.Names = map[string]string{}
	for _, e := range d.Rows {
		if name := nameOf(p.Gate, e.Actor); name != e.Actor {
			d.Names[e.Actor] = name
		}
	}
	var err error
	if d.Checkpoint, err = p.Gate.Audit().Verify(r.ctx, ledger.Checkpoint{}); ledger.IsBroken(err) {
		d.Broken = err.Error()
	} else if err != nil {
		return nil, err
	}
	return d, nil
}

// audited names what the audit log has somebody do; an action of casework by its own name.
func audited(l language.Locale, action string) string {
	for prefix, group := range map[string]string{"case.": "do", "blacklist.": "listing"} {
		if kind, ok := strings.CutPrefix(action, prefix); ok {
			return l.Word("audited", prefix[:len(prefix)-1]) + language.Message(l, "list.colon") + l.Word(group, kind)
		}
	}
	return l.Word("audited", action)
}
