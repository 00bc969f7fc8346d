package casework

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// eventRow is an event of a case or of an entry with what its data says in words.
type eventRow struct {
	casefile.Event
	Detector string
	From, To string // levels
	By       string // what its actor is called; empty for the system
	Details  []detail
}

// detail is one thing that an event says; Label is the key of a text.
type detail struct{ Label, Value string }

// eventData is what the events of both logs say, as far as pages tell it; anything else stays in the log.
type eventData struct {
	Labels     map[string]string       `json:"labels"` // of an alert
	From       string                  `json:"from"`
	To         string                  `json:"to"`
	Workers    uint32                  `json:"workers"`
	AmountFen  int64                   `json:"amount_fen"`
	ByName     string                  `json:"by_name"`
	Workdays   int                     `json:"workdays"`
	Department casefile.Department     `json:"department"`
	Territory  string                  `json:"territory"`
	Assignee   string                  `json:"assignee"`
	HandedFrom string                  `json:"handed_from"`
	DocumentNo string                  `json:"document_no"`
	DueOn      *civil.Date             `json:"due_on"`
	Settled    bool                    `json:"settled"`
	Path       casefile.SidePath       `json:"path"`
	File       *casefile.File          `json:"file"`
	OrderNo    string                  `json:"order_no"`
	PromiseNo  string                  `json:"promise_no"`
	Persons    []casefile.ListedPerson `json:"persons"`
	Upheld     bool                    `json:"upheld"`
	Granted    bool                    `json:"granted"`
	Bar        casefile.BarKind        `json:"bar"`
	Effect     string                  `json:"effect"`
	LateReason string                  `json:"late_reason"`
	Employer   string                  `json:"employer"` // whom an order binds
	Called     string                  `json:"employer_name"`
	WageFrom   *civil.Month            `json:"wage_from"`
	WageTo     *civil.Month            `json:"wage_to"`
	Listed     *casefile.Claim         `json:"listed"` // what is owed, as of a run
	Below      *casefile.Claim         `json:"below_minimum"`
	Estimated  *casefile.Claim         `json:"estimated"`
	Remedy     casefile.Remedy         `json:"remedy"`
	RemedyNo   uint32                  `json:"remedy_no"`
	Advancer   casefile.Advancer       `json:"advancer"`
	HeardOn    *civil.Date             `json:"heard_on"`
	Living     bool                    `json:"living_costs"`
	RecordID   string                  `json:"record_id"`
	LastOn     *civil.Date             `json:"last_on"`    // of payments that slips tell
	ProjectID  string                  `json:"project_id"` // where a listed employer was seen
	Name       string                  `json:"name"`
}

func (p *Pages) readEvents(l language.Locale, events []casefile.Event) []eventRow {
	var rows []eventRow
	for _, e := range events {
		rows = append(rows, p.readEvent(l, e))
	}
	return rows
}

