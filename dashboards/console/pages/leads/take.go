package leads

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// takeData is the clerk's form, with what was typed.
type takeData struct {
	Typed    url.Values
	Once     string
	Found    []subject // by what was looked for; the chosen one first
	Looked   bool
	Similar  []leadfile.Lead
	Problem  string
	Rule     string
	Unsent   bool
	Places   []*view.Unit // townships of the territory, to choose from
	Today    civil.Date
	statusOf int
}

// Value is what was typed into a field.
func (d *takeData) Value(name string) string { return d.Typed.Get(name) }

// subject is a project or employer that a lead may be about.
type subject struct {
	Scope, ID, Name, Township, Sector string
}

// Value is the subject as the form names it.
func (s subject) Value() string { return s.Scope + " " + s.ID + " " + s.Township + " " + s.Sector }

// NewPage is the page at /leads/new.
func (p *Pages) NewPage(r *web.Request) (web.Answer, error) {
	if p.Desk == nil {
		return web.Answer{Redirect: "/leads"}, nil // which says that casework is not connected
	}
	return p.show(r, &takeData{Typed: url.Values{"channel": {"window"}, "workers": {"1"}}, Once: newOnce()}), nil
}

func (p *Pages) show(r *web.Request, d *takeData) web.Answer {
	d.Today = civil.DateOf(p.Now())
	if r.All != nil {
		for _, u := range r.All.Units {
			if u.Level == "township" && r.Person().Covers(u.Code) {
				d.Places = append(d.Places, u)
			}
		}
	}
	return web.Answer{Template: "leadnew", Title: language.Message(r.Lang, "leads.new"), Data: d, Status: d.statusOf}
}

// newOnce is a form's token, 128 random bits: the same form sent twice is one lead.
func newOnce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// NewForm takes the form sent to /leads/new: first it finds the subject, without taking anything in, then it takes the lead in. What is
// refused, or may repeat another lead, comes back with what was typed.
func (p *Pages) NewForm(r *web.Request) (web.Answer, error) {
	if p.Desk == nil {
		return web.Answer{}, web.ErrNoCasework
	}
	form := r.HTTP.PostForm
	d := &takeData{Typed: form, Once: form.Get("once")}
	r.Event.Object = "/leads/new" // what was typed stands in no log
	if err := p.find(r, d); err != nil {
		return web.Answer{}, err
	}
	if form.Get("step") != "take" {
		r.Event.Action = "lead.find"
		return p.show(r, d), nil
	}
	in, err := p.intake(r, d)
	if err == nil && form.Get("sure") == "" {
		if d.Similar = p.visible(r, p.Desk.Similar(in, civil.DateOf(p.Now()), "")); len(d.Similar) > 0 {
			r.Event.Action, r.Event.Outcome, r.Event.Purpose = "lead.take", audit.Refused, "similar"
			d.statusOf = http.StatusUnprocessableEntity
			return p.show(r, d), nil
		}
	}
	var done leadfile.Taken
	if err == nil {
		done, err = p.Desk.Take(r.Context, *r.Person(), in)
	}
	var refusal *casefile.Refusal
	switch {
	case errors.As(err, &refusal):
		d.Problem, d.Rule = refusal.Message.In(string(r.Lang)), refusal.Basis
		r.Event.Outcome, r.Event.Purpose, d.statusOf = audit.Refused, refusal.Code, http.StatusUnprocessableEntity
		if refusal.Code == "form" {
			d.Once = newOnce()
		}
		return p.show(r, d), nil
	case err != nil: // in the log or not: the same form sent again is right in every case
		p.Logger.Error("taking a lead in", "error", err)
		r.Event.Outcome = audit.OutcomeOf(err)
		d.Unsent, d.statusOf = true, http.StatusServiceUnavailable
		return p.show(r, d), nil
	}
	r.Event.Object = done.Lead.ID
	return web.Answer{Template: "leadtaken", Title: language.Message(r.Lang, "leads.taken"), Data: done}, nil
}

// visible are those of some leads that who asks may see.
func (p *Pages) visible(r *web.Request, all []leadfile.Lead) []leadfile.Lead {
	return slices.DeleteFunc(all, func(l leadfile.Lead) bool { return !access.Allow(r.Person(), access.Leads, l.Object(r.Person())) })
}

