package system

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/quality"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// qualityData is the quality of the data by topic and source.
type qualityData struct {
	Topic, Fault string
	Topics       []string // that ever sent
	Days         int
	Red, Yellow  int
	Total        int // feeds, filtered or not
	Rows         []feedRow
	Pager        web.Pager
}

// feedRow is a feed as judged now.
type feedRow struct {
	*quality.Feed
	Faults []quality.Fault
	Light  string
	Age    time.Duration // of the latest record
}

// faultLight: refused and missing data are lost to every detector; late data is not.
func faultLight(faults []quality.Fault) string {
	switch {
	case len(faults) == 0:
		return "green"
	case faults[0] == quality.GoneAway:
		return "grey"
	case faults[0] == quality.Late:
		return "yellow"
	}
	return "red"
}

// P50 and P95 are bounds in seconds; nil where nothing was stored in the window.
func (r feedRow) P50() *uint32 { return r.bound(0.5) }
func (r feedRow) P95() *uint32 { return r.bound(0.95) }

func (r feedRow) bound(share float64) *uint32 {
	if b, ok := r.Lateness(share); ok {
		return &b
	}
	return nil
}

// Known reports whether the sender can be told.
func (r feedRow) Known() bool { return r.Source != "" }

// Judged reports whether there is something to say of the feed's state: messages that nobody can be called about are
// neither good nor, while they are few, bad.
func (r feedRow) Judged() bool { return r.Known() || len(r.Faults) > 0 }

// feeds reads and judges every feed, the worst first, and keeps those that pass the filter of the page.
func (p *Pages) feeds(r *web.Request) (*qualityData, error) {
	d := &qualityData{Topic: r.Query.Word("topic"), Fault: r.Query.Choice("fault", "", "any", "silent", "rejects", "late"), Days: quality.Window}
	if r.Query.Err() != nil || p.Conn == nil {
		return d, nil
	}
	now := p.Now()
	all, err := quality.Read(r.Context, p.Conn, civil.DateOf(now))
	if err != nil {
		return nil, err
	}
	topics := map[string]bool{}
	for _, f := range all {
		row := feedRow{Feed: f, Faults: f.Judge(now), Age: now.Sub(f.Latest)}
		row.Light = faultLight(row.Faults)
		topics[f.Topic] = true
		d.Total++
		switch row.Light {
		case "red":
			d.Red++
		case "yellow":
			d.Yellow++
		}
		if d.Topic != "" && f.Topic != d.Topic ||
			d.Fault == "any" && row.Light != "red" && row.Light != "yellow" ||
			d.Fault != "" && d.Fault != "any" && !slices.Contains(row.Faults, quality.Fault(d.Fault)) {
			continue
		}
		d.Rows = append(d.Rows, row)
	}
	d.Topics = web.Names(topics)
	slices.SortStableFunc(d.Rows, func(a, b feedRow) int { return cmp.Compare(view.LightOrder(a.Light), view.LightOrder(b.Light)) })
	return d, nil
}

// QualityPage is the page at /quality.
func (p *Pages) QualityPage(r *web.Request) (web.Answer, error) {
	d, err := p.feeds(r)
	if err != nil {
		return web.Answer{}, err
	}
	d.Pager = r.Query.Rows(len(d.Rows), p.PageSize)
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	return web.Answer{Template: "quality", Title: language.Message(r.Lang, "quality.title"), Data: d}, nil
}

// QualityExport is the export at /quality.csv and /quality.xlsx.
func (p *Pages) QualityExport(r *web.Request) (web.Answer, error) {
	l := r.Lang
	d, err := p.feeds(r)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(l), web.Coded("csv.state", codebook.Fault), web.Coded("csv.topic", codebook.Topic), web.Worded("csv.source", p.Sources.Called),
		web.Column("csv.stored_window"), web.Column("csv.stored_total"), web.Column("csv.rejected"), web.Column("csv.rejected_share"), web.Column("csv.reject_reasons_code"), web.Column("csv.reject_reasons"),
		web.Column("csv.late_p50"), web.Column("csv.late_p95"), web.Column("csv.afterwards"), web.Column("csv.latest"), web.Column("quality.unknown"))
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	bound := func(b *uint32) string {
		if b == nil {
			return ""
		}
		return bound(l, *b)
	}
	for _, f := range d.Rows {
		state, latest := "", ""
		if f.Judged() {
			state = faultCodes(f.Faults)
		}
		if !f.Latest.IsZero() {
			latest = f.Latest.In(civil.Zone).Format(time.DateTime)
		}
		s.Line(state, f.Topic, f.Source, number(f.Stored), number(f.Total), number(f.Rejected()), strconv.FormatFloat(f.RejectedShare(), 'f', 4, 64),
			counts(f.Rejects, func(code string) string { return code }), counts(f.Rejects, func(code string) string { return l.Word("reject", code) }),
			bound(f.P50()), bound(f.P95()), number(f.After()), latest, counts(f.Unknown, func(field string) string { return field }))
	}
	return r.Export(s, "anxin-quality-"+civil.DateOf(p.Now()).String(), language.Message(l, "quality.title"), r.OfNow())
}

// faultCodes lists what is wrong with a feed for a cell; "none" where nothing is.
func faultCodes(faults []quality.Fault) string {
	if len(faults) == 0 {
		return "none"
	}
	var codes []string
	for _, f := range faults {
		codes = append(codes, string(f))
	}
	return strings.Join(codes, spreadsheet.Separator)
}

// faults writes what is wrong with a feed.
func faults(l language.Locale, faults []quality.Fault) string {
	if len(faults) == 0 {
		return l.Word("fault", "none")
	}
	var words []string
	for _, f := range faults {
		words = append(words, l.Word("fault", string(f)))
	}
	return strings.Join(words, language.Message(l, "list.comma"))
}

// counts writes what was counted, by name, into one cell.
func counts(counts []quality.Count, name func(code string) string) string {
	var parts []string
	for _, c := range counts {
		parts = append(parts, name(c.Of)+": "+strconv.FormatUint(c.N, 10))
	}
	return strings.Join(parts, spreadsheet.Separator)
}

// bound writes a bound of lateness.
func bound(l language.Locale, seconds uint32) string {
	if seconds == quality.Beyond {
		return "> " + span(l, time.Duration(quality.Bounds[len(quality.Bounds)-1])*time.Second)
	}
	return "≤ " + span(l, time.Duration(seconds)*time.Second)
}

// span writes a time in its largest fitting unit: whole minutes, hours, and days from two days on.
func span(l language.Locale, d time.Duration) string {
	n, unit := int64(max(d, 0)/time.Minute), "minutes"
	switch {
	case d >= 48*time.Hour || d == 24*time.Hour:
		n, unit = int64(d/(24*time.Hour)), "days"
	case d >= time.Hour:
		n, unit = int64(d/time.Hour), "hours"
	}
	if n == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return language.Fill(l, "span."+unit, language.Group(n))
}

// limits says what feeds are judged by.
func limits(l language.Locale) string {
	daily, _ := quality.MaxSilence("attendance")
	monthly, _ := quality.MaxSilence("payroll")
	return language.Fill(l, "quality.note_limits", span(l, daily), span(l, monthly), l.Percent(quality.MaxRejectedShare), language.Group(quality.MinRejected),
		span(l, quality.MaxLateness), span(l, quality.GoneAfter))
}
