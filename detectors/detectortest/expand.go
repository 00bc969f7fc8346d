package detectortest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Story is a test, or the records of one, as records of the contract in a namespace of its own.
type Story struct {
	namespace string
	records   []stored
	aliases   map[string]string // real identity of a project, employer or township to its alias
	projects  map[string]entry  // first entry of each project, for what follows from it
}

// stored is one record of a story.
type stored struct {
	topic string
	where string // for messages: the entry it comes from
	value []byte
}

// expand writes the test out as records whose identities begin with, or derive from, the namespace.
func (t Test) expand(namespace string) (*Story, error) {
	s := &Story{namespace: namespace, aliases: map[string]string{}, projects: map[string]entry{}}
	for topic := range t.records {
		if fields[topic] == nil {
			return nil, fmt.Errorf("records: unknown topic %s (known: %s)", topic, strings.Join(topics, ", "))
		}
	}
	for _, e := range t.records["projects"] {
		if id := e["id"].text(); s.projects[id] == nil {
			s.projects[id] = e
		}
	}
	named := map[registered]bool{}
	for _, topic := range topics {
		for i, e := range t.records[topic] {
			where := fmt.Sprintf("%s, entry %d", topic, i+1)
			if err := s.expandEntry(topic, where, e, named); err != nil {
				return nil, fmt.Errorf("records: %s: %w", where, err)
			}
		}
	}
	for _, c := range t.checks {
		for _, w := range c.want {
			if field := subjectOf(w); field != "township" {
				s.identity(field, w[field].text())
			}
		}
	}
	// what records name without listing it is healthy
	for _, r := range slices.SortedFunc(maps.Keys(named), func(a, b registered) int {
		return cmp.Or(strings.Compare(a.registry, b.registry), strings.Compare(a.alias, b.alias))
	}) {
		listed := slices.ContainsFunc(t.records[r.registry], func(e entry) bool { return e["id"].text() == r.alias })
		if listed || slices.Contains(t.unknown, r.alias) {
			continue
		}
		if err := s.expandEntry(r.registry, r.registry, entry{"id": {r.alias}}, map[registered]bool{}); err != nil {
			return nil, fmt.Errorf("registering %s: %w", r.alias, err)
		}
	}
	return s, s.contradiction()
}

// registered is a project or employer that a record names.
type registered struct{ registry, alias string }

// expandEntry appends the records that an entry stands for.
func (s *Story) expandEntry(topic, where string, e entry, named map[registered]bool) error {
	workers, days, monthsOf := []string{""}, []string{""}, []string{""}
	var err error
	if v, ok := e["worker"]; ok {
		if workers, err = v.list(names); err != nil {
			return fmt.Errorf("worker %w", err)
		}
	}
	if v, ok := e["days"]; ok {
		if days, err = v.list(dates); err != nil {
			return fmt.Errorf("days %w", err)
		}
	}
	if v, ok := e["except"]; ok {
		without, err := v.list(dates)
		if err != nil {
			return fmt.Errorf("except %w", err)
		}
		days = slices.DeleteFunc(days, func(day string) bool { return slices.Contains(without, day) })
	}
	if v, ok := e["months"]; ok {
		if monthsOf, err = v.list(months); err != nil {
			return fmt.Errorf("months %w", err)
		}
	}
	if e["id"].text() != "" && len(workers)*len(days)*len(monthsOf) > 1 {
		return errors.New("an id names one record, the entry stands for several")
	}
	for _, worker := range workers {
		for _, day := range days {
			for _, month := range monthsOf {
				r, err := s.record(topic, e, worker, day, month, named)
				if err != nil {
					return err
				}
				text, err := json.Marshal(r)
				if err != nil {
					return err
				}
				s.records = append(s.records, stored{topic: topic, where: where, value: text})
			}
		}
	}
	return nil
}

// short are the forms that stand for a field of the contract.
var short = map[string]string{
	"project": "project_id", "employer": "employer_uscc", "developer": "developer_uscc", "contractor": "contractor_uscc",
}

