package detectors_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/snapshot"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/simulate"
)

// The tests of random worlds make each from a seed, which a failure names: a few, with ANXIN_LONG set more (make test-long).
// ANXIN_WORLDS=n tries n worlds a test instead, and ANXIN_WORLDS_SEED begins elsewhere.
func worldSeeds(t *testing.T, few, more int) (first uint64, n int) {
	t.Helper()
	if os.Getenv("ANXIN_LONG") != "" {
		few = more
	}
	number := func(name string, usual int) int {
		text := os.Getenv(name)
		if text == "" {
			return usual
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return n
	}
	return uint64(number("ANXIN_WORLDS_SEED", 1)), number("ANXIN_WORLDS", few)
}

// randomWorld is a world where everybody keeps the rules: two counties of one province or of two, any year whose
// holidays are known, crews from 3 to about 60.
func randomWorld(seed uint64) (simulate.Options, *rand.Rand) {
	dice := rand.New(rand.NewPCG(seed, 11))
	var counties []string
	for t := range region.All() {
		if c := t.Code[:6]; len(counties) == 0 || counties[len(counties)-1] != c {
			counties = append(counties, c)
		}
	}
	first := dice.IntN(len(counties))
	second := dice.IntN(len(counties))
	if dice.IntN(2) == 0 {
		second = min(first+1, len(counties)-1)
	}
	picked := slices.Compact([]string{counties[first], counties[second]})
	from := civil.NewDate(2021, 1, 1).AddDays(dice.IntN(5 * 365))
	projects := 24 + dice.IntN(20)
	return simulate.Options{
		Seed: seed, From: from, To: from.AddDays(260), Noise: true, Rates: &simulate.Rates{},
		Scale: simulate.Scale{Counties: picked, Projects: projects, Workers: projects * (4 + dice.IntN(16)), Employers: 8},
	}, dice
}

// datesOf returns dates of a world on which something ends or begins, the latest last.
func datesOf(o simulate.Options, dice *rand.Rand) (dates []civil.Date) {
	for len(dates) < 3 {
		d := o.From.AddDays(35 + dice.IntN(200))
		switch dice.IntN(4) {
		case 0:
			d = d.Month().Last()
		case 1:
			d = d.Month().First()
		}
		dates = append(dates, d)
	}
	slices.Sort(dates)
	return slices.Compact(dates)
}

// TestRandomWorldsWithoutTroubleRaiseNothing holds whatever the place, the season, the crews and the order of arrival.
func TestRandomWorldsWithoutTroubleRaiseNothing(t *testing.T) {
	t.Parallel()
	first, n := worldSeeds(t, 1, 4)
	for seed := first; seed < first+uint64(n); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			o, dice := randomWorld(seed)
			b := open(t, policy.National())
			values := records(t, o)
			for _, topic := range record.Topics() {
				dice.Shuffle(len(values[topic]), func(i, j int) { values[topic][i], values[topic][j] = values[topic][j], values[topic][i] })
			}
			b.all(values)
			for _, asOf := range datesOf(o, dice) {
				for _, w := range b.judgeAll(t, asOf) {
					t.Errorf("as of %s: %s %s %s %s", asOf, w.Detector, w.Level, w.ScopeID, w.Evidence)
				}
			}
		})
	}
}

