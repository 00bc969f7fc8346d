package detectors

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// A pass goes on from the snapshot of a pass before it where it can: the large tables are cloned (the engine links the
// files, it copies nothing), and only what came since is worked out anew. A file of snapshot/ says so above a table:
//
//	-- carry (project_id, wage_month) = payroll (project_id, wage_month)
//	CREATE TABLE {{snapshot}}.slips …
//
// On the left are columns of the table, on the right how the same values are made of the records, of the places touched in
// other carried tables (touched_TABLE), or of the rows in which a table that is filled anew differs from the snapshot
// before (changed_TABLE). The values name a place, and the file promises that what stands at a
// place follows from what has a version there alone. A record that came since the pass before touches every place where
// one of its versions stands; those places are emptied and filled again. Two lines may follow the first:
//
//	-- from DATE          a record counts from that date of its own on, and touches its place when that comes
//	-- found in A, B      the snapshot's tables A and B hold, as record, cityHash64(source, id) of whatever takes something
//	                      away from its place when another version of it comes; so other versions are looked for there, not
//	                      among all records, and only of those above the lowest version that their source sends (lowest);
//	                      records that neither table knows are looked for among all
//
// In the table's INSERT
//
//	{{touched TABLE (EXPRESSIONS)}}   keeps rows at touched places
//	{{records TABLE}}                 keeps versions of records that have a version at a touched place
//	{{earliest TABLE DATE FROM}}      is the first DATE of a touched place, or FROM if that is later
//
// and in a snapshot made afresh the first two keep everything and the third is FROM. A table to which records only add
// rows says instead
//
//	-- carry adding
//
// and its INSERT reads {{came TABLE}}: of the records those that came since. To empty places the engine visits every part of
// a table, so a snapshot made afresh merges the parts of large tables (OPTIMIZE); one that goes on does not. Carried and
// fresh snapshots are equal, row by row (TestACarriedPassEqualsAFreshOne).

// carried is a table that snapshots take over from the one before.
type carried struct {
	table    string
	columns  string // of the table, that name a place
	sources  []placeSource
	from     string   // the records' date from which they count; empty where they do at once
	foundIn  []string // the snapshot's tables in which other versions are looked for; none: among all records
	byRecord bool     // its INSERT asks for {{records}}
	adding   bool     // records only add rows: there are no places
}

// placeSource says where touched places come from: a table of records, touched_TABLE or changed_TABLE, and the expressions
// that make them.
type placeSource struct{ table, expressions string }

var (
	carryLine = regexp.MustCompile(`(?m)^-- carry (adding|\((.+?)\) = (.+))\n(?:-- from (\w+)\n)?(?:-- found in (.+)\n)?CREATE TABLE \{\{snapshot\}\}\.(\w+)`)
	sourceAt  = regexp.MustCompile(`(\w+) \(((?:[^()]|\((?:[^()]|\([^()]*\))*\))+)\)(?:, |$)`)
	touchedAt = regexp.MustCompile(`\{\{touched (\w+) (\(.+\))\}\}`)
	recordsAt = regexp.MustCompile(`\{\{records (\w+)\}\}`)
	earliest  = regexp.MustCompile(`\{\{earliest (\w+) (\w+) (\{.+?\})\}\}`)
	cameOf    = regexp.MustCompile(`\{\{came (\w+)\}\}`)
)

const (
	untilEnd = "recorded_at < {end:DateTime64(3, 'UTC')}"
	// came keeps what the pass before did not know; a little more than that, for rows take a moment to be stored
	came = "(stored_at >= {since:DateTime64(3, 'UTC')} OR recorded_at >= {before:DateTime64(3, 'UTC')})"
)

// carriedTables returns the tables of a file that are carried.
func carriedTables(text string) map[string]carried {
	tables := map[string]carried{}
	for _, m := range carryLine.FindAllStringSubmatch(text, -1) {
		c := carried{table: m[6], columns: m[2], from: m[4], byRecord: strings.Contains(text, "{{records "+m[6]+"}}"), adding: m[1] == "adding"}
		for _, source := range sourceAt.FindAllStringSubmatch(m[3], -1) {
			c.sources = append(c.sources, placeSource{table: source[1], expressions: source[2]})
		}
		if m[5] != "" {
			c.foundIn = strings.Split(m[5], ", ")
		}
		tables[c.table] = c
	}
	return tables
}