func (p *Pages) readEvent(l language.Locale, e casefile.Event) eventRow {
	row := eventRow{Event: e}
	var d eventData
	if json.Unmarshal(e.Data, &d) != nil {
		return row
	}
	row.Detector, row.From, row.To = d.Labels["detector"], d.From, d.To
	if row.To == "" {
		row.To = d.Labels["level"]
	}
	if e.Actor != casefile.System {
		row.By = d.ByName
		if row.By == "" {
			row.By = web.NameOf(p.Gate, e.Actor)
		}
	}
	say := func(label, value string) {
		if value != "" {
			row.Details = append(row.Details, detail{"field." + label, value})
		}
	}
	if d.Remedy != "" {
		say("remedy", d.Remedy.Title().In(string(l)))
	}
	if d.RemedyNo > 0 {
		say("remedy_no", language.Whole(d.RemedyNo))
	}
	say("document_no", d.DocumentNo)
	say("order_no", d.OrderNo)
	say("promise_no", d.PromiseNo)
	if d.DueOn != nil {
		say("due_on", l.ShortDate(*d.DueOn))
	}
	if d.Advancer != "" {
		say("advancer", d.Advancer.Title().In(string(l)))
	}
	if d.HeardOn != nil {
		say("heard_on", l.ShortDate(*d.HeardOn))
	}
	if d.Living {
		say("living_costs", l.Word("yes_no", "yes"))
	}
	say("record_id", d.RecordID)
	if d.LastOn != nil {
		say("last_on", l.ShortDate(*d.LastOn))
	}
	if e.Kind == casefile.WasOrdered || e.Kind == casefile.RemedyTaken {
		say("employer", strings.TrimSpace(d.Called+" "+d.Employer))
		say("wage_months", wageMonths(l, d.WageFrom, d.WageTo))
	}
	if d.Workers > 0 {
		say("workers", l.Num(d.Workers))
	}
	if d.AmountFen != 0 {
		say("amount", l.ExactYuan(d.AmountFen))
	}
	if d.Settled {
		say("settled", l.Word("yes_no", "yes"))
	}
	if d.Workdays > 0 {
		say("workdays", strconv.Itoa(d.Workdays))
	}
	if d.Department != "" {
		say("department", d.Department.Title().In(string(l)))
	}
	if d.Territory != "" {
		say("territory", p.Regions.Path(d.Territory))
	}
	if d.HandedFrom != "" {
		say("handed_from", web.NameOf(p.Gate, d.HandedFrom))
	}
	if d.Assignee != "" {
		say("assignee", web.NameOf(p.Gate, d.Assignee))
	}
	if d.Path != "" {
		say("path", d.Path.Title().In(string(l)))
	}
	if d.File != nil {
		say("file_name", d.File.Name)
		say("kept_at", d.File.KeptAt)
		say("sha256", d.File.SHA256)
	}
	if e.Kind == casefile.OwedTold {
		say("owed_listed", claim(l, d.Listed))
		say("owed_below", claim(l, d.Below))
		say("owed_estimated", claim(l, d.Estimated))
		if d.Listed == nil && d.Below == nil && d.Estimated == nil {
			say("owed_listed", language.Message(l, "owed.nothing"))
		}
	}
	say("effect", d.Effect)
	say("late_reason", d.LateReason)
	for _, person := range d.Persons {
		say(CapacityField[person.Capacity], person.Name)
	}
	if d.Bar != "" {
		say("bar", l.Word("bar", string(d.Bar)))
	}
	switch string(e.Kind) {
	case "verified":
		say("upheld", l.Word("yes_no", language.YesNo(d.Upheld)))
	case "removal_decided":
		say("granted", l.Word("yes_no", language.YesNo(d.Granted)))
	case "seen_on_project":
		say("project", d.Name+" "+d.ProjectID)
	}
	return row
}

// claim is how many people are owed how much; empty of none.
func claim(l language.Locale, c *casefile.Claim) string {
	if c == nil {
		return ""
	}
	return l.Count(int64(c.Workers), catalog.Workers) + " · " + l.ExactYuan(c.AmountFen)
}

// wageMonths are the months that an order names; empty of one that names none.
func wageMonths(l language.Locale, from, to *civil.Month) string {
	switch {
	case from == nil && to == nil:
		return ""
	case to == nil:
		return from.String() + "–"
	case from == nil:
		return "–" + to.String()
	case *from == *to:
		return from.String()
	}
	return from.String() + "–" + to.String()
}

// ofRecord drops from the events of a file that is printed what is an estimate, or may be: it stands in no paper.
func ofRecord(events []casefile.Event) []casefile.Event {
	kept := slices.Clone(events)
	for i, e := range kept {
		switch e.Kind {
		case casefile.Figures:
			kept[i].Data = json.RawMessage("{}")
		case casefile.OwedTold:
			var o casefile.Owed
			if json.Unmarshal(e.Data, &o) == nil {
				if text, err := json.Marshal(o.ByRecords()); err == nil {
					kept[i].Data = text
				}
			}
		}
	}
	return kept
}

// CapacityField is the field that names a person of a capacity.
var CapacityField = map[casefile.Capacity]string{casefile.LegalRepresentative: "representative", casefile.DirectlyResponsible: "responsible"}
