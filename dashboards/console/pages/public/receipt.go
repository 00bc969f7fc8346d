package public

import (
	"errors"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

// receiptData is what became of a lead, for who has its receipt code, and what can be said to it. The code stands in forms only.
type receiptData struct {
	*form
	Code  string // as typed
	Lead  *leadfile.Lead
	May   []leadfile.ActionKind
	Place string
	Terms Terms
	Done  leadfile.ActionKind // what was just done
	Next  *casefile.Deadline  // the next one that is not met
}

// Can reports whether the complainant may do something now.
func (d *receiptData) Can(kind string) bool { return slices.Contains(d.May, leadfile.ActionKind(kind)) }

// ReceiptPage asks for the receipt code, at /receipt.
func (p *Pages) ReceiptPage(r *web.Request) (web.Answer, error) {
	return p.showReceipt(r, &receiptData{form: &form{}}), nil
}

func (p *Pages) showReceipt(r *web.Request, d *receiptData) web.Answer {
	return web.Answer{Template: "public-receipt", Title: language.Message(r.Lang, "public.receipt"), Data: d, Status: d.status()}
}

// said are the steps that a complainant may take, by the name of their button.
var said = map[string]leadfile.ActionKind{"add": leadfile.Add, "paid": leadfile.SayPayment, "unpaid": leadfile.SayPayment, "rate": leadfile.Rate,
	"reopen": leadfile.Reopen, "withdraw": leadfile.Withdraw}

// ReceiptForm shows the lead of a receipt code, and takes what its complainant says.
func (p *Pages) ReceiptForm(r *web.Request) (web.Answer, error) {
	d := &receiptData{form: fields(r, "text", "contact", "stars"), Code: strings.TrimSpace(r.HTTP.PostFormValue("code"))}
	if p.Desk == nil {
		return web.Answer{}, web.ErrNotFound
	}
	if len(d.Code) > 64 {
		d.Code = ""
	}
	origin := sender(signin.Origin(r.HTTP))
	if !p.limits.mayLook(origin) {
		p.limits.count("lookup", held)
		d.Held, d.Code = true, ""
		return p.showReceipt(r, d), nil
	}
	lead, err := p.Desk.ByReceipt(r.Context, d.Code)
	switch {
	case errors.Is(err, casefile.ErrNotFound):
		p.limits.wrongCode(origin)
		p.limits.count("lookup", refused)
		d.Problem, d.Field = language.Message(r.Lang, "public.code_wrong"), "code"
		return p.showReceipt(r, d), nil
	case err != nil:
		return web.Answer{}, err
	}
	p.limits.count("lookup", taken)
	button := r.HTTP.PostFormValue("do")
	if kind, does := said[button]; does {
		lead = p.say(r, d, lead, kind, button)
	} else {
		d.Once, d.Typed = newOnce(), map[string]string{}
	}
	d.Lead, d.May = &lead, p.Desk.Allowed(lead, access.Person{})
	d.Place = p.Regions.Path(lead.Territory[:min(6, len(lead.Territory))]) // the county's department handles it
	d.Terms = p.Terms(lead.Territory, civil.DateOf(p.Now()))
	for i, deadline := range lead.Deadlines {
		if deadline.DoneOn == nil && !lead.Status.Ended() && deadline.Due != nil && (d.Next == nil || *deadline.Due < *d.Next.Due) {
			d.Next = &lead.Deadlines[i]
		}
	}
	return p.showReceipt(r, d), nil
}

// say takes a step of the complainant; what was not done is said on the form, with what was typed.
func (p *Pages) say(r *web.Request, d *receiptData, lead leadfile.Lead, kind leadfile.ActionKind, button string) leadfile.Lead {
	a := leadfile.Action{Kind: kind, Once: d.Once}
	switch kind {
	case leadfile.Add:
		a.Text, a.Contact = d.Typed["text"], d.Typed["contact"]
	case leadfile.SayPayment:
		paid := button == "paid"
		a.Paid = &paid
	case leadfile.Rate:
		if s := d.Typed["stars"]; len(s) == 1 && s >= "1" && s <= "5" {
			a.Stars = s[0] - '0'
		}
	case leadfile.Reopen, leadfile.Withdraw:
		a.Reason = d.Typed["text"]
	}
	leave, ok := p.admit(r, "step", "", d.form)
	if !ok {
		return lead
	}
	after, err := p.Desk.Say(r.Context, d.Code, a)
	if err != nil {
		if errors.Is(err, leadfile.ErrNotSent) {
			lead = after
		}
		p.failed(r, "step", d.form, leave, err)
		return lead
	}
	p.limits.count("step", taken)
	d.Done = kind
	d.form = &form{Once: newOnce(), Typed: map[string]string{}}
	return after
}