// mostFound is how many subjects a search offers.
const mostFound = 20

// find looks for projects and employers of the territory by what was typed: part of the name, or the beginning of the code. The one
// chosen before stays.
func (p *Pages) find(r *web.Request, d *takeData) error {
	typed := strings.TrimSpace(d.Value("find"))
	if chosen := strings.SplitN(d.Value("subject"), " ", 4); len(chosen) == 4 {
		d.Found = append(d.Found, subject{Scope: chosen[0], ID: chosen[1], Name: chosen[1], Township: chosen[2], Sector: chosen[3]})
	}
	if typed == "" && len(d.Found) == 0 || r.All == nil || len(typed) > 300 {
		return nil
	}
	d.Looked = typed != ""
	chosen := ""
	if len(d.Found) > 0 {
		chosen = d.Found[0].ID
		d.Found = nil
	}
	from, err := r.All.Run.From("subjects")
	if err != nil {
		return err
	}
	escaped := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", ``).Replace(strings.ToLower(typed))
	rows, err := p.Conn.Query(view.WithParameters(r.Context, clickhouse.Parameters{"typed": escaped, "chosen": strings.ReplaceAll(chosen, `\`, `\\`), "territory": r.Person().Territory}), `
SELECT
    scope,
    scope_id,
    name,
    township,
    sector
FROM `+from+`
WHERE scope IN ('project', 'employer')
    AND startsWith(township, {territory:String})
    AND ({typed:String} != '' AND (positionUTF8(lowerUTF8(name), {typed:String}) > 0 OR startsWith(lower(scope_id), {typed:String})) OR scope_id = {chosen:String})
ORDER BY scope_id = {chosen:String} DESC, scope DESC, name, scope_id
LIMIT `+strconv.Itoa(mostFound))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s subject
		if err := rows.Scan(&s.Scope, &s.ID, &s.Name, &s.Township, &s.Sector); err != nil {
			return err
		}
		d.Found = append(d.Found, s)
	}
	return rows.Err()
}

var plainAmount = regexp.MustCompile(`^([0-9]{1,13})(?:\.([0-9]{1,2}))?$`)

// intake reads the form; the error is a *casefile.Refusal, with what would be accepted.
func (p *Pages) intake(r *web.Request, d *takeData) (leadfile.Intake, error) {
	in := leadfile.Intake{Once: d.Once, Channel: d.Value("channel"), Township: d.Value("township"), Incident: d.Value("incident"), Contact: strings.TrimSpace(d.Value("contact")), Text: strings.TrimSpace(d.Value("text"))}
	refuse := func(zh, en string) (leadfile.Intake, error) {
		return in, casefile.Refuse("invalid", byDesign, zh, en)
	}
	if value := d.Value("subject"); value != "" {
		i := slices.IndexFunc(d.Found, func(s subject) bool { return s.Value() == value })
		if i < 0 {
			return refuse("请重新查找并选择项目或者用人单位", "find the project or employer again, and choose it")
		}
		s := d.Found[i]
		in.Township, in.Department = s.Township, casefile.Route(catalog.Scope(s.Scope), s.Sector)
		if s.Scope == string(catalog.Project) {
			in.ProjectID = s.ID
		} else {
			in.Employer = s.ID
		}
	}
	if text := d.Value("since"); text != "" {
		m, err := civil.ParseMonth(text)
		if err != nil {
			return refuse("月份应为 年-月，如 2026-09", "a month is written YYYY-MM, such as 2026-09")
		}
		in.Since = &m
	}
	n, err := strconv.ParseUint(strings.TrimSpace(d.Value("workers")), 10, 32)
	if err != nil {
		return refuse("人数应为整数，至少 1", "the number of workers is a whole number, at least 1")
	}
	in.Workers = uint32(n)
	if text := strings.NewReplacer(",", "", "，", "", " ", "").Replace(d.Value("amount")); text != "" {
		found := plainAmount.FindStringSubmatch(text)
		if found == nil {
			return refuse("金额以元为单位，最多两位小数", "the amount is in yuan, with at most two decimals")
		}
		in.AmountFen, err = strconv.ParseInt(found[1]+(found[2] + "00")[:2], 10, 64)
	}
	return in, err
}

const byDesign = "办案规程（casework）"
