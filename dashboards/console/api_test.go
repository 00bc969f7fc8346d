package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/pages/casework"
	"github.com/anxin-project/anxin/dashboards/console/pages/editions"
	"github.com/anxin-project/anxin/dashboards/console/pages/people"
	"github.com/anxin-project/anxin/dashboards/console/pages/ranking"
	"github.com/anxin-project/anxin/dashboards/console/pages/search"
	"github.com/anxin-project/anxin/dashboards/console/pages/subjects"
	"github.com/anxin-project/anxin/dashboards/console/pages/system"
	"github.com/anxin-project/anxin/dashboards/console/pages/warnings"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// send posts JSON to the API in the session, with its form token.
func (s *server) send(t testing.TB, path, text string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(text))
	must(t, err)
	if s.session != nil {
		if s.tokenOf != s.session {
			s.tokenOf, s.token = s.session, s.formToken(t)
		}
		r.Header.Set("Anxin-Form", s.token)
	}
	return s.do(t, r)
}

// asked decodes what the API answers to a path, which must have no field but those of the type.
func asked[T any](t testing.TB, s *server, path string) T {
	t.Helper()
	status, header, text := s.get(t, path)
	if status != 200 || header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Fatalf("%s answers %d %s: %s", path, status, header.Get("Content-Type"), text)
	}
	return decoded[T](t, path, text)
}

func decoded[T any](t testing.TB, path, text string) (into T) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&into); err != nil {
		t.Fatalf("%s: %v: %s", path, err, text)
	}
	return into
}

// unkeptAnswers are about people, cases or what may change between two runs.
var unkeptAnswers = regexp.MustCompile(`/(people|workers|audit|me|work|approvals|board|zero|tasks|remedies|instruments|candidates|records|bulletins)(/|$)`)

