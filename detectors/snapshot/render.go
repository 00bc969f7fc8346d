package snapshot

import (
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/anxin-project/anxin/internal/platform/store"
)

// file is one file of SQL, read and checked.
type file struct {
	name   string // without its ending
	header header
	body   string   // without the header
	makes  []string // tables
	needs  []string // files whose tables it reads
}

// statement is one statement; where no place is in the table places, it has nothing to do. With partitions, a query for the ids of
// those in question, it runs once for each, by the id in the place of %s.
type statement struct{ text, places, partitions string }

// renderer renders files for the snapshot's database.
type renderer struct {
	database string
	previous string // the snapshot from which it goes on; empty for one made afresh
	keys     keySources
	refresh  map[string]Refresh // of every table
	lists    string             // the engine of the lists of what came and of touched places
}

func (r renderer) in(table string) string { return store.Quote(r.database) + "." + table }

// funcs are what a file's template may ask for.
func (r renderer) funcs() template.FuncMap {
	afresh := r.previous == ""
	known := func(table string) (Refresh, error) {
		one, ok := r.refresh[table]
		if !ok {
			return one, fmt.Errorf("no header says how %s is refreshed", table)
		}
		return one, nil
	}
	return template.FuncMap{
		"snapshot": func() string { return store.Quote(r.database) },
		"touched": func(table string, expressions ...string) (string, error) {
			one, err := known(table)
			switch {
			case err != nil:
				return "", err
			case len(expressions) != len(one.Key):
				return "", fmt.Errorf("a place of %s has %d values, not %d", table, len(one.Key), len(expressions))
			case afresh:
				return "true", nil
			}
			return r.touches(one, expressions), nil
		},
		"records": func(table string) (string, error) {
			if _, err := known(table); err != nil || afresh {
				return "true", err
			}
			list := r.in("records_" + table)
			return "id IN (SELECT id FROM " + list + ") AND (source, id) IN (SELECT source, id FROM " + list + ")", nil
		},
		"earliest": func(table, date, from string) (string, error) {
			if _, err := known(table); err != nil || afresh {
				return from, err
			}
			return "greatest(" + from + ", (SELECT min(" + date + ") FROM " + r.in("touched_"+table) + "))", nil
		},
		"came": func(records string) string {
			if afresh {
				return records
			}
			return r.in("came_" + records)
		},
		"newest": func(records, condition string, keys ...string) string {
			if condition == "true" {
				condition = ""
			}
			return r.keys.newest(records, condition, keys)
		},
	}
}

// touches says that expressions name a touched place. Of several the last is asked first: mostly a day or a month, which costs
// less to look up than all of them and may leave out whole partitions.
func (r renderer) touches(one Refresh, expressions []string) string {
	in := func(expressions, key []string) string {
		return "(" + strings.Join(expressions, ", ") + ") IN (SELECT " + strings.Join(key, ", ") + " FROM " + r.in("touched_"+one.table) + ")"
	}
	last := len(expressions) - 1
	if last == 0 {
		return in(expressions, one.Key)
	}
	return in(expressions[last:], one.Key[last:]) + " AND " + in(expressions, one.Key)
}

