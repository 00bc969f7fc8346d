package simulate

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// unknown is a permit of a project that the platform does not know.
type unknown struct {
	id                    string
	name, township        string
	sector                string
	developer, contractor int32
	permitOn              civil.Date
	project               *project // whose second part it turns out to be; nil while nobody knows
	foundOn               civil.Date
	truth                 *Truth
}

// recordPermit tells of the permit of a project that the platform knows. Every second department knows its number there.
func (w *World) recordPermit(p *project, d civil.Date) {
	project := ""
	if p.num%2 == 0 {
		project = p.id
	}
	w.permit("PMT-"+p.id[4:], 1, p.name, p.township, p.sector, p.developer, p.emp, p.permitOn, p.contract, project, int32(28000+p.num%3000))
}

func (w *World) permit(id string, version int, name, township, sector string, developer, contractor int32, on civil.Date, fen int64, project string, sec int32) {
	source := "housing"
	switch sector {
	case "transport", "water", "energy":
		source = sector
	}
	start := len(w.arena)
	w.open([]byte(id), source, version, sec)
	b := line.Text(w.arena, "name", name)
	b = line.Text(b, "township", township)
	b = line.Text(b, "sector", sector)
	b = line.Text(b, "developer_uscc", w.employers[developer].uscc)
	b = line.Text(b, "contractor_uscc", w.employers[contractor].uscc)
	b = line.Day(b, "permit_on", on)
	b = line.Yuan(b, "contract_yuan", fen)
	key := township
	if project != "" {
		b = line.Text(b, "project_id", project)
		key = project
	}
	w.arena = b
	w.close(start, topicPermits, key, sec)
}

// stepPermits brings permits of projects that nobody registered. Of half of them it is found out after weeks that they are a
// part of one that is registered; the others stay a gap.
func (w *World) stepPermits(d civil.Date) {
	rate := w.opt.Rates.Unknown
	if rate <= 0 {
		return
	}
	for _, u := range w.unknown {
		if u.foundOn == d {
			w.permit(u.id, 2, u.name, u.township, u.sector, u.developer, u.contractor, u.permitOn, 3_000_000_000, u.project.id, 30000)
			u.truth.RecoveredOn = &u.foundOn
		}
	}
	r := &w.dice
	for i, t := range w.townships {
		r.Reset(w.opt.Seed, subjectPermit|uint64(i), uint64(d))
		// As many as projects begin, by their number over a year.
		if !r.Chance(rate * float64(w.opt.Scale.Projects) / float64(len(w.townships)) / 365) {
			continue
		}
		p := &project{developer: w.developers[r.N(len(w.developers))]}
		p.describe(r, t.Code)
		u := &unknown{
			id: "PMT-X" + t.Code + "-" + string(line.CompactDate(nil, d)), name: p.name, township: t.Code, sector: p.sector,
			developer: p.developer, contractor: w.contractors[r.N(len(w.contractors))], permitOn: d - civil.Date(r.N(4)),
		}
		if known := w.projects[r.N(len(w.projects))]; known.township == t.Code || r.Chance(0.4) {
			u.project, u.foundOn = known, d.AddDays(r.In(20, 110))
		}
		u.truth = &Truth{Subject: "project:" + u.id, Scope: "project", Township: t.Code, Cause: CauseUnknown, From: u.permitOn, Severity: 0.5}
		u.truth.seen(d)
		w.truths, w.unknown = append(w.truths, u.truth), append(w.unknown, u)
		w.permit(u.id, 1, u.name, u.township, u.sector, u.developer, u.contractor, u.permitOn, 3_000_000_000, "", 30000)
	}
}