// Every route, decoded into the type that openapi.yaml is held to; what the rows hold, the tests below say.
func TestEveryAnswerOfTheAPIIsOfItsType(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	s.fillRecords(t)
	s.add(t, access.Person{ID: "victim", Name: "无名", Roles: []access.Role{access.Operator}})
	for pattern, value := range answerTypes {
		rule := routeRules[pattern]
		if strings.HasPrefix(pattern, "POST") {
			continue
		}
		status, header, text := s.get(t, rule.path)
		if status != 200 {
			t.Errorf("%s answers %d: %s", pattern, status, text)
			continue
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(reflect.New(reflect.TypeOf(value)).Interface()); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
		unkept := unkeptAnswers.MatchString(pattern)
		if unkept != (header.Get("Cache-Control") == "no-store") {
			t.Errorf("%s may be kept: %s", pattern, header.Get("Cache-Control"))
		}
		if strings.Contains(text, "SECRETKEY") {
			t.Errorf("%s holds the key of a person", pattern)
		}
	}
}

// Over one fixture: none of these changes what another sees.
func TestTheAPIAnswersWhatThePagesShow(t *testing.T) {
	s := serve(t, small)
	for name, check := range map[string]func(*testing.T, *server){
		"the ranking":                                           rankingOfTheAPI,
		"lists, cut by limit and offset":                        listsOfTheAPI,
		"a unit, and why it stands where it stands":             unitOfTheAPI,
		"a subject: facts, evidence and law, and nobody's name": subjectOfTheAPI,
		"editions, plan and rates":                              editionsOfTheAPI,
		"detectors, their thresholds and hits":                  detectorsOfTheAPI,
		"work, approvals and a candidate":                       caseworkOfTheAPI,
		"searching":                                             searchByTheAPI,
		"an answer that has not changed, asked again":           askedAgain,
	} {
		t.Run(name, func(t *testing.T) { check(t, s) })
	}
}

func rankingOfTheAPI(t *testing.T, s *server) {
	d := asked[ranking.UnitsAnswer](t, s, "/api/v1/units?county=331024")
	if d.AsOf != asOf || d.Run != runNumber(asOf) || d.ComparedWith == nil || d.ComparedWith.Edition != 6 || d.Total != 20 || len(d.Units) != 20 {
		t.Errorf("as of %s, run %d, compared with %v, %d of %d units", d.AsOf, d.Run, d.ComparedWith, len(d.Units), d.Total)
	}
	shown := s.keeper.Latest()
	lights := map[string]int{}
	for i, u := range d.Units {
		have := shown.ByCode[u.Code]
		if u.Unit != "township" || u.County != "331024" || u.Rank != have.Rank || !reflect.DeepEqual(u.Index, have.Index) || u.ArrearsFen != have.ArrearsFen || u.Red != have.Red || u.Yellow != have.Yellow {
			t.Errorf("%+v is not %+v", u, have)
		}
		if i > 0 && u.Rank < d.Units[i-1].Rank && u.Rank > 0 {
			t.Errorf("%s of rank %d comes after rank %d", u.Code, u.Rank, d.Units[i-1].Rank)
		}
		lights[u.Light]++
	}
	for light, n := range lights {
		if d.Lights[light] != n {
			t.Errorf("%d are %s, counted %d", n, light, d.Lights[light])
		}
	}
	if red := asked[ranking.UnitsAnswer](t, s, "/api/v1/units?light=red&sort=fen"); red.Total == 0 || slices.ContainsFunc(red.Units, func(u view.UnitAnswer) bool { return u.Light != "red" }) ||
		!slices.IsSortedFunc(red.Units, func(a, b view.UnitAnswer) int { return int(b.ArrearsFen - a.ArrearsFen) }) {
		t.Error("the red ones by what they owe are not")
	}
	if found := asked[ranking.UnitsAnswer](t, s, "/api/v1/units?search=安洲"); found.Total != 1 || found.Units[0].Code != "331024001" || found.Units[0].Place != "浙江省台州市仙居县安洲街道" {
		t.Errorf("searching finds %+v", found.Units)
	}
}

func listsOfTheAPI(t *testing.T, s *server) {
	all := asked[warnings.WarningsAnswer](t, s, "/api/v1/warnings?limit=1000")
	if all.Total != 424 || len(all.Warnings) != 424 || all.Red+all.Yellow != 424 {
		t.Fatalf("%d warnings of %d, %d red and %d yellow", len(all.Warnings), all.Total, all.Red, all.Yellow)
	}
	var joined []view.WarningAnswer
	for offset := 0; offset < all.Total; offset += 150 {
		part := asked[warnings.WarningsAnswer](t, s, fmt.Sprintf("/api/v1/warnings?limit=150&offset=%d", offset))
		if part.Total != 424 || part.Red != all.Red {
			t.Errorf("from %d on the totals are others", offset)
		}
		joined = append(joined, part.Warnings...)
	}
	if !reflect.DeepEqual(joined, all.Warnings) {
		t.Error("the parts are not the whole")
	}
	for path, want := range map[string]int{"/api/v1/warnings": 100, "/api/v1/warnings?offset=420": 4, "/api/v1/warnings?offset=9999": 0} {
		if d := asked[warnings.WarningsAnswer](t, s, path); len(d.Warnings) != want {
			t.Errorf("%s: %d warnings, want %d", path, len(d.Warnings), want)
		}
	}
	s.add(t, access.Person{ID: "zhao", Name: "某人", Roles: []access.Role{access.Operator}})
	s.get(t, "/ranking.csv")                   // a second entry of the audit log
	for path, rows := range map[string]string{ // the second row of each list, asked for alone
		"/api/v1/units": "units", "/api/v1/detectors": "detectors", "/api/v1/editions": "editions", "/api/v1/editions/6": "units", "/api/v1/editions/6/diff": "units",
		"/api/v1/talks": "talks", "/api/v1/plan": "employers", "/api/v1/rates": "rates", "/api/v1/quality": "feeds", "/api/v1/runs": "attempts", "/api/v1/audit": "entries", "/api/v1/people": "people",
	} {
		whole, one := asked[map[string]any](t, s, path), asked[map[string]any](t, s, path+"?limit=1&offset=1")
		if first := whole[rows].([]any); len(first) < 2 || len(one[rows].([]any)) != 1 || !reflect.DeepEqual(first[1], one[rows].([]any)[0]) || !reflect.DeepEqual(whole["total"], one["total"]) {
			t.Errorf("%s?limit=1&offset=1 answers %v", path, one)
		}
	}
}

func unitOfTheAPI(t *testing.T, s *server) {
	units := s.keeper.Latest().Units
	have := units[slices.IndexFunc(units, func(u *view.Unit) bool {
		return u.Level == "township" && u.County == "331024" && u.ArrearsWorkers > 0 && u.HasChange()
	})]
	d := asked[ranking.UnitDetailAnswer](t, s, "/api/v1/units/"+have.Code)
	points := 0.0
	for _, part := range d.Components {
		points += part.Points
	}
	if d.Unit.Code != have.Code || len(d.Components) != 5 || language.Tenths(points) != language.Tenths(*d.Unit.Uncapped) || d.Components[0].Component != "arrears" || d.Components[0].Numerator != float64(have.ArrearsWorkers) || d.Unit.Form != 2 || d.Unit.EstimatedFen != have.ArrearsFen/5 {
		t.Errorf("%+v, %v points", d.Unit, points)
	}
	moved := *d.CapMoved
	for _, part := range d.Components {
		moved += *part.Moved
	}
	if language.Tenths(moved) != *d.Unit.Change {
		t.Errorf("the components move it by %.1f, the index by %.1f", moved, *d.Unit.Change)
	}
	if len(d.Raise) != 2 || d.Raise[0].ID != projectID || d.Raise[0].Gain != 3.2 || len(d.Trend) != small.runs || d.Trend[len(d.Trend)-1].AsOf != asOf {
		t.Errorf("what would raise it: %+v; trend: %+v", d.Raise, d.Trend)
	}
	lost := d.Elsewhere
	for _, l := range d.Lost {
		lost += l.Points
	}
	if language.Tenths(lost) != language.Tenths(100-*d.Unit.Index) || len(d.Lost) == 0 || d.Lost[0].Act != "pay" || d.Lost[0].By != "contractor" {
		t.Errorf("of %.1f points lost these are named: %+v", 100-*d.Unit.Index, d.Lost)
	}
	if county := asked[ranking.UnitDetailAnswer](t, s, "/api/v1/units/331024"); county.Townships != 20 || len(county.Units) != 20 || len(county.Rates) != 3 || county.Rates[0].Rate != .91 || county.Rates[0].Light != "yellow" {
		t.Errorf("the county: %d townships, rates %+v", county.Townships, county.Rates)
	}
	worked := asked[ranking.ExplanationAnswer](t, s, "/api/v1/units/"+have.Code+"/explanation")
	if len(worked.Steps) != 5 || !strings.Contains(worked.Steps[0].Calculations[0], " + 100) = ") || worked.Steps[0].Weight != 40 || !strings.Contains(worked.Sum, language.Fixed(*d.Unit.Uncapped, 1)) || worked.Steps[0].Rule.ZH == worked.Steps[0].Rule.EN {
		t.Errorf("worked out: %+v", worked)
	}
}

func subjectOfTheAPI(t *testing.T, s *server) {
	path := "/api/v1/subjects/project/" + projectID
	_, _, text := s.get(t, path)
	for _, personal := range []string{"SECRETKEY", "worker_keys", "王*"} {
		if strings.Contains(text, personal) {
			t.Errorf("the answer holds %s", personal)
		}
	}
	d := asked[subjects.SubjectAnswer](t, s, path)
	if d.Name != "滨河安置房二期工程" || d.Level != "red" || !d.HasFacts || d.Project.ContractFen != 12_860_000_000 || d.Project.SignedOn != civil.NewDate(2025, 11, 3) || d.Workers.Registered != 62 || d.Workers.Present != 58 ||
		d.Case != "project:"+projectID || len(d.Leads) != 3 || len(d.Proceedings) != 2 || len(d.Past) != 1 || len(d.Months) == 0 || len(d.Account) == 0 || d.Owed.Fen <= 0 {
		t.Errorf("the project is %+v", d)
	}
	if !slices.Contains(d.Safeguards, subjects.SafeguardAnswer{Safeguard: "deposit", State: "expired"}) {
		t.Errorf("the safeguards are %v", d.Safeguards)
	}
	at := slices.IndexFunc(d.Warnings, func(w view.WarningAnswer) bool { return w.Detector == "wages-overdue" })
	if len(d.Warnings) != 2 || at < 0 {
		t.Fatalf("the warnings are %+v", d.Warnings)
	}
	w := d.Warnings[at]
	var figures []string
	for _, f := range w.Evidence.Figures {
		label := ""
		if f.Label != nil {
			label = f.Label.EN
		}
		figures = append(figures, fmt.Sprintf("%s|%s|%s|%v", f.Name, label, f.Unit, f.Value))
	}
	want := []string{"unpaid_fen|overdue|fen|128456000", "unpaid_workers|workers|workers|46", "oldest_due_by|oldest due date|date|2026-09-15",
		"days_past_due|days past due|days|66", "months|wage months|month|[2026-08 2026-09]", "note||text|两个月"}
	if !slices.Equal(figures, want) || !slices.Equal(w.Evidence.Records, []string{"PB-2026-08-0001", "PB-2026-08-0002"}) || w.AmountFen != 128_456_000 || w.Workers != 46 || w.Level != catalog.Red {
		t.Errorf("the warning is %+v with %q", w, figures)
	}
	if !strings.Contains(text, `"value":128456000,`) {
		t.Error("an amount is not written as an integer")
	}
	law := slices.IndexFunc(d.Law, func(l view.LawAnswer) bool { return l.Basis == "Reg. 31" })
	if law < 0 || d.Law[law].Name.ZH != "保障农民工工资支付条例第31条" || d.Law[law].Text.EN == "" || !d.Law[law].Checked {
		t.Errorf("the law is %+v", d.Law)
	}
	employer := asked[subjects.SubjectAnswer](t, s, "/api/v1/subjects/employer/"+employerID)
	if employer.Employer == nil || *employer.Employer.Headcount != 214 || employer.Grade.Grade != "C" || len(employer.Signals) != 3 || len(employer.Projects) != 3 || employer.Projects[0].ID != "QUIET-1" || employer.Projects[0].OwedFen != 220_500_000 || employer.Project != nil || employer.Workers != nil {
		t.Errorf("the employer is %+v", employer)
	}
}

func TestATownshipHeadHasRanksAloneOfTheOthersByTheAPI(t *testing.T) {
	s := serve(t, small)
	head := access.Person{ID: "head", Name: "某人", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"}
	s.add(t, head)
	s.enter(t, head.ID)
	own := 0
	_, _, text := s.get(t, "/api/v1/units")
	for _, row := range decoded[map[string]any](t, "", text)["units"].([]any) {
		row := row.(map[string]any)
		if row["code"] == "331024001" {
			own++
			if row["index"] == nil || row["rank_only"] != false || row["red"] == nil {
				t.Errorf("the own township lacks its figures: %v", row)
			}
			continue
		}
		for name := range row {
			if !slices.Contains([]string{"unit", "code", "name", "place", "county", "prefecture", "rank", "ranked_of", "rank_prefecture", "ranked_prefecture", "rank_only"}, name) {
				t.Errorf("%v is told of %v", name, row["code"])
			}
		}
	}
	if own != 1 {
		t.Errorf("%d own", own)
	}
	for _, path := range []string{"/api/v1/units/331024002", "/api/v1/units/331024002/explanation"} {
		if status, _, text := s.get(t, path); status != 403 || decoded[api.Problem](t, path, text).Code != "forbidden" {
			t.Errorf("%s answers %d %s", path, status, text)
		}
	}
	me := asked[people.MeAnswer](t, s, "/api/v1/me")
	if me.ID != "head" || me.Territory != "331024001" || me.Place != "浙江省台州市仙居县安洲街道" || me.Home != "/townships/331024001" || !slices.Equal(me.Roles, head.Roles) {
		t.Errorf("me: %+v", me)
	}
}

func editionsOfTheAPI(t *testing.T, s *server) {
	all := asked[editions.EditionsAnswer](t, s, "/api/v1/editions")
	if all.Total != 6 || all.Editions[0].Number != 6 || all.Editions[0].AsOf != civil.NewDate(2026, 10, 31) && all.Editions[0].AsOf != civil.NewDate(2026, 9, 30) || all.Editions[0].Digest == "" {
		t.Errorf("editions: %+v", all)
	}
	three := asked[editions.EditionAnswer](t, s, "/api/v1/editions/3?county=331024")
	if three.Edition.Number != 3 || three.ComparedWith != 2 || three.Total != 20 || three.Units[0].WarningCounts != nil || three.Units[0].Rank != 1 || len(three.Talks) != 2 {
		t.Errorf("edition 3: %+v", three)
	}
	diff := asked[editions.DiffAnswer](t, s, "/api/v1/editions/6/diff?with=4&county=331024")
	for _, u := range diff.Units {
		sum := 0.0
		for _, part := range u.Parts {
			sum += part.Points
		}
		if u.Moved != nil && language.Tenths(sum) != *u.Moved || u.Moved == nil && len(u.Parts) > 0 || u.Moved != nil && language.Tenths(*u.To.Index-*u.From.Index) != *u.Moved {
			t.Errorf("%s moved by %v: %+v", u.Code, u.Moved, u.Parts)
		}
	}
	if diff.From.Number != 4 || diff.To.Number != 6 || diff.Total != 20 || diff.Units[0].Moved == nil || *diff.Units[0].Moved > *diff.Units[1].Moved {
		t.Errorf("from %d to %d: %+v", diff.From.Number, diff.To.Number, diff.Units[:2])
	}
	talks := asked[editions.TalksAnswer](t, s, "/api/v1/talks")
	if talks.Edition.Number != 6 || talks.Total != 2 || talks.Talks[1].Township != "331024101" || !slices.Equal(talks.Talks[1].Grounds, []string{"red_in_a_row", "red_and_last"}) {
		t.Errorf("talks: %+v", talks)
	}
	plan := asked[editions.PlanAnswer](t, s, "/api/v1/plan?county=331024&due=all&limit=2")
	if plan.Quarter != 4 || plan.Year != 2026 || plan.Total != 242 || plan.Grades["C"] != 1 || len(plan.Employers) != 2 || plan.Employers[0].Employer != employerID || plan.Employers[0].VisitsYear != 4 || plan.Visits < 2 {
		t.Errorf("plan: %+v", plan)
	}
	if c := asked[editions.PlanAnswer](t, s, "/api/v1/plan?grade=C&search=恒远"); c.Total != 1 || c.Employers[0].Grade != "C" {
		t.Errorf("grade C: %+v", c)
	}
	rates := asked[editions.RatesAnswer](t, s, "/api/v1/rates")
	if rates.Total != 9 || rates.Rates[0].Code != "3310" || rates.Rates[0].Name != "台州市" || rates.Rates[2].Light != "red" {
		t.Errorf("rates: %+v", rates)
	}
}

func detectorsOfTheAPI(t *testing.T, s *server) {
	d := asked[warnings.DetectorDetailAnswer](t, s, "/api/v1/detectors/wages-overdue")
	var days *warnings.ParameterAnswer
	for i := range d.Detector.Parameters {
		if d.Detector.Parameters[i].Name == "yellow_days" {
			days = &d.Detector.Parameters[i]
		}
	}
	if days == nil || len(days.Values) != 2 || fmt.Sprint(days.Values[0].Value) != "3" || days.Values[1].Region != "331024" || fmt.Sprint(days.Values[1].Value) != "1" || days.Values[1].Source.ZH != "县人社局通知" {
		t.Errorf("the threshold is %+v", days)
	}
	if len(d.History) != small.runs || d.History[0].AsOf != asOf || d.History[0].Red != uint64(d.Detector.Red) || d.Detector.Red == 0 || d.Detector.Law[0].Basis != "Reg. 12" || len(d.Detector.Evidence) != 6 {
		t.Errorf("the detector is %+v, its history %+v", d.Detector, d.History)
	}
	all := asked[warnings.DetectorsAnswer](t, s, "/api/v1/detectors")
	order := slices.IndexFunc(all.Detectors, func(d warnings.DetectorAnswer) bool { return d.ID == "order-unmet" })
	if order < 0 || all.Detectors[order].Law[0].Checked || all.Detectors[order].Law[0].Name.ZH != "人社部令第45号" {
		t.Errorf("a detector by an order that nobody could read is %+v", all.Detectors)
	}
	if all.Total != len(headers) || all.Red+all.Yellow != 424 {
		t.Errorf("%d detectors with %d warnings", all.Total, all.Red+all.Yellow)
	}
}

func TestTheSystemByTheAPI(t *testing.T) {
	s := serve(t, small)
	feeds := asked[system.QualityAnswer](t, s, "/api/v1/quality?topic=payroll&fault=any")
	if feeds.Red != 2 || feeds.Yellow != 1 || feeds.Total != 2 || feeds.Feeds[0].Source != "rural-bank" || feeds.Feeds[0].Rejected != 304 || feeds.Feeds[0].Faults[0] != "rejects" ||
		!slices.Equal(feeds.Feeds[0].Rejects, []system.CountAnswer{{Of: "inconsistent", Messages: 260}, {Of: "missing_field", Messages: 44}}) || *feeds.Feeds[1].LateP95 != 7*24*3600 || feeds.Feeds[1].Light != "yellow" {
		t.Errorf("feeds: %+v", feeds)
	}
	failed := asked[system.RunsAnswer](t, s, "/api/v1/runs?status=failed")
	if failed.Total != 1 || failed.Attempts[0].Attempt != 2 || failed.Attempts[0].Stages["snapshot"] != 8.4 || !strings.Contains(failed.Attempts[0].Error, hostile) {
		t.Errorf("failed runs: %+v", failed)
	}
	s.get(t, "/ranking.csv")
	log := asked[system.AuditAnswer](t, s, "/api/v1/audit?action=export")
	if log.Total != 1 || log.Entries[0].Actor != overseer.ID || log.Entries[0].Object != "/ranking.csv" || log.Entries[0].Outcome != "done" || log.Broken != "" || !strings.Contains(log.Checkpoint, ":") {
		t.Errorf("the audit log: %+v", log)
	}
	must(t, s.conn.Exec(t.Context(), "ALTER TABLE audit_log UPDATE actor = 'somebody' WHERE seq = 1 SETTINGS mutations_sync = 2"))
	if log := asked[system.AuditAnswer](t, s, "/api/v1/audit?until=2000-01-01"); !strings.Contains(log.Broken, "entry 1") || log.Total != 0 {
		t.Errorf("the changed log: %+v", log)
	}
}

func caseworkOfTheAPI(t *testing.T, s *server) {
	d := asked[casework.WorkListAnswer](t, s, "/api/v1/work?limit=1000")
	first := slices.IndexFunc(d.Work, func(w casework.WorkAnswer) bool { return w.Case == "project:"+projectID })
	if d.Total != len(d.Work) || d.Late == 0 || first < 0 || d.Work[first].Step != "accept" || d.Work[first].Entry != "" || d.Work[first].Deadline.Kind != casefile.ToAccept || d.Work[first].Stage != casefile.Open.Title() {
		t.Errorf("%d pieces of work, %d late: %+v", d.Total, d.Late, d.Work[max(first, 0)])
	}
	approvals := asked[casework.WorkListAnswer](t, s, "/api/v1/approvals")
	at := slices.IndexFunc(approvals.Work, func(w casework.WorkAnswer) bool { return w.Entry == entryID && w.Step == "decide_removal" })
	if at < 0 || approvals.Work[at].Case != "" {
		t.Errorf("approvals: %+v", approvals)
	}
	if facts := asked[casework.CandidateAnswer](t, s, "/api/v1/blacklist/candidates/"+employerID); facts.OrderedFen != 3_600_000 || facts.Orders[0].ID != "O-2026-031" || facts.Late || facts.Orders[0].DecideBy.State != casefile.Running {
		t.Errorf("the candidate: %+v", facts)
	}
	all := asked[casework.CandidatesAnswer](t, s, "/api/v1/blacklist/candidates") // the first's procedure is under way
	late := slices.IndexFunc(all.Candidates, func(d casework.CandidateAnswer) bool { return d.Employer == lateFirm })
	if all.Total != 2 || late < 0 || !all.Candidates[late].Late || all.Candidates[late].Orders[0].DecideBy.State != casefile.Passed || len(all.Candidates[late].FreshOrders) != 1 ||
		all.Candidates[late].FreshOrders[0].Case != "project:"+projectID {
		t.Errorf("the candidates: %+v", all)
	}
	if status, _, text := s.get(t, "/api/v1/blacklist/candidates/CALM-1"); status != 404 {
		t.Errorf("no candidate: %d %s", status, text)
	}
}

func searchByTheAPI(t *testing.T, s *server) {
	d := asked[search.SearchAnswer](t, s, "/api/v1/search?search=滨河")
	if d.AsOf != asOf || len(d.Subjects) == 0 || d.Subjects[0].ScopeID != projectID || d.Subjects[0].Red != 2 {
		t.Errorf("found %+v", d.Subjects)
	}
	// where the page goes on to the employer, the API has it as a hit
	if d := asked[search.SearchAnswer](t, s, "/api/v1/search?search="+employerID); len(d.Subjects) != 1 || d.Subjects[0].ScopeID != employerID {
		t.Errorf("found %+v", d.Subjects)
	}
	if d := asked[search.SearchAnswer](t, s, "/api/v1/search"); len(d.Units)+len(d.Subjects) != 0 {
		t.Error("nothing asked for, something found")
	}
}

func TestPeopleAreManagedByTheAPI(t *testing.T) {
	s := serve(t, small)
	begun := len(s.audited(t, 0))
	act := func(path, text string, want int) string {
		t.Helper()
		status, header, got := s.send(t, path, text)
		if status != want || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s answers %d, %s, want %d: %s", path, status, header.Get("Cache-Control"), want, got)
		}
		return got
	}
	if p := decoded[api.Problem](t, "", act("/api/v1/people", `{"id":"wang.li","name":"王莉","roles":["inspector"],"territory":"999999"}`, 422)); p.Code != "refused" || !strings.Contains(p.Message.ZH, "辖区") || p.Message.EN == "" {
		t.Errorf("a territory nowhere: %+v", p)
	}
	added := decoded[people.AccountAnswer](t, "", act("/api/v1/people", `{"id":"wang.li","name":"王莉","roles":["inspector"],"territory":"331024"}`, 201))
	if added.ID != "wang.li" || added.Territory != "331024" || added.HasPassword || added.Disabled || added.AddedAt.IsZero() {
		t.Errorf("added: %+v", added)
	}
	given := decoded[people.PasswordAnswer](t, "", act("/api/v1/people/wang.li/password", "", 200))
	if len(given.Password) != 16 || given.ID != "wang.li" {
		t.Errorf("given: %+v", given)
	}
	if one := asked[people.AccountAnswer](t, s, "/api/v1/people/wang.li"); !one.HasPassword || !one.MustChange {
		t.Errorf("with a password: %+v", one)
	}
	if changed := decoded[people.AccountAnswer](t, "", act("/api/v1/people/wang.li", `{"name":"王莉","roles":["supervisor"],"territory":"331002"}`, 200)); changed.Territory != "331002" || changed.Roles[0] != access.Supervisor {
		t.Errorf("changed: %+v", changed)
	}
	if _, err := s.gate.Register().MakeToken(t.Context(), "command", "wang.li", "feed"); err != nil {
		t.Fatal(err)
	}
	if one := decoded[people.AccountAnswer](t, "", act("/api/v1/people/wang.li/disable", "", 200)); !one.Disabled || one.Tokens[0].Label != "feed" {
		t.Errorf("disabled: %+v", one)
	}
	if one := decoded[people.AccountAnswer](t, "", act("/api/v1/people/wang.li/enable", "", 200)); one.Disabled {
		t.Error("still disabled")
	}
	act("/api/v1/people/nobody/disable", "", 404)
	act("/api/v1/people/wang.li", `{"name":"王莉","role":"king"}`, 400)
	list := asked[people.PeopleAnswer](t, s, "/api/v1/people")
	if list.Total != 2 || list.People[1].ID != "wang.li" {
		t.Errorf("people: %+v", list)
	}
	want := []string{"overseer person_added wang.li refused", "overseer person_added wang.li done", "overseer password_given wang.li done", "overseer person_changed wang.li done",
		"overseer person_disabled wang.li done", "overseer person_enabled wang.li done", "overseer person_disabled nobody failed", "overseer person_changed wang.li failed"}
	if got := s.audited(t, begun); !slices.Equal(got, want) {
		t.Errorf("the audit log has\n%s", strings.Join(got, "\n"))
	}
}

func TestAWorkerIsRevealedByTheAPIAsByThePage(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	path := "/api/v1/subjects/project/" + projectID + "/workers"
	list := asked[subjects.WorkersAnswer](t, s, path)
	if list.Total != 2 || list.Workers[1].Worker != workerOne || list.Workers[1].NameMasked != "李*" || list.Workers[1].PhoneLast4 != "0000" || list.Workers[1].Job != "钢筋工" || list.Workers[0].LeftOn == nil {
		t.Errorf("workers: %+v", list)
	}
	if _, _, text := s.get(t, path); strings.Contains(text, "李四") || strings.Contains(text, "sealed") {
		t.Error("the list is in clear")
	}
	begun := len(s.audited(t, 0))
	for name, tt := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no purpose":        {`{"worker":"` + workerOne + `","purpose":" "}`, 400, "invalid"},
		"an unknown worker": {`{"worker":"` + strings.Repeat("0", 32) + `","purpose":"核实十月工资"}`, 404, "not_found"},
		"no JSON":           {`worker=1`, 400, "bad_request"},
		"an endless body":   {`{"purpose":"` + strings.Repeat("x", web.MaxForm) + `"}`, 413, "too_large"},
	} {
		if status, _, text := s.send(t, path, tt.body); status != tt.status || decoded[api.Problem](t, name, text).Code != tt.code {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	status, header, text := s.send(t, path, `{"worker":"`+workerOne+`","purpose":"核实十月工资"}`)
	if clear := decoded[subjects.RevealedAnswer](t, path, text); status != 200 || clear != (subjects.RevealedAnswer{Worker: workerOne, Name: "李四", Phone: "13800000000"}) || header.Get("Cache-Control") != "no-store" {
		t.Errorf("in clear: %d %+v", status, clear)
	}
	if got := s.audited(t, begun); got[len(got)-1] != "overseer reveal project:"+projectID+" worker "+workerOne+" done" || strings.Contains(strings.Join(got, ""), "李") {
		t.Errorf("the audit log has %q", got)
	}
	s.subjects.Vault = reveal.NewVault(nil, s.gate.Audit(), nil)
	if status, _, text := s.send(t, path, `{"worker":"`+workerOne+`","purpose":"核实十月工资"}`); status != 503 || decoded[api.Problem](t, path, text).Code != "no_keys" {
		t.Errorf("without keys: %d %s", status, text)
	}
}

func TestTheAPIAnswersProblemsAndSendsNobodyAnywhere(t *testing.T) {
	s := serve(t, small)
	for _, tt := range []struct {
		name, method, path string
		status             int
		code               string
	}{
		{"a bad sort", "GET", "/api/v1/units?sort=salary", 400, "bad_request"},
		{"no number", "GET", "/api/v1/warnings?limit=x", 400, "bad_request"},
		{"too many", "GET", "/api/v1/warnings?limit=1001", 400, "bad_request"},
		{"none", "GET", "/api/v1/warnings?limit=0", 400, "bad_request"},
		{"before the first", "GET", "/api/v1/warnings?offset=-1", 400, "bad_request"},
		{"a bad code", "GET", "/api/v1/units?county=33x024", 400, "bad_request"},
		{"a bad date", "GET", "/api/v1/audit?from=yesterday", 400, "bad_request"},
		{"an unknown unit", "GET", "/api/v1/units/999999999", 404, "not_found"},
		{"an unknown project", "GET", "/api/v1/subjects/project/nobody", 404, "not_found"},
		{"a township as a subject", "GET", "/api/v1/subjects/township/331024001", 404, "not_found"},
		{"an unknown detector", "GET", "/api/v1/detectors/nothing", 404, "not_found"},
		{"an unknown edition", "GET", "/api/v1/editions/99", 404, "not_found"},
		{"an unknown person", "GET", "/api/v1/people/nobody", 404, "not_found"},
		{"an unknown path", "GET", "/api/v1/nothing", 404, "not_found"},
		{"an unknown method", "DELETE", "/api/v1/people/overseer", 405, "method_not_allowed"},
		{"a method of other paths", "POST", "/api/v1/units", 405, "method_not_allowed"},
		{"an action without the form token", "POST", "/api/v1/people/overseer/disable", 401, "unauthorized"},
	} {
		r, err := http.NewRequest(tt.method, s.url+tt.path, nil)
		must(t, err)
		status, header, text := s.do(t, r)
		p := decoded[api.Problem](t, tt.name, text)
		if status != tt.status || p.Code != tt.code || p.Message.ZH == "" || p.Message.EN == "" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
		if allow := header.Get("Allow"); (allow != "") != (status == 405) {
			t.Errorf("%s allows %q", tt.name, allow)
		}
	}
	if _, _, text := s.get(t, "/api/v1/units?sort=salary"); !strings.Contains(text, `sort is \"salary\": want rank, name`) {
		t.Errorf("what is wrong and what would do is not said: %s", text)
	}
	r, _ := http.NewRequest(http.MethodPost, s.url+"/api/v1/people/overseer/disable", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _, text := s.do(t, r); status != 403 || decoded[api.Problem](t, "", text).Code != "forbidden" {
		t.Errorf("from another site: %d %s", status, text)
	}
	s.enter(t, "")
	for _, path := range []string{"/api/v1/units", "/api/v1/people", "/api/v1/me", "/api/v1/subjects/project/" + projectID} {
		status, header, text := s.get(t, path)
		if status != 401 || decoded[api.Problem](t, path, text).Code != "unauthorized" || header.Get("Location") != "" || header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s answers nobody %d %s", path, status, text)
		}
	}
	if status, _, text := s.get(t, "/api/openapi.yaml"); status != 200 || !strings.HasPrefix(text, "# The API") {
		t.Errorf("the description: %d", status)
	}
}

func TestTheAPIKnowsPeopleByTokenToo(t *testing.T) {
	s := serve(t, small)
	machine := access.Person{ID: "feed", Name: "数据共享", Roles: []access.Role{access.Inspector, access.Administrator}, Territory: "331024"}
	must(t, s.gate.Register().Add(t.Context(), "command", machine))
	token, err := s.gate.Register().MakeToken(t.Context(), "command", machine.ID, "feed")
	must(t, err)
	s.enter(t, "")
	status, _, text := s.get(t, "/api/v1/units", "Authorization", "Bearer "+token)
	if d := decoded[ranking.UnitsAnswer](t, "", text); status != 200 || d.Total != 20 {
		t.Errorf("a token of the county sees %d townships: %d", d.Total, status)
	}
	r, err := http.NewRequest(http.MethodPost, s.url+"/api/v1/people/overseer/disable", nil) // no form token: no browser sends this by itself
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	if status, _, text := s.do(t, r); status != 200 {
		t.Errorf("an action by token: %d %s", status, text)
	}
	if got := s.audited(t, 0); got[len(got)-1] != "feed person_disabled overseer done" {
		t.Errorf("the audit log has %q", got)
	}
	if status, _, _ := s.get(t, "/api/v1/units", "Authorization", "Bearer wrong"); status != 401 {
		t.Errorf("a wrong token: %d", status)
	}
	if status, header, _ := s.get(t, "/ranking", "Authorization", "Bearer "+token); status != 302 || header.Get("Location") != "/sign-in?next=%2Franking" {
		t.Errorf("a page by token: %d", status)
	}
	must(t, s.gate.Register().Enable(t.Context(), "command", overseer.ID)) // the last administrator cannot be disabled
	must(t, s.gate.Register().Disable(t.Context(), "command", machine.ID))
	if status, _, _ := s.get(t, "/api/v1/units", "Authorization", "Bearer "+token); status != 401 {
		t.Errorf("a disabled machine's token: %d", status)
	}
}

func TestBeforeTheFirstRunTheAPISaysSo(t *testing.T) {
	s := emptyServer(t, small)
	must(t, s.Refresh(t.Context()))
	for _, path := range []string{"/api/v1/units", "/api/v1/units/331024001", "/api/v1/warnings", "/api/v1/editions", "/api/v1/subjects/project/x", "/api/v1/search?search=a"} {
		if status, _, text := s.get(t, path); status != 503 || decoded[api.Problem](t, path, text).Code != "no_run" {
			t.Errorf("%s answers %d %s", path, status, text)
		}
	}
	s.casework.Cases = nil
	if status, _, text := s.get(t, "/api/v1/work"); status != 503 || decoded[api.Problem](t, "", text).Code != "no_casework" {
		t.Errorf("without casework: %d %s", status, text)
	}
	for _, path := range []string{"/api/v1/me", "/api/v1/people", "/api/v1/audit", "/api/v1/quality", "/api/v1/runs"} {
		if status, _, text := s.get(t, path); status != 200 || strings.Contains(text, ":null") {
			t.Errorf("%s answers %d %s", path, status, text)
		}
	}
}

func askedAgain(t *testing.T, s *server) {
	_, header, _ := s.get(t, "/api/v1/units")
	if status, _, text := s.get(t, "/api/v1/units", "If-None-Match", header.Get("ETag")); status != http.StatusNotModified || text != "" {
		t.Errorf("asked again: %d", status)
	}
}

func TestBesideAnotherComponentTheConsoleAnswersItsOwnPathsOfTheAPI(t *testing.T) {
	s := serve(t, small)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for _, path := range s.APIPaths() {
		mux.Handle(path, s.Handler())
	}
	for path, want := range map[string]int{"/api/v1/units": 401, "/api/v1/subjects/project/x/workers": 401, "/api/v1/people/x/link": 405, "/api/v1/cases": 418, "/api/openapi.yaml": 418, "/api/v1/units/x/y": 418} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s answers %d, want %d", path, w.Code, want)
		}
	}
}