// afresh leaves out of a file what concerns carrying.
func afresh(text string) string {
	text = earliest.ReplaceAllString(text, "$3")
	text = cameOf.ReplaceAllString(text, "$1")
	text = recordsAt.ReplaceAllString(touchedAt.ReplaceAllString(text, "true"), "true")
	return strings.ReplaceAll(text, " at true}}", "}}")
}

// onlyTouched renders a file for a snapshot that goes on from another.
func onlyTouched(text string, tables map[string]carried) string {
	text = touchedAt.ReplaceAllStringFunc(text, func(s string) string {
		m := touchedAt.FindStringSubmatch(s)
		return tables[m[1]].touches(m[2])
	})
	text = earliest.ReplaceAllString(text, "greatest($3, (SELECT min($2) FROM {{snapshot}}.touched_$1))")
	text = cameOf.ReplaceAllString(text, "{{snapshot}}.came_$1")
	return recordsAt.ReplaceAllString(text, "id IN (SELECT id FROM {{snapshot}}.records_$1) AND (source, id) IN (SELECT source, id FROM {{snapshot}}.records_$1)")
}

// touches says that expressions, in brackets, name a touched place. Of several the last is asked first: mostly a day or a
// month, which costs less to look up than all of them and may leave out whole partitions.
func (c carried) touches(expressions string) string {
	last := func(list string) string { return strings.TrimSpace(list[strings.LastIndex(list, ",")+1:]) }
	in := func(expression, columns string) string {
		return "(" + expression + ") IN (SELECT " + columns + " FROM {{snapshot}}.touched_" + c.table + ")"
	}
	all := strings.TrimSuffix(strings.TrimPrefix(expressions, "("), ")")
	if !strings.Contains(c.columns, ",") {
		return in(all, c.columns)
	}
	return in(last(all), last(c.columns)) + " AND " + in(all, c.columns)
}

// goingOn returns the statements of a file for a snapshot that goes on from another.
func goingOn(text, from string, render func(string) string) []snapshotStatement {
	tables := carriedTables(text)
	emptied := map[string]bool{}
	var all []snapshotStatement
	for _, s := range collectCame(text, tables) {
		all = append(all, snapshotStatement{text: render(s)})
	}
	for _, s := range store.Statements(onlyTouched(text, tables)) {
		m := snapshotTable.FindStringSubmatch(s)
		c, isCarried := tables[m[2]]
		places := "{{snapshot}}.touched_" + c.table
		switch {
		case strings.HasPrefix(s, "OPTIMIZE TABLE "): // done when it was made afresh
		case isCarried && m[1] != "": // CREATE TABLE
			for _, s := range c.takeOver(from) {
				all = append(all, snapshotStatement{text: render(s.text), places: render(s.places)})
			}
		case isCarried && !c.adding: // INSERT INTO
			if !emptied[c.table] { // by its first INSERT
				emptied[c.table] = true
				for _, s := range c.empty() {
					all = append(all, snapshotStatement{text: render(s), places: render(places)})
				}
			}
			all = append(all, snapshotStatement{text: render(s), places: render(places)})
		default:
			all = append(all, snapshotStatement{text: render(s)})
		}
	}
	return all
}

// collectCame returns the statements that list the records which came since, once for all that a file asks of them: to find
// them takes a look at every record. Most were recorded since, and stand in the latest partitions.
func collectCame(text string, tables map[string]carried) []string {
	sources := map[string]bool{}
	for _, m := range cameOf.FindAllStringSubmatch(text, -1) {
		sources[m[1]] = true
	}
	for _, c := range tables {
		for _, source := range c.sources {
			if source.ofRecords() {
				sources[source.table] = true
			}
		}
	}
	var statements []string
	for _, table := range slices.Sorted(maps.Keys(sources)) {
		statements = append(statements,
			"CREATE TABLE {{snapshot}}.came_"+table+" ENGINE = Memory AS SELECT * FROM "+table+" WHERE "+untilEnd+" AND recorded_at >= {before:DateTime64(3, 'UTC')}",
			"INSERT INTO {{snapshot}}.came_"+table+" SELECT * FROM "+table+" PREWHERE stored_at >= {since:DateTime64(3, 'UTC')} WHERE "+untilEnd+" AND recorded_at < {before:DateTime64(3, 'UTC')}")
	}
	return statements
}

