package system

import (
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
	log := p.Gate.Audit()
	total, err := log.Count(r.Context, f)
	if err != nil {
		return nil, err
	}
	d.Pager = q.Rows(total, p.PageSize)
	if d.Rows, err = log.Page(r.Context, f, d.Pager.From, d.Pager.To-d.Pager.From); err != nil {
		return nil, err
	}
	if d.Actions, err = log.Actions(r.Context); err != nil {
		return nil, err
	}
	d.Names = map[string]string{}
	for _, e := range d.Rows {
		if name := web.NameOf(p.Gate, e.Actor); name != e.Actor {
			d.Names[e.Actor] = name
		}
	}
	if d.Checkpoint, err = log.Whole(r.Context); ledger.IsBroken(err) {
		d.Broken = err.Error()
	} else if err != nil {
		return nil, err
	}
	return d, nil
}

// Audited names what the audit log has somebody do; an action of casework by its own name.
func Audited(l language.Locale, action string) string {
	if t, ok := language.LookUp("audited." + action); ok {
		return t.In(string(l))
	}
	for prefix, group := range map[string]string{"case.": "do", "blacklist.": "listing", "lead.": "lead_action", "closure.": "closing", "verdict.": "verdict"} {
		if kind, ok := strings.CutPrefix(action, prefix); ok {
			return l.Word("audited", prefix[:len(prefix)-1]) + language.Message(l, "list.colon") + l.Word(group, kind)
		}
	}
	return l.Word("audited", action)
}
