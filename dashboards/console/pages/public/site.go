package public

import (
	"context"
	"errors"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"rsc.io/qr"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// codes finds a subject by its code: made once a run, from what the run's registries know.
type codes struct {
	mu  sync.Mutex
	run uint64
	all map[string]subject
	// sites are those that were asked for in this run, at most mostSites: a flood of forms costs no queries.
	sites map[string]*view.Site
}

const mostSites = 2000

// find returns whose code it is, however it was typed.
func (p *Pages) find(ctx context.Context, v *view.View, typed string) (subject, string, error) {
	code, ok := leadfile.PlainCode(typed, leadfile.SiteCodeLength)
	if !ok || p.Desk == nil || v == nil {
		return subject{}, "", web.ErrNotFound
	}
	c := &p.codes
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil || c.run != v.Run.Number {
		all := map[string]subject{}
		err := p.Keeper.Subjects(ctx, v, func(scope catalog.Scope, id string) {
			if code := p.Desk.SiteCode(string(scope), id); code != "" {
				all[code] = subject{scope, id}
			}
		})
		switch {
		case err == nil:
			c.run, c.all, c.sites = v.Run.Number, all, map[string]*view.Site{}
		case view.SnapshotGone(err) && c.all != nil: // a newer run is about to be shown: the codes are the same
		default:
			return subject{}, "", err
		}
	}
	s, ok := c.all[code]
	if !ok {
		return subject{}, "", web.ErrNotFound
	}
	return s, code, nil
}

// siteData is a site's page, and its notice board.
type siteData struct {
	*view.Site
	Terms
	Code       string
	Path       string // province to township
	County     string
	Department casefile.Department
	PayOn      *civil.Date // the next day by which wages are to be paid
	Month      civil.Month // for which
	PayAbout   bool        // by the plain week, for the year's holidays are not known yet
	QR         template.HTML
	Address    string // of the page, as the code has it
}

func (p *Pages) site(r *web.Request) (*siteData, error) {
	s, code, err := p.find(r.Context, r.All, r.HTTP.PathValue("code"))
	if err != nil {
		return nil, err
	}
	site, err := p.known(r, s, code)
	if err != nil {
		return nil, err
	}
	today := civil.DateOf(p.Now())
	d := &siteData{Site: site, Code: code, Path: p.Regions.Path(site.Township), County: p.Regions.Name(site.Township[:min(6, len(site.Township))]),
		Department: casefile.Route(site.Scope, site.Sector), Terms: p.Terms(site.Township, today)}
	if site.PayDay > 0 {
		on, month, sure := nextPay(p, int(site.PayDay), today)
		d.PayOn, d.Month, d.PayAbout = &on, month, !sure
	}
	return d, nil
}

// known reads what there is to say of a subject, once a run.
func (p *Pages) known(r *web.Request, s subject, code string) (*view.Site, error) {
	p.codes.mu.Lock()
	site := p.codes.sites[code]
	p.codes.mu.Unlock()
	if site != nil {
		return site, nil
	}
	site, err := p.Keeper.Site(r.Context, r.All, s.scope, s.id)
	if view.SnapshotGone(err) {
		if err := p.Keeper.Refresh(r.Context); err != nil {
			return nil, err
		}
		return p.Keeper.Site(r.Context, p.Keeper.Latest(), s.scope, s.id)
	}
	if errors.Is(err, view.ErrUnknownSubject) {
		return nil, web.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	p.codes.mu.Lock()
	defer p.codes.mu.Unlock()
	if p.codes.run == r.All.Run.Number && len(p.codes.sites) < mostSites {
		p.codes.sites[code] = site
	}
	return site, nil
}

// nextPay is the next day by which wages are to be paid, for the month before it: the agreed day, or the last working day before when
// that is a rest day (Reg. 14). sure is false where the calendar lacks the year's notice: then it goes by the plain week.
func nextPay(p *Pages, day int, today civil.Date) (on civil.Date, month civil.Month, sure bool) {
	for m := today.Month(); ; m++ {
		agreed := m.Day(day)
		by, err := p.Calendar.OnOrBefore(agreed)
		if err != nil {
			for by = agreed; by.Weekday() == 0 || by.Weekday() == 6; by-- {
			}
		}
		if by >= today {
			return by, m - 1, err == nil
		}
	}
}

// SitePage is the page at /s/{code}.
func (p *Pages) SitePage(r *web.Request) (web.Answer, error) {
	d, err := p.site(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "public-site", Title: d.Name, Data: d}, nil
}

// BoardPage is the notice board (维权信息告示牌, Reg. 34) at /s/{code}/board, for an A4 sheet.
func (p *Pages) BoardPage(r *web.Request) (web.Answer, error) {
	d, err := p.site(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.Address = p.address(r) + "/s/" + d.Code
	if d.QR, err = drawQR(d.Address); err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "public-board", Title: d.Name, Data: d}, nil
}

// address is the pages' own, which printed codes lead to.
func (p *Pages) address(r *web.Request) string {
	if p.URL != "" {
		return strings.TrimSuffix(p.URL, "/")
	}
	scheme := "http"
	if r.HTTP.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.HTTP.Host
}

// drawQR draws a QR code as SVG, with the quiet zone of four modules that scanners need. A quarter of it may be dirty.
func drawQR(text string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.Q)
	if err != nil {
		return "", err
	}
	const quiet = 4
	size := strconv.Itoa(code.Size + 2*quiet)
	var b strings.Builder
	b.WriteString(`<svg class="qr" viewBox="0 0 ` + size + " " + size + `" role="img" aria-label="QR" shape-rendering="crispEdges"><rect width="` + size + `" height="` + size + `" fill="#fff"/><path fill="#000" d="`)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if n := x - from; n > 0 {
				b.WriteString("M" + strconv.Itoa(from+quiet) + " " + strconv.Itoa(y+quiet) + "h" + strconv.Itoa(n) + "v1h-" + strconv.Itoa(n) + "z")
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String()), nil //nolint:gosec // numbers alone
}
