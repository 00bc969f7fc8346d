package system

import (
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/ledger"
)

// auditData is the audit log, newest entry first, and whether it is whole.
type auditData struct {
	Actor, Action, From, Until string
	Actions                    []string // that occur
	Rows                       []audit.Entry
	Names                      map[string]string // of those who act, by id
	Pager                      web.Pager
	Checkpoint                 ledger.Checkpoint // the last entry that is whole
	Broken                     string            // what is wrong with the log; empty: nothing
}

// AuditPage is the page at /audit.
func (p *Pages) AuditPage(r *web.Request) (web.Answer, error) {
	d, err := p.auditLog(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "audit", Title: language.Message(r.Lang, "audit.title"), Data: d}, nil
}

// auditLog reads the entries that the parameters ask for, and whether the log is whole.
func (p *Pages) auditLog(r *web.Request) (*auditData, error) {
	q := r.Query
	d := &auditData{Actor: q.Given.Get("actor"), Action: q.Word("action"), From: q.Given.Get("from"), Until: q.Given.Get("until")}
	f := audit.Filter{Actor: d.Actor, Action: d.Action}
	if on, ok := q.Date("from"); ok {
		f.From = on.Start()
	}
	if on, ok := q.Date("until"); ok {
		f.Until = on.End()
	}
	if err := q.Err(); err != nil {
		return nil, err
	}
	actions := map[string]bool{}
	var rows []audit.Entry
	if err := p.Gate.Audit().List(r.Context, f, func(e audit.Entry) error {
		actions[e.Action] = true
		rows = append(rows, e)
		return nil
	}); err != nil {
		return nil, err
	}
	slices.Reverse(rows)
	d.Actions = web.Names(actions)
	d.Pager = q.Rows(len(rows), p.PageSize)
	d.Rows = rows[d.Pager.From:d.Pager.To]
	d.Names = map[string]string{}
	for _, e := range d.Rows {
		if name := web.NameOf(p.Gate, e.Actor); name != e.Actor {
			d.Names[e.Actor] = name
		}
	}
	var err error
	if d.Checkpoint, err = p.Gate.Audit().Verify(r.Context, ledger.Checkpoint{}); ledger.IsBroken(err) {
		d.Broken = err.Error()
	} else if err != nil {
		return nil, err
	}
	return d, nil
}

// Audited names what the audit log has somebody do; an action of casework by its own name.
func Audited(l language.Locale, action string) string {
	for prefix, group := range map[string]string{"case.": "do", "blacklist.": "listing"} {
		if kind, ok := strings.CutPrefix(action, prefix); ok {
			return l.Word("audited", prefix[:len(prefix)-1]) + language.Message(l, "list.colon") + l.Word(group, kind)
		}
	}
	return l.Word("audited", action)
}