// judgeAll runs the whole catalogue over one date.
func (b bench) judgeAll(t *testing.T, asOf civil.Date) []pass.Warning {
	t.Helper()
	all := make([]string, len(b.Catalogue))
	for i, one := range b.Catalogue {
		all[i] = one.ID
	}
	found, err := b.Judge(t.Context(), asOf, all...)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// fact is one record, open to change.
type fact map[string]any

func (f fact) text(field string) string { s, _ := f[field].(string); return s }

func (f fact) date(t *testing.T, field string) civil.Date {
	t.Helper()
	if f.text(field) == "" {
		return 0
	}
	return date(t, f.text(field))
}

// fen reads yuan.
func (f fact) fen(field string) int64 {
	text := fmt.Sprint(f[field])
	yuan, cents, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(yuan+(cents + "00")[:2], 10, 64)
	if err != nil {
		panic(fmt.Sprintf("%s is %q: %v", field, text, err))
	}
	return n
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// known dates when the source recorded a fact: noon of the day.
func (f fact) known(on civil.Date) { f["recorded_at"] = on.String() + "T12:00:00+08:00" }

func (f fact) knownOn(t *testing.T) civil.Date {
	t.Helper()
	return date(t, f.text("recorded_at")[:10])
}

func (f fact) version() int64 {
	n, err := f["version"].(json.Number).Int64()
	if err != nil {
		panic(err)
	}
	return n
}

// scene is a world's records on the way to a change, and the date it is judged on.
type scene struct {
	t        *testing.T
	dice     *rand.Rand
	asOf     civil.Date
	from     civil.Date
	facts    map[record.Topic]map[string][]fact // by what they are about
	bad      map[record.Topic][][]byte          // not records; they stay as they are
	drawn    int
	subjects []*subject
	others   map[string]string // what must be found besides, by subject and detector
}

func newScene(b bench, o simulate.Options, dice *rand.Rand, asOf civil.Date) *scene {
	t := b.t
	s := &scene{t: t, dice: dice, asOf: asOf, from: o.From, facts: map[record.Topic]map[string][]fact{}, bad: map[record.Topic][][]byte{}, others: map[string]string{}}
	for topic, values := range records(t, o) {
		tried := record.NewBatch(topic)
		for _, v := range values {
			if b.decoder.Add(tried, v) != nil {
				s.bad[topic] = append(s.bad[topic], v)
				continue
			}
			var f fact
			d := json.NewDecoder(bytes.NewReader(v))
			d.UseNumber()
			if err := d.Decode(&f); err != nil {
				t.Fatal(err)
			}
			s.put(topic, f)
		}
	}
	seen := map[string]bool{}
	add := func(scope, id string) {
		if !seen[id] {
			seen[id] = true
			s.subjects = append(s.subjects, &subject{scene: s, scope: scope, id: id, want: map[string]string{}, may: map[string]bool{}})
		}
	}
	for id := range s.facts[record.TopicProjects] {
		add("project", id)
	}
	for id, slips := range s.facts[record.TopicPayroll] {
		if slips[0].text("project_id") == "" {
			add("employer", id)
		}
	}
	slices.SortFunc(s.subjects, func(a, b *subject) int { return cmp.Compare(a.id, b.id) })
	s.dice.Shuffle(len(s.subjects), func(i, j int) { s.subjects[i], s.subjects[j] = s.subjects[j], s.subjects[i] })
	return s
}

// values returns the records as they arrive: in any order, some of them twice.
func (s *scene) values() map[record.Topic][][]byte {
	all := map[record.Topic][][]byte{}
	for _, topic := range record.Topics() {
		lines := slices.Clone(s.bad[topic])
		for _, f := range s.each(topic, func(fact) bool { return true }) {
			line, err := json.Marshal(f)
			if err != nil {
				s.t.Fatal(err)
			}
			lines = append(lines, line)
			if s.dice.IntN(50) == 0 {
				lines = append(lines, line)
			}
		}
		s.dice.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		all[topic] = lines
	}
	return all
}

func (s *scene) workday(d civil.Date) bool {
	is, err := calendar.China().IsWorkday(d)
	if err != nil {
		s.t.Fatal(err)
	}
	return is
}

// festive tells whether a day between two dates lies in the three weeks around a Spring Festival.
func (s *scene) festive(from, to civil.Date) bool {
	days, err := policy.National().Texts("common", "spring_festivals", "", s.asOf)
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.ContainsFunc(days, func(day string) bool {
		first := date(s.t, day) - 7
		return first <= to && from < first+21
	})
}

// payBy is the last day to pay what is due on d.
func (s *scene) payBy(d civil.Date) civil.Date {
	at, err := calendar.China().OnOrBefore(d)
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

// workdaysAgo is the n-th working day before the as-of date or, where that rests, before its last working day: n working
// days have passed since.
func (s *scene) workdaysAgo(n int) civil.Date {
	at, err := calendar.China().AddWorkdays(s.payBy(s.asOf), -n)
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

// person is somebody that no record names yet.
func (s *scene) person() (idType, idNumber string) {
	s.drawn++
	return "foreign", fmt.Sprintf("X%07d", s.drawn)
}

// add brings a record, of a source of its own where it names none.
func (s *scene) add(topic record.Topic, on civil.Date, f fact) fact {
	s.drawn++
	f["id"], f["source"], f["version"] = fmt.Sprint("T-", s.drawn), cmp.Or(f.text("source"), "test"), json.Number("1")
	f.known(on)
	s.put(topic, f)
	return f
}

func (s *scene) put(topic record.Topic, f fact) {
	about := cmp.Or(f.text("project_id"), f.text("employer_uscc"))
	if topic == record.TopicProjects || topic == record.TopicEmployers {
		about = f.text("id")
	}
	if s.facts[topic] == nil {
		s.facts[topic] = map[string][]fact{}
	}
	s.facts[topic][about] = append(s.facts[topic][about], f)
}

func (s *scene) each(topic record.Topic, is func(fact) bool) (found []fact) {
	for _, about := range slices.Sorted(maps.Keys(s.facts[topic])) {
		for _, f := range s.facts[topic][about] {
			if is(f) {
				found = append(found, f)
			}
		}
	}
	return found
}

// newest returns the highest version of each record known on a date.
func (s *scene) newest(facts []fact, on civil.Date) (newest []fact) {
	at := map[string]int{}
	for _, f := range facts {
		key := f.text("source") + " " + f.text("id")
		if f.knownOn(s.t) > on {
			continue
		}
		if i, ok := at[key]; !ok {
			at[key] = len(newest)
			newest = append(newest, f)
		} else if f.version() > newest[i].version() {
			newest[i] = f
		}
	}
	return newest
}

// TestEachCauseRaisesItsWarningAndNothingElse brings causes into random worlds, one a subject, until each was tried.
func TestEachCauseRaisesItsWarningAndNothingElse(t *testing.T) {
	t.Parallel()
	first, n := worldSeeds(t, 2, 8)
	tried := map[string]int{}
	brought := 0
	for seed := first; seed < first+uint64(n); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			o, dice := randomWorld(seed)
			o.To = o.From.AddDays(230)
			o.Scale.Projects, o.Scale.Workers = 70, 70*(3+dice.IntN(8))
			asOf := o.From.AddDays(150 + dice.IntN(60))
			b := open(t, policy.National())
			s := newScene(b, o, dice, asOf)
			brought += s.bring(tried)
			b.all(s.values())
			s.compare(b, b.judgeAll(t, asOf))
		})
	}
	missing := 0
	for _, c := range causes() {
		if tried[c.name] == 0 {
			missing++
			t.Logf("no subject fitted: %s", c.name)
		}
	}
	if n >= 3 && missing > 20 {
		t.Errorf("%d kinds of cause fitted no subject", missing)
	}
	t.Logf("%d causes brought into %d worlds, %d of the %d kinds", brought, n, len(causes())-missing, len(causes()))
}

// bring gives most subjects a cause that fits them, those least tried first; the others stay clean.
func (s *scene) bring(tried map[string]int) (brought int) {
	all := causes()
	s.dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	slices.SortStableFunc(all, func(a, b cause) int { return tried[a.name] - tried[b.name] })
	used := map[string]bool{}
	for _, subject := range s.subjects {
		if s.dice.IntN(8) == 0 {
			continue
		}
		for _, c := range all {
			if !used[c.name] && c.fits(subject) {
				subject.cause, used[c.name] = c.name, true
				tried[c.name]++
				brought++
				c.bring(subject)
				break
			}
		}
	}
	return brought
}

// link says which projects share a contractor with those on which wages are owed for 30 days, or an order is unmet.
func (s *scene) link(b bench) {
	owing := map[string]bool{}
	err := b.Facts(s.t.Context(), s.asOf, snapshot.Part{"owed"}, func(facts driver.Conn) error {
		for _, id := range texts(s.t, facts, "SELECT DISTINCT scope_id FROM owed WHERE scope = 'project' AND due_by <= toDate(?) - 30", s.asOf.String()) {
			owing[id] = true
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, this := range s.subjects {
		r := this.registry()
		if !slices.Contains([]string{"preparing", "building", "suspended"}, r.text("status")) {
			continue
		}
		others, elsewhere := 0, false
		for _, other := range s.subjects {
			o := other.registry()
			if other == this || o.text("contractor_uscc") != r.text("contractor_uscc") {
				continue
			}
			if owing[other.id] || other.want["order-unmet"] == red {
				others++
				elsewhere = elsewhere || o.text("township")[:6] != r.text("township")[:6]
			}
		}
		if others >= 2 || elsewhere {
			this.want["linked-employer"] = red
		} else if others == 1 {
			this.want["linked-employer"] = yellow
		}
	}
}

func (s *scene) compare(b bench, found []pass.Warning) {
	s.t.Helper()
	s.link(b)
	want, cause, may := s.others, map[string]string{}, map[string]bool{}
	for _, subject := range s.subjects {
		at := subject.scope + ":" + subject.id
		cause[at] = subject.cause
		for detector, level := range subject.want {
			want[at+" "+detector] = level
		}
		for detector := range subject.may {
			may[at+" "+detector] = true
		}
	}
	for _, w := range found {
		at := string(w.Scope) + ":" + w.ScopeID
		key := at + " " + w.Detector
		likely := w.Detector == "arrears-risk" && cause[at] != "" // odds follow from causes, and are judged by figures
		if want[key] != string(w.Level) && !may[key] && !likely {
			s.t.Errorf("as of %s: %s is %s, want %q; cause: %s; %s", s.asOf, key, w.Level, want[key], cause[at], w.Evidence)
		}
		delete(want, key)
	}
	for key, level := range want {
		at, _, _ := strings.Cut(key, " ")
		s.t.Errorf("as of %s: %s is not found, want %s; cause: %s", s.asOf, key, level, cause[at])
	}
}