// takeOver returns the statements that clone the table from another snapshot and collect the touched places: those of the
// versions that came since, and those of other versions of the same records.
func (c carried) takeOver(from string) []snapshotStatement {
	statements := []snapshotStatement{{text: "CREATE TABLE {{snapshot}}." + c.table + " CLONE AS " + store.Quote(from) + "." + c.table}}
	if c.adding {
		return statements
	}
	touched := "{{snapshot}}.touched_" + c.table
	touch := func(expressions, where, places string) {
		statements = append(statements, snapshotStatement{"INSERT INTO " + touched + " SELECT DISTINCT " + expressions + " FROM " + where, places})
	}
	statements = append(statements, snapshotStatement{text: "CREATE TABLE " + touched + " ENGINE = Memory EMPTY AS SELECT " + c.columns + " FROM {{snapshot}}." + c.table})
	for _, source := range c.sources {
		if table, changed := strings.CutPrefix(source.table, "changed_"); changed {
			now, before := "SELECT * FROM {{snapshot}}."+table, "SELECT * FROM "+store.Quote(from)+"."+table
			touch(source.expressions, "(("+now+" EXCEPT "+before+") UNION ALL ("+before+" EXCEPT "+now+"))", "")
			continue
		}
		if !source.ofRecords() {
			touch(source.expressions, "{{snapshot}}."+source.table, "")
			continue
		}
		arrived, records := "{{snapshot}}.came_"+source.table, source.table+" WHERE "+untilEnd+" AND "
		touch(source.expressions, arrived, "")
		if c.from != "" {
			touch(source.expressions, records+c.from+" > {judged:Date}", "")
		}
		if len(c.foundIn) == 0 {
			// another source's record of the same id is taken along: that touches a place too many and changes nothing
			touch(source.expressions, records+"id IN (SELECT id FROM "+arrived+")", "")
			continue
		}
		const aboveLowest = " WHERE (source, version) NOT IN (SELECT source, min(version) FROM {{snapshot}}.lowest GROUP BY source)"
		unknown, known := "{{snapshot}}.records_elsewhere_"+c.table, ""
		for _, table := range c.foundIn {
			found := "{{snapshot}}." + table + " WHERE record IN (SELECT cityHash64(source, id) FROM " + arrived + aboveLowest + ")"
			touch(c.columns, found, "")
			known += " AND cityHash64(source, id) NOT IN (SELECT record FROM " + found + ")"
		}
		statements = append(statements, snapshotStatement{text: "CREATE TABLE " + unknown + " ENGINE = Memory AS SELECT DISTINCT source, id FROM " + arrived + aboveLowest + known})
		touch(source.expressions, records+"id IN (SELECT id FROM "+unknown+")", unknown)
	}
	return statements
}

// ofRecords tells whether the source is a table of records, not of the snapshot.
func (s placeSource) ofRecords() bool {
	return !strings.HasPrefix(s.table, "touched_") && !strings.HasPrefix(s.table, "changed_")
}

// empty returns the statements that empty the touched places and list the records that have a version there.
func (c carried) empty() []string {
	statements := []string{
		"DELETE FROM {{snapshot}}." + c.table + " WHERE " + c.touches("("+c.columns+")") + " SETTINGS lightweight_deletes_sync = 2",
	}
	if c.byRecord {
		source := c.sources[0]
		statements = append(statements, "CREATE TABLE {{snapshot}}.records_"+c.table+" ENGINE = Memory AS SELECT DISTINCT source, id FROM "+
			source.table+" PREWHERE "+c.touches("("+source.expressions+")")+" WHERE "+untilEnd)
	}
	return statements
}

// dropTouched drops the lists of what came and of touched places, which carried tables may have needed of each other, and what
// was staged.
func (d *Detectors) dropTouched(ctx context.Context, database string) error {
	var lists []struct {
		Name string `ch:"name"`
	}
	err := d.conn.Select(ctx, &lists, "SELECT name FROM system.tables WHERE database = ? AND match(name, '^(came|touched|records|staged)_')", database)
	for _, list := range lists {
		if err == nil {
			err = d.conn.Exec(ctx, "DROP TABLE "+store.Quote(database)+"."+store.Quote(list.Name))
		}
	}
	if err != nil {
		return fmt.Errorf("dropping the lists of touched places: %w", err)
	}
	return nil
}

// made says how a snapshot was made; every snapshot has it as its last table.
type made struct {
	Snapshot string
	AsOf     civil.Date
	Since    time.Time // by the engine's clock, before its first read of the records
	Basis    uint64    // of all else that its carried tables follow from
}

