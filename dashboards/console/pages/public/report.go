package public

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

// form is what the forms of this room share: the token by which the same form is known again, what was typed, what is wrong with it
// and, where it has to prove that it is no flood, how.
type form struct {
	Once    string
	Typed   map[string]string
	Problem string // one sentence
	Field   string // beside which it belongs; empty: above the form
	Unsent  bool   // kept, but not confirmed yet
	Asked   bool   // a proof is asked for
	Held    bool   // nothing more is taken for now
	Bits    int    // how hard the work is
	Ticket  string // the place in the queue; empty where it is full
	Seconds int    // still to wait
}

// Form is the form itself, for the parts of templates that every form shares.
func (f *form) Form() *form { return f }

// newOnce is a form's token (alerts/leads makes ids and receipt codes of it).
func newOnce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// fields reads a form. What somebody without an account sends stands in the log of leads, and not in the audit log: that would keep
// the address of who complained, which nobody is to know.
func fields(r *web.Request, names ...string) *form {
	r.Recorded = true
	f := &form{Once: r.HTTP.PostFormValue("once"), Typed: map[string]string{}}
	if len(f.Once) > 64 {
		f.Once = ""
	}
	for _, name := range names {
		f.Typed[name] = strings.TrimSpace(r.HTTP.PostFormValue(name))
	}
	return f
}

