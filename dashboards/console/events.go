package console

import (
	"encoding/json"
	"strconv"

	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/civil"
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
	ProjectID  string                  `json:"project_id"` // where a listed employer was seen
	Name       string                  `json:"name"`
}

func (c *Console) readEvents(l locale, events []casefile.Event) []eventRow {
	var rows []eventRow
	for _, e := range events {
		rows = append(rows, c.readEvent(l, e))
	}
	return rows
}

func (c *Console) readEvent(l locale, e casefile.Event) eventRow {
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
			row.By = c.nameOf(e.Actor)
		}
	}
	say := func(label, value string) {
		if value != "" {
			row.Details = append(row.Details, detail{"field." + label, value})
		}
	}
	say("document_no", d.DocumentNo)
	say("order_no", d.OrderNo)
	say("promise_no", d.PromiseNo)
	if d.DueOn != nil {
		say("due_on", l.shortDate(*d.DueOn))
	}
	if d.Workers > 0 {
		say("workers", l.num(d.Workers))
	}
	if d.AmountFen != 0 {
		say("amount", l.exactYuan(d.AmountFen))
	}
	if d.Settled {
		say("settled", l.word("value", "yes"))
	}
	if d.Workdays > 0 {
		say("workdays", strconv.Itoa(d.Workdays))
	}
	if d.Department != "" {
		say("department", d.Department.Title().In(string(l)))
	}
	if d.Territory != "" {
		say("territory", c.regions.Path(d.Territory))
	}
	if d.Assignee != "" {
		say("assignee", c.nameOf(d.Assignee))
	}
	if d.Path != "" {
		say("path", d.Path.Title().In(string(l)))
	}
	if d.File != nil {
		say("file_name", d.File.Name)
		say("kept_at", d.File.KeptAt)
		say("sha256", d.File.SHA256)
	}
	for _, p := range d.Persons {
		say(capacityField[p.Capacity], p.Name)
	}
	if d.Bar != "" {
		say("bar", l.word("bar", string(d.Bar)))
	}
	switch string(e.Kind) {
	case "verified":
		say("upheld", l.word("value", yesNo(d.Upheld)))
	case "removal_decided":
		say("granted", l.word("value", yesNo(d.Granted)))
	case "seen_on_project":
		say("project", d.Name+" "+d.ProjectID)
	}
	return row
}

// capacityField is the field that names a person of a capacity.
var capacityField = map[casefile.Capacity]string{casefile.LegalRepresentative: "representative", casefile.DirectlyResponsible: "responsible"}