func (s *Story) record(topic string, e entry, worker, day, month string, named map[registered]bool) (map[string]any, error) {
	known := fields[topic]
	r := map[string]any{}
	for name, v := range known {
		if v != absent && v != follows {
			r[name] = v
		}
	}
	given := map[string]bool{}
	for _, name := range e.keys() {
		v := e[name].v
		field := name
		switch name {
		case "id", "source", "version", "recorded_at", "worker", "days", "months", "except":
			continue
		case "project", "employer", "developer", "contractor":
			field = short[name]
			if v != nil {
				v = s.identity(name, e[name].text())
			}
		}
		switch {
		case v == nil:
		case field == "township":
			v = s.township(e[name].text())
		case field == "legal_person_id" || field == "investor_id":
			v = s.person(e[name].text())
		case field == "merged_into" || field == "complaint_id":
			v = s.namespace + e[name].text()
		case field == "deposit":
			v = s.deposit(e[name])
		case field == "payee_account" || field == "bank_account":
			v = s.account(e[name].text())
		}
		if _, ok := known[field]; !ok {
			return nil, fmt.Errorf("%s has no field %s", topic, name)
		}
		given[field] = true
		base, nested := r[field].(map[string]any)
		over, both := v.(map[string]any)
		switch {
		case v == nil:
			delete(r, field)
		case nested && both: // an account or deposit: what is not given stays
			merged := maps.Clone(base)
			maps.Copy(merged, over)
			maps.DeleteFunc(merged, func(_ string, v any) bool { return v == nil })
			r[field] = merged
		default:
			r[field] = v
		}
	}
	set := func(field string, v any) {
		if known[field] == follows && !given[field] && v != nil {
			r[field] = v
		}
	}
	if worker != "" {
		set("id_number", resident(s.namespace, worker))
		set("payee_account", s.account(worker))
		set("bank_account", s.account(worker))
		set("worker_key", shownKey+resident(s.namespace, worker))
	}
	employer := e["employer"].text()
	if employer == "" {
		employer = defaultEmployer
	}
	set("employer_uscc", s.identity("employer", employer))
	if err := s.complete(topic, e, r, set, day, month); err != nil {
		return nil, err
	}
	if id, ok := r["project_id"]; ok && topic != "permits" { // whether that one is registered is what permits are about
		named[registered{"projects", s.aliases[fmt.Sprint(id)]}] = true
	}
	if code, ok := r["employer_uscc"]; ok {
		named[registered{"employers", s.aliases[fmt.Sprint(code)]}] = true
	}
	return r, s.head(topic, e, r, worker)
}

// complete sets what follows from the other fields.
func (s *Story) complete(topic string, e entry, r map[string]any, set func(string, any), day, month string) error {
	switch topic {
	case "projects", "permits":
		set("developer_uscc", s.identity("employer", "developer"))
		set("contractor_uscc", s.identity("employer", defaultEmployer))
	case "workers":
		set("contract_signed_on", r["entered_on"])
	case "attendance":
		if day != "" {
			set("work_date", day)
		}
	case "payroll":
		if month != "" {
			set("wage_month", month)
		}
		wageMonth, err := civil.ParseMonth(textOf(r["wage_month"]))
		if err != nil {
			return errors.New("months is missing: the wage month or months of the slip")
		}
		payDay := 15
		if v := s.projects[e["project"].text()]["pay_day"].text(); v != "" {
			payDay, _ = strconv.Atoi(v)
		}
		set("due_on", (wageMonth + 1).Day(payDay).String())
		if gross := sum(r["payable_yuan"], r["deducted_yuan"]); gross != "" {
			set("gross_yuan", gross)
		}
		set("paid_yuan", r["payable_yuan"])
		if textOf(r["paid_yuan"]) != "0" {
			set("paid_on", r["due_on"])
		}
	case "account_entries":
		set("balance_yuan", r["yuan"])
		at := textOf(r["booked_at"])
		if day != "" {
			at = day
		}
		r["booked_at"] = instant(at, "12:00:00")
	case "complaints":
		set("status_on", r["received_on"])
	case "signals":
		if month != "" {
			set("month", month)
		}
	case "closures":
		if month != "" {
			set("wage_month", month)
		}
	}
	return nil
}

// head sets the fields common to every record.
func (s *Story) head(topic string, e entry, r map[string]any, worker string) error {
	id := e["id"].text()
	switch {
	case id == "" && (topic == "projects" || topic == "employers" || topic == "permits"):
		return errors.New("id is missing: the alias, such as P1 or E1")
	case topic == "projects", topic == "permits": // warnings about a permitted project that is not known name the permit
		r["id"] = s.identity("project", id)
	case topic == "employers":
		r["id"] = s.identity("employer", id)
	case id == "":
		// what the record is about, so that a further entry about it is another version
		about := []string{}
		for _, part := range []string{
			e["project"].text(), e["employer"].text(), worker, textOf(r["work_date"]), textOf(r["wage_month"]), textOf(r["booked_at"]),
			textOf(r["received_on"]), textOf(r["opened_on"]), textOf(r["month"]), kindOf(topic, r),
		} {
			if part != "" {
				about = append(about, strings.NewReplacer("T12:00:00+08:00", "", "+", "-").Replace(part))
			}
		}
		r["id"] = s.namespace + strings.Join(about, ".")
	default:
		r["id"] = s.namespace + id
	}
	r["source"] = sources[topic]
	if v := e["source"].text(); v != "" {
		r["source"] = v
	}
	r["version"] = num(1)
	version, versioned := e["version"]
	if versioned {
		r["version"] = version.v
	}
	at := e["recorded_at"].text()
	if at == "" && versioned && version.text() != "1" {
		return errors.New("recorded_at is missing: when was this version recorded?")
	}
	if at == "" {
		at = recorded(topic, r)
	}
	r["recorded_at"] = instant(at, "12:00:00")
	return nil
}