// basisOf sums up what the carried tables follow from besides the records: the files, their parameters, who is known
// under several keys, and the official calendar. Where it changed, a snapshot is made afresh.
func (d *Detectors) basisOf(ctx context.Context, params store.Params) (uint64, error) {
	sum := fnv.New64a()
	for _, name := range snapshotNames() {
		text, err := snapshotFiles.ReadFile(name)
		if err != nil {
			return 0, err
		}
		sum.Write(text)
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name != "as_of" && name != "end" && name != "began" {
			fmt.Fprintf(sum, "\x00%s=%v", name, params[name])
		}
	}
	for _, wage := range minimumWages {
		fmt.Fprintf(sum, "\x00%v", d.policy.Settings("common", wage))
	}
	var aliases uint64
	if err := d.conn.QueryRow(ctx, "SELECT sum(cityHash64(old_key, new_key)) FROM (SELECT DISTINCT old_key, new_key FROM key_aliases)").Scan(&aliases); err != nil {
		return 0, fmt.Errorf("reading key aliases: %w", err)
	}
	fmt.Fprintf(sum, "\x00%d", aliases)
	first, last := d.calendar.Years()
	for day, workday := range d.calendar.Days(civil.NewDate(first, 1, 1), civil.NewDate(last, 12, 31)) {
		if workday {
			fmt.Fprintf(sum, "\x00%d", day)
		}
	}
	return sum.Sum64(), nil
}

// before returns the latest published snapshot from which one as of a date can go on, or nil; nil too where going on
// would cost more than starting afresh.
func (d *Detectors) before(ctx context.Context, asOf civil.Date, basis uint64) (*made, error) {
	var runs []struct {
		Snapshot string `ch:"snapshot"`
	}
	err := d.conn.Select(ctx, &runs, "SELECT snapshot FROM runs WHERE as_of <= ? AND snapshot IN (SELECT name FROM system.databases) ORDER BY run DESC LIMIT 1", asOf.String())
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	m := made{Snapshot: runs[0].Snapshot}
	var on time.Time
	err = d.conn.QueryRow(ctx, "SELECT as_of, since, basis FROM "+store.Quote(m.Snapshot)+".made").Scan(&on, &m.Since, &m.Basis)
	if err != nil || m.Basis != basis { // an older version made it, or another policy
		return nil, ctx.Err()
	}
	m.AsOf = day(on)
	afresh, err := d.betterAfresh(ctx, m)
	if err != nil || afresh {
		return nil, err
	}
	return &m, nil
}

// betterAfresh tells whether so much came since a snapshot was made that it is cheaper to start afresh, or something that
// carrying does not reckon with: a source sends a lower version than its lowest.
func (d *Detectors) betterAfresh(ctx context.Context, m made) (yes bool, err error) {
	query := `
SELECT sum(fresh) * 4 > (SELECT count() FROM attendance) + (SELECT count() FROM payroll) + (SELECT count() FROM workers) OR max(lower)
FROM
(
    SELECT sent.fresh AS fresh, sent.version < lowest.version AS lower -- 0 where the source is new
    FROM (SELECT source, min(version) AS version, count() AS fresh FROM attendance WHERE ` + came + ` GROUP BY source) AS sent
    LEFT JOIN (SELECT source, min(version) AS version FROM ` + store.Quote(m.Snapshot) + `.lowest GROUP BY source) AS lowest USING (source)
    UNION ALL
    SELECT count(), false FROM payroll WHERE ` + came + `
    UNION ALL
    SELECT count(), false FROM workers WHERE ` + came + `
)`
	with, err := m.params(d.config.Settling).Context(ctx, query)
	if err == nil {
		err = d.conn.QueryRow(with, query).Scan(&yes)
	}
	if err != nil {
		err = fmt.Errorf("counting what came since the pass before: %w", err)
	}
	return yes, err
}

// params are what a snapshot that goes on from this one takes besides. Rows may take the settling time to be stored.
func (m made) params(settling time.Duration) store.Params {
	return store.Params{"since": m.Since.Add(-settling), "before": m.AsOf.End(), "judged": m.AsOf}
}

// clock is the engine's, which also stamps the rows it stores.
func (d *Detectors) clock(ctx context.Context) (now time.Time, err error) {
	if err = d.conn.QueryRow(ctx, "SELECT now('UTC')").Scan(&now); err != nil {
		err = fmt.Errorf("asking the store for the time: %w", err)
	}
	return now, err
}
