package console

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/overview"
	"github.com/anxin-project/anxin/internal/domain/access"
)

func TestTheOverviewAddsUpWithItsListsAndItsParts(t *testing.T) {
	s := serve(t, small)
	prefecture := asked[overview.Answer](t, s, "/api/v1/overview?place=3310")
	if prefecture.Watched == 0 || prefecture.Red == 0 || prefecture.CasesOpen == 0 || prefecture.Yesterday == nil || prefecture.Compared == nil || prefecture.Compared.Edition != 6 {
		t.Fatalf("the prefecture: %+v", prefecture.FiguresAnswer)
	}
	var red, yellow, cases int
	var leads, late uint64
	for _, county := range prefecture.Parts {
		red, yellow, cases, leads, late = red+county.Red, yellow+county.Yellow, cases+county.CasesOpen, leads+county.LeadsOpen, late+county.LeadsLate
	}
	if red != prefecture.Red || yellow != prefecture.Yellow || cases != prefecture.CasesOpen || leads != prefecture.LeadsOpen || late != prefecture.LeadsLate {
		t.Errorf("the counties have %d red, %d yellow, %d cases, %d leads, %d late; the prefecture %+v", red, yellow, cases, leads, late, prefecture.FiguresAnswer)
	}
	for _, path := range []string{"/overview?place=3310&lang=en", "/overview/wall?place=3310&lang=en"} {
		if _, _, page := s.get(t, path); !strings.Contains(page, fmt.Sprintf(`>%d red</a>`, prefecture.Red)) || !strings.Contains(page, fmt.Sprintf(`>%d yellow</a>`, prefecture.Yellow)) {
			t.Errorf("%s does not show %d red and %d yellow warnings", path, prefecture.Red, prefecture.Yellow)
		}
	}
	found := 0
	for _, n := range prefecture.Verdicts {
		found += n
	}
	if found != prefecture.Red+prefecture.Yellow || prefecture.Verdicts["none"] == 0 {
		t.Errorf("verdicts %v of %d warnings", prefecture.Verdicts, prefecture.Red+prefecture.Yellow)
	}
	stages := 0
	for _, n := range prefecture.CasesStages {
		stages += n
	}
	if stages != prefecture.CasesOpen {
		t.Errorf("%d cases by stage, %d open", stages, prefecture.CasesOpen)
	}
	for path, want := range map[string]int{
		"/overview/leads?place=3310":                 int(prefecture.LeadsOpen),
		"/overview/leads?place=3310&of=late":         int(prefecture.LeadsLate),
		"/overview/missing?place=3310&of=lists":      int(prefecture.NoLists),
		"/overview/missing?place=3310&of=gate":       int(prefecture.NoGate),
		"/overview/missing?place=3310&of=ledger":     int(prefecture.NoLedger),
		"/overview/changes?place=3310&of=ended":      prefecture.Ended,
		"/overview/changes?place=3310":               prefecture.Opened,
		"/overview/due?place=3310":                   1,
		"/overview/silent?place=3310":                1,
		"/overview/silent?place=3310&of=unaccounted": 1,
		"/overview/changes?place=331002&of=ended":    0,
		"/overview/leads?place=331002":               0,
	} {
		if got := asked[overview.ListAnswer](t, s, "/api/v1"+path).Total; got != want {
			t.Errorf("%s lists %d, the figure says %d", path, got, want)
		}
	}
	if prefecture.LeadsOpen != 4 || prefecture.LeadsLate != 2 || prefecture.NoLists != 2 {
		t.Errorf("leads and missing lists: %+v", prefecture.FiguresAnswer)
	}
	var bands, listed int64
	for _, b := range prefecture.Bands {
		bands += b.Fen
		rows := asked[overview.ListAnswer](t, s, "/api/v1/overview/owed?place=3310&of="+b.Band)
		var fen int64
		for _, row := range rows.Rows {
			fen += row.Fen
		}
		if fen != b.Fen {
			t.Errorf("the band %s has %d fen, its list %d", b.Band, b.Fen, fen)
		}
	}
	for _, row := range asked[overview.ListAnswer](t, s, "/api/v1/overview/owed?place=3310").Rows {
		listed += row.Fen
	}
	if bands != listed || bands == 0 {
		t.Errorf("the bands add up to %d fen, the list to %d", bands, listed)
	}
	lights := 0
	for _, n := range prefecture.Lights {
		lights += n
	}
	watched := 0
	for _, one := range prefecture.Townships {
		if one.Light != "none" {
			watched++
		}
	}
	if lights != watched || len(prefecture.Townships) < 100 {
		t.Errorf("%d lights, %d townships watched of %d", lights, watched, len(prefecture.Townships))
	}
}