// status is what a form that was not done is answered with.
func (f *form) status() int {
	switch {
	case f.Asked, f.Held:
		return http.StatusTooManyRequests
	case f.Unsent:
		return http.StatusServiceUnavailable
	case f.Problem != "":
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// admit lets a form in by the quotas; where it does not, the form says what to do. leave takes it back.
func (p *Pages) admit(r *web.Request, kind, site string, f *form) (leave func(), ok bool) {
	origin := sender(signin.Origin(r.HTTP))
	until, waits := p.readTicket(f.Once, r.HTTP.PostFormValue("ticket"))
	now := p.Now()
	waited := waits && !now.Before(until)
	if waits && !waited { // it keeps its place
		f.Asked, f.Bits, f.Ticket, f.Seconds = true, p.limits.WorkBits, p.ticket(f.Once, until), seconds(until.Sub(now))
		if !p.limits.worked(f.Once, r.HTTP.PostFormValue("work")) {
			p.limits.count(kind, asked)
			return nil, false
		}
		f.Asked = false
	}
	o, until := p.limits.enter(origin, site, waited || p.limits.worked(f.Once, r.HTTP.PostFormValue("work")))
	switch o {
	case asked:
		f.Asked, f.Bits = true, p.limits.WorkBits
		if !until.IsZero() {
			f.Ticket, f.Seconds = p.ticket(f.Once, until), seconds(until.Sub(now))
		}
	case held:
		f.Held = true
	default:
		return func() { p.limits.leave(origin, site) }, true
	}
	p.limits.count(kind, o)
	return nil, false
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// failed says on the form what was not done, and what to do.
func (p *Pages) failed(r *web.Request, kind string, f *form, leave func(), err error) {
	var refusal *casefile.Refusal
	switch {
	case errors.Is(err, leadfile.ErrNotSent):
		p.Logger.Error("the broker did not confirm a record of the public pages", "kind", kind, "error", err)
		p.limits.count(kind, unsent)
		f.Unsent = true
	case errors.As(err, &refusal):
		leave()
		p.limits.count(kind, refused)
		f.Problem = refusal.Message.In(string(r.Lang))
		if refusal.Code == "form" {
			f.Once = newOnce()
		}
	default: // whether it was taken in is not known; the same form sent again is right in every case
		leave()
		p.limits.count(kind, unsent)
		p.Logger.Error("taking something in from the public pages", "kind", kind, "error", err)
		f.Unsent = true
	}
}

// reportData is the form for a lead, and what is shown once it was taken.
type reportData struct {
	*form
	*siteData                    // nil on the general page
	Place     string             // code of the county of the general page
	Townships []region.Township  // to choose from there
	Counties  []region.Township  // where none is chosen yet: Code and Name
	Months    []civil.Month      // to choose from
	Receipt   string             // in groups
	Lead      *leadfile.Lead     // taken
	AcceptBy  *casefile.Deadline // of it
	Terms     Terms
}

// SiteName is what the lead is about; empty on the general page.
func (d *reportData) SiteName() string {
	if d.siteData == nil {
		return ""
	}
	return d.Name
}

// sinceMonths is how far back a lead may begin.
const sinceMonths = 24

func months(today civil.Date, n int) []civil.Month {
	var all []civil.Month
	for m := today.Month(); len(all) < n; m-- {
		all = append(all, m)
	}
	return all
}

// ReportPage is the form at /s/{code}/report.
func (p *Pages) ReportPage(r *web.Request) (web.Answer, error) {
	d, err := p.report(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.form = &form{Once: newOnce(), Typed: map[string]string{}}
	return p.showReport(r, d), nil
}

func (p *Pages) report(r *web.Request) (*reportData, error) {
	site, err := p.site(r)
	if err != nil {
		return nil, err
	}
	return &reportData{siteData: site, Months: months(civil.DateOf(p.Now()), sinceMonths), Terms: site.Terms}, nil
}

func (p *Pages) showReport(r *web.Request, d *reportData) web.Answer {
	return web.Answer{Template: "public-report", Title: language.Message(r.Lang, "public.report"), Data: d, Status: d.status()}
}

// reportFields are the form's.
var reportFields = []string{"township", "where", "text", "since", "workers", "yuan", "contact"}

// ReportForm takes the form sent to /s/{code}/report.
func (p *Pages) ReportForm(r *web.Request) (web.Answer, error) {
	d, err := p.report(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.form = fields(r, reportFields...)
	in := leadfile.Intake{Township: d.Township, Department: d.Department}
	if d.Scope == catalog.Project {
		in.ProjectID = d.ID // who employs the people nobody knows yet
	} else {
		in.Employer = d.ID
	}
	return p.takeReport(r, d, in, d.Code)
}

// PlacePage is the general form at /report, for somebody without a site's code: it asks for the county first.
func (p *Pages) PlacePage(r *web.Request) (web.Answer, error) {
	d := &reportData{form: &form{}}
	if r.All != nil {
		for _, u := range r.All.Units {
			if u.Level == "county" {
				d.Counties = append(d.Counties, region.Township{Code: u.Code, Name: p.Regions.Path(u.Code)})
			}
		}
	}
	return web.Answer{Template: "public-places", Title: language.Message(r.Lang, "public.report"), Data: d}, nil
}

// GeneralPage is the general form at /report/{county}.
func (p *Pages) GeneralPage(r *web.Request) (web.Answer, error) {
	d, err := p.general(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.form = &form{Once: newOnce(), Typed: map[string]string{}}
	return p.showReport(r, d), nil
}

func (p *Pages) general(r *web.Request) (*reportData, error) {
	county := r.HTTP.PathValue("county")
	towns := region.Townships(county)
	if p.Desk == nil || len(county) != 6 || len(towns) == 0 {
		return nil, web.ErrNotFound
	}
	today := civil.DateOf(p.Now())
	return &reportData{Place: county, Townships: towns, Months: months(today, sinceMonths), Terms: p.Terms(county, today)}, nil
}

// GeneralForm takes the form sent to /report/{county}.
func (p *Pages) GeneralForm(r *web.Request) (web.Answer, error) {
	d, err := p.general(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.form = fields(r, reportFields...)
	in := leadfile.Intake{Township: d.Typed["township"]}
	if !strings.HasPrefix(in.Township, d.Place) {
		in.Township = ""
	}
	if d.Typed["where"] == "" {
		d.Problem, d.Field = language.Message(r.Lang, "public.where_missing"), "where"
		return p.showReport(r, d), nil
	}
	return p.takeReport(r, d, in, "")
}

// takeReport takes a lead in and shows its receipt code: by the answer itself, so that the code is in no address.
func (p *Pages) takeReport(r *web.Request, d *reportData, in leadfile.Intake, site string) (web.Answer, error) {
	in.Once, in.Channel, in.Contact, in.Text = d.Once, "online", d.Typed["contact"], d.Typed["text"]
	if where := d.Typed["where"]; where != "" {
		in.Text = strings.TrimSpace("工地或者单位：" + where + "\n" + in.Text)
	}
	if !p.figures(r, d.form, &in) {
		return p.showReport(r, d), nil
	}
	if in.Text == "" && in.AmountFen == 0 && in.Since == nil {
		d.Problem, d.Field = language.Message(r.Lang, "public.text_missing"), "text"
		return p.showReport(r, d), nil
	}
	leave, ok := p.admit(r, "lead", site, d.form)
	if !ok {
		return p.showReport(r, d), nil
	}
	done, err := p.Desk.Take(r.Context, access.Person{}, in)
	if err != nil {
		p.failed(r, "lead", d.form, leave, err)
		return p.showReport(r, d), nil
	}
	p.limits.count("lead", taken)
	d.Lead, d.Receipt = &done.Lead, done.Receipt
	for i, deadline := range done.Lead.Deadlines {
		if deadline.Kind == casefile.ToAccept {
			d.AcceptBy = &done.Lead.Deadlines[i]
		}
	}
	return web.Answer{Template: "public-taken", Title: language.Message(r.Lang, "public.taken"), Data: d}, nil
}

// figures reads what is counted; what cannot be read is said beside its field.
func (p *Pages) figures(r *web.Request, f *form, in *leadfile.Intake) bool {
	wrong := func(field string) bool {
		f.Problem, f.Field = language.Message(r.Lang, "public."+field+"_wrong"), field
		return false
	}
	in.Workers = 1
	if typed := f.Typed["workers"]; typed != "" {
		n, err := strconv.ParseUint(ascii(typed), 10, 32)
		if err != nil || n < 1 {
			return wrong("workers")
		}
		in.Workers = uint32(n)
	}
	if typed := f.Typed["yuan"]; typed != "" {
		fen, ok := yuanOf(ascii(typed))
		if !ok {
			return wrong("yuan")
		}
		in.AmountFen = fen
	}
	if typed := f.Typed["since"]; typed != "" {
		m, err := civil.ParseMonth(typed)
		if err != nil {
			return wrong("since")
		}
		in.Since = &m
	}
	return true
}

// ascii undoes full width, and takes out what people write between digits.
func ascii(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．' || r == '。':
			return '.'
		case strings.ContainsRune(" ,，元人块 ", r):
			return -1
		}
		return r
	}, typed)
}

// yuanOf reads yuan with at most two decimals, exactly.
func yuanOf(text string) (int64, bool) {
	whole, part, _ := strings.Cut(text, ".")
	if len(whole) > 11 || len(part) > 2 || whole == "" {
		return 0, false
	}
	fen, err := strconv.ParseUint(whole+part+strings.Repeat("0", 2-len(part)), 10, 63)
	return int64(fen), err == nil
}

// voiceData is the monthly question.
type voiceData struct {
	*form
	*siteData
	Months []civil.Month
	Done   bool
}

// askedMonths is how many wage months the question may be about.
const askedMonths = 4

func (p *Pages) voice(r *web.Request) (*voiceData, error) {
	site, err := p.site(r)
	if err != nil {
		return nil, err
	}
	return &voiceData{siteData: site, Months: months(civil.DateOf(p.Now()), askedMonths)}, nil
}

func (p *Pages) showVoice(r *web.Request, d *voiceData) web.Answer {
	return web.Answer{Template: "public-voice", Title: language.Message(r.Lang, "public.voice"), Data: d, Status: d.status()}
}

// VoicePage is the monthly question at /s/{code}/paid.
func (p *Pages) VoicePage(r *web.Request) (web.Answer, error) {
	d, err := p.voice(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.form = &form{Once: newOnce(), Typed: map[string]string{"month": d.Months[1].String()}}
	return p.showVoice(r, d), nil
}

// VoiceForm takes the answer sent to /s/{code}/paid.
func (p *Pages) VoiceForm(r *web.Request) (web.Answer, error) {
	d, err := p.voice(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.form = fields(r, "month", "answer", "phone")
	a := leadfile.Answer{Once: d.Once, Answer: d.Typed["answer"], Phone: d.Typed["phone"]}
	if d.Scope == catalog.Project {
		a.ProjectID = d.ID
	} else {
		a.Employer = d.ID
	}
	if a.Month, err = civil.ParseMonth(d.Typed["month"]); err != nil {
		d.Problem, d.Field = language.Message(r.Lang, "public.month_wrong"), "month"
		return p.showVoice(r, d), nil
	}
	leave, ok := p.admit(r, "voice", d.Code, d.form)
	if !ok {
		return p.showVoice(r, d), nil
	}
	if err := p.Desk.Answer(r.Context, a); err != nil {
		p.failed(r, "voice", d.form, leave, err)
		return p.showVoice(r, d), nil
	}
	p.limits.count("voice", taken)
	d.Done = true
	return p.showVoice(r, d), nil
}