// render returns a file's statements.
func (r renderer) render(f file) ([]statement, error) {
	t, err := template.New(f.name + ".sql").Funcs(r.funcs()).Parse(f.body)
	var text strings.Builder
	if err == nil {
		err = t.Execute(&text, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	var all []statement
	if r.previous == "" {
		for _, s := range store.Statements(text.String()) {
			all = append(all, statement{text: s})
		}
		return all, nil
	}
	for _, s := range r.collectCame(f.header) {
		all = append(all, statement{text: s})
	}
	emptied := map[string]bool{}
	for _, s := range store.Statements(text.String()) {
		verb, table := r.about(s)
		one, isCarried := f.header.Refresh[table]
		places := r.in("touched_" + table)
		switch {
		case verb == "OPTIMIZE": // done when it was made afresh
		case isCarried && verb == "CREATE":
			all = append(all, r.takeOver(one)...)
		case isCarried && one.Adds == "" && verb == "INSERT":
			if !emptied[table] { // by its first INSERT
				emptied[table] = true
				all = append(all, r.empty(one)...)
			}
			all = append(all, statement{text: s, places: places})
		default:
			all = append(all, statement{text: s})
		}
	}
	return all, nil
}

// about tells what a statement does, and to which table of the snapshot.
func (r renderer) about(s string) (verb, table string) {
	verb, _, _ = strings.Cut(s, " ")
	_, rest, _ := strings.Cut(s, store.Quote(r.database)+".")
	end := strings.IndexFunc(rest, func(c rune) bool { return c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	if end >= 0 {
		rest = rest[:end]
	}
	return verb, rest
}

// collectCame returns the statements that list the records which came since, once for all that a file asks of them: to find
// them takes a look at every record. Most were recorded since, and stand in the latest partitions.
func (r renderer) collectCame(h header) []string {
	var statements []string
	for _, records := range sorted(h.Delta) {
		columns := strings.Join(h.Delta[records], ", ")
		statements = append(statements,
			"CREATE TABLE "+r.in("came_"+records)+" ENGINE = "+r.lists+" AS SELECT "+columns+" FROM "+records+" WHERE "+untilEnd+" AND recorded_at >= {before:DateTime64(3, 'UTC')}",
			"INSERT INTO "+r.in("came_"+records)+" SELECT "+columns+" FROM "+records+" PREWHERE stored_at >= {since:DateTime64(3, 'UTC')} WHERE "+untilEnd+" AND recorded_at < {before:DateTime64(3, 'UTC')}")
	}
	return statements
}

// takeOver returns the statements that clone the table from the snapshot before and collect the touched places: those of the
// versions that came since, and those of other versions of the same records.
func (r renderer) takeOver(one Refresh) []statement {
	from := store.Quote(r.previous) + "."
	statements := []statement{{text: "CREATE TABLE " + r.in(one.table) + " CLONE AS " + from + one.table}}
	if one.Adds != "" {
		return statements
	}
	key, touched := strings.Join(one.Key, ", "), r.in("touched_"+one.table)
	touch := func(expressions, where, places string) {
		statements = append(statements, statement{text: "INSERT INTO " + touched + " SELECT DISTINCT " + expressions + " FROM " + where, places: places})
	}
	statements = append(statements, statement{text: "CREATE TABLE " + touched + " ENGINE = " + r.lists + " EMPTY AS SELECT " + key + " FROM " + r.in(one.table)})
	for _, source := range one.Sources {
		at := strings.Join(source.At, ", ")
		switch {
		case source.Changed != "":
			now, before := "SELECT * FROM "+r.in(source.Changed), "SELECT * FROM "+from+source.Changed
			touch(at, "(("+now+" EXCEPT "+before+") UNION ALL ("+before+" EXCEPT "+now+"))", "")
			continue
		case source.Touched != "":
			touch(at, r.in("touched_"+source.Touched), "")
			continue
		}
		at = strings.Join(r.keys.places(source.At), ", ")
		arrived, records := r.in("came_"+source.Records), source.Records+" WHERE "+untilEnd+" AND "
		touch(at, arrived, "")
		if one.From != "" {
			touch(at, records+one.From+" > {judged:Date}", "")
		}
		if len(one.VersionsIn) == 0 {
			// another source's record of the same id is taken along: that touches a place too many and changes nothing
			touch(at, records+"id IN (SELECT id FROM "+arrived+")", "")
			continue
		}
		aboveLowest := " WHERE (source, version) NOT IN (SELECT source, min(version) FROM " + r.in("lowest") + " GROUP BY source)"
		unknown, known := r.in("records_elsewhere_"+one.table), ""
		for _, table := range one.VersionsIn {
			found := r.in(table) + " WHERE record IN (SELECT cityHash64(source, id) FROM " + arrived + aboveLowest + ")"
			touch(key, found, "")
			known += " AND cityHash64(source, id) NOT IN (SELECT record FROM " + found + ")"
		}
		statements = append(statements, statement{text: "CREATE TABLE " + unknown + " ENGINE = " + r.lists + " AS SELECT DISTINCT source, id FROM " + arrived + aboveLowest + known})
		touch(at, records+"id IN (SELECT id FROM "+unknown+")", unknown)
	}
	return statements
}

// empty returns the statements that empty the touched places and, where its INSERT asks for them, list the records that have
// a version there. To delete costs the engine the planning of a query and a look at every row for each part of the partitions
// it is told of; which partitions have rows at touched places, the table's order tells at little cost.
func (r renderer) empty(one Refresh) []statement {
	table, places, there := r.in(one.table), r.in("touched_"+one.table), r.touches(one, one.Key)
	statements := []statement{{
		text:       "DELETE FROM " + table + " IN PARTITION ID '%s' WHERE " + there + " SETTINGS lightweight_deletes_sync = 2",
		places:     places,
		partitions: "SELECT DISTINCT _partition_id FROM " + table + " WHERE " + there + " ORDER BY _partition_id",
	}}
	records := slices.IndexFunc(one.Sources, func(s Source) bool { return s.Records != "" })
	if records >= 0 && one.byRecord {
		source := one.Sources[records]
		statements = append(statements, statement{places: places, text: "CREATE TABLE " + r.in("records_"+one.table) + " ENGINE = " + r.lists + " AS SELECT DISTINCT source, id FROM " +
			source.Records + " PREWHERE " + r.touches(one, r.keys.places(source.At)) + " WHERE " + untilEnd})
	}
	return statements
}