func kindOf(topic string, r map[string]any) string {
	switch topic {
	case "account_entries", "proceedings":
		return textOf(r["kind"])
	case "signals":
		return textOf(r["indicator"])
	}
	return ""
}

// recorded is when a source with no delay records the first version.
func recorded(topic string, r map[string]any) string {
	switch topic {
	case "projects":
		return textOf(r["contract_signed_on"])
	case "employers":
		return "2026-01-01"
	case "workers":
		return textOf(r["entered_on"])
	case "attendance":
		return textOf(r["work_date"])
	case "payroll":
		if on := textOf(r["paid_on"]); on != "" {
			return on
		}
		month, _ := civil.ParseMonth(textOf(r["wage_month"]))
		return (month + 1).First().String()
	case "account_entries":
		return textOf(r["booked_at"])
	case "complaints":
		return textOf(r["status_on"])
	case "permits":
		return textOf(r["permit_on"])
	case "closures":
		return textOf(r["closed_on"])
	case "proceedings":
		return max(textOf(r["opened_on"]), textOf(r["closed_on"]))
	case "signals":
		month, _ := civil.ParseMonth(textOf(r["month"]))
		return month.Last().AddDays(5).String()
	}
	return ""
}

// identity returns what stands for an alias in records: the id of a project, the credit code of anybody else.
func (s *Story) identity(of, alias string) string {
	var id string
	if of == "project" {
		id = s.namespace + alias
	} else {
		id = uscc(s.namespace, alias)
	}
	s.aliases[id] = alias
	return id
}

// person returns the number of somebody who heads or owns a firm: a number as it is, and of an alias the one that a worker of
// that alias has.
func (s *Story) person(text string) string {
	if len(text) > longestAlias {
		return text
	}
	return resident(s.namespace, text)
}

// longestAlias is shorter than any paper's number.
const longestAlias = 6

// deposit puts the ids of projects for the aliases of those that a deposit covers.
func (s *Story) deposit(v value) any {
	fields, ok := v.v.(map[string]any)
	if !ok {
		return v.v
	}
	covers, ok := fields["covers"].([]any)
	if !ok {
		return v.v
	}
	ids := make([]any, len(covers))
	for i, alias := range covers {
		ids[i] = s.identity("project", textOf(alias))
	}
	fields = maps.Clone(fields)
	fields["covers"] = ids
	return fields
}

// sum adds amounts in yuan; it is empty where one is none.
func sum(amounts ...any) string {
	total := new(big.Rat)
	for _, a := range amounts {
		one, ok := new(big.Rat).SetString(textOf(a))
		if !ok {
			return ""
		}
		total.Add(total, one)
	}
	return total.FloatString(2)
}

// township returns a division code as it is, and for an alias one that no other story has.
func (s *Story) township(text string) string {
	if strings.Trim(text, "0123456789") == "" {
		return text
	}
	code := fmt.Sprintf("99%07d", draw(s.namespace, text, "township", 1e7))
	s.aliases[code] = text
	return code
}

// account returns the number of a bank account as it is, and for an alias one that no other story has: a worker's own, or
// that of somebody else.
func (s *Story) account(text string) string {
	if strings.Trim(text, "0123456789") == "" {
		return text
	}
	return fmt.Sprintf("6228%012d", draw(s.namespace, text, "account", 1e12))
}

// contradiction finds two records that claim to be the same version and are not: which one counts would be chance.
func (s *Story) contradiction() error {
	seen := map[string]stored{}
	for _, one := range s.records {
		var r map[string]any
		decoder := json.NewDecoder(bytes.NewReader(one.value))
		decoder.UseNumber()
		if err := decoder.Decode(&r); err != nil {
			return err
		}
		key := fmt.Sprint(one.topic, r["source"], r["id"], r["version"])
		delete(r, "recorded_at")
		text, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if before, ok := seen[key]; ok && !bytes.Equal(before.value, text) {
			return fmt.Errorf("records: %s and %s are the same version of %s with different content: give one a version or an id", before.where, one.where, r["id"])
		}
		seen[key] = stored{where: one.where, value: text}
	}
	return nil
}

// instant makes of a date the instant of that time in China.
func instant(at, clock string) string {
	if len(at) == len("2026-08-01") {
		return at + "T" + clock + "+08:00"
	}
	return at
}

func textOf(v any) string { return value{v}.text() }