func TestTheFactsOfARunThatAreGoneAreUnknownAndNoZeros(t *testing.T) {
	s := emptyServer(t, small)
	s.fill(t, small)
	must(t, s.conn.Exec(t.Context(), "DROP TABLE "+quoted(s.database+"_facts", "lead_clocks")))
	must(t, s.Refresh(t.Context()))
	if a := asked[overview.Answer](t, s, "/api/v1/overview?place=3310"); a.Known {
		t.Error("the API takes what is unknown for zero")
	}
	if _, _, page := s.get(t, "/overview?place=3310"); !strings.Contains(page, "暂不可知") || strings.Contains(page, "/overview/leads") {
		t.Error("the page takes what is unknown for zero")
	}
}

func TestAnOfficerCountsTheOwnDepartmentsLeads(t *testing.T) {
	s := serve(t, small)
	officer := access.Person{ID: "roads", Name: "某人", Roles: []access.Role{access.DepartmentOfficer}, Territory: "331024", Department: "transport"}
	s.add(t, officer)
	s.enter(t, officer.ID)
	a := asked[overview.Answer](t, s, "/api/v1/overview")
	rows := asked[overview.ListAnswer](t, s, "/api/v1/overview/leads").Rows
	if a.LeadsOpen != 1 || a.LeadsLate != 1 || len(rows) != 1 || rows[0].ScopeID != "ROAD-1" {
		t.Errorf("%d leads open, %d late, listed %+v", a.LeadsOpen, a.LeadsLate, rows)
	}
}

func TestTheRootLeadsOnAndOldAddressesOfTheRankingStillDo(t *testing.T) {
	s := serve(t, small)
	for path, want := range map[string]string{"/": "/overview", "/?county=331024&light=red": "/ranking?county=331024&light=red"} {
		if status, header, _ := s.get(t, path); status != 302 || header.Get("Location") != want {
			t.Errorf("%s leads to %s (%d), want %s", path, header.Get("Location"), status, want)
		}
	}
	head := access.Person{ID: "quiet-head", Name: "某人", Roles: []access.Role{access.TownshipHead}, Territory: "110101001"}
	s.add(t, head)
	s.enter(t, head.ID)
	if status, header, _ := s.get(t, "/townships/110101001"); status != 302 || header.Get("Location") != "/ranking" {
		t.Errorf("the head of a township where nobody is watched: %d to %s", status, header.Get("Location"))
	}
}

func TestTheMapIsDrawnFromTheOfficesBoundaries(t *testing.T) {
	file := filepath.Join(t.TempDir(), "boundaries.geojson")
	must(t, os.WriteFile(file, []byte(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"adcode":331024},"geometry":{"type":"Polygon","coordinates":[[[120.2,28.5],[121,28.5],[121,29.1],[120.2,29.1],[120.2,28.5]]]}},
		{"type":"Feature","properties":{"code":"331002"},"geometry":{"type":"Polygon","coordinates":[[[121.2,28.5],[121.6,28.5],[121.6,28.8],[121.2,28.5]]]}}]}`), 0o600))
	s := serve(t, small)
	var err error
	s.overview.Boundaries, err = overview.LoadBoundaries(file)
	must(t, err)
	_, _, page := s.get(t, "/overview?place=3310")
	for _, want := range []string{`<svg class="areas"`, `href="/units/331024"`, `href="/units/331002"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if _, _, page := s.get(t, "/overview?place=331022"); strings.Contains(page, `class="areas"`) {
		t.Error("a county without a shape has a map")
	}
}
