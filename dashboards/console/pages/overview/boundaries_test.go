package overview

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
)

func square(properties, ring string) string {
	return `{"type":"FeatureCollection","features":[{"type":"Feature","properties":` + properties + `,"geometry":{"type":"Polygon","coordinates":[` + ring + `]}}]}`
}

const ring = `[[120.2,28.5],[121,28.5],[121,29.1],[120.2,29.1],[120.2,28.5]]`

func TestBoundariesAreTakenByTheCodesThatOfficesWrite(t *testing.T) {
	for properties, want := range map[string]string{
		`{"code":"331024"}`: "331024", `{"adcode":331024}`: "331024", `{"adcode":"331000"}`: "3310", `{"gb":"156331024"}`: "331024",
		`{"code":"331024001000"}`: "331024001", `{"code":"331024001"}`: "331024001",
	} {
		b, err := readBoundaries(strings.NewReader(square(properties, ring)))
		if err != nil || len(b.shapes[want]) != 1 {
			t.Errorf("%s: %v, want a shape of %s", properties, err, want)
		}
	}
}

func TestBoundariesThatCannotBeDrawnAreRefusedWithWhatWouldBeAccepted(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"no JSON":            {"<svg>", "no GeoJSON"},
		"another type":       {`{"type":"Topology"}`, "want a FeatureCollection"},
		"no code":            {square(`{"name":"仙居县"}`, ring), "want it as code, adcode or gb"},
		"an unknown code":    {square(`{"code":"999999"}`, ring), "known prefecture"},
		"metres":             {square(`{"code":"331024"}`, `[[500000,3150000],[510000,3150000],[510000,3160000],[500000,3150000]]`), "want degrees"},
		"latitude first":     {square(`{"code":"331024"}`, `[[28.5,120.2],[28.5,121],[29.1,121],[28.5,120.2]]`), "longitude first"},
		"an open ring":       {square(`{"code":"331024"}`, `[[120.2,28.5],[121,28.5],[121,29.1],[120.2,29.1]]`), "not closed"},
		"a point":            {strings.Replace(square(`{"code":"331024"}`, ring), "Polygon", "Point", 1), "want a Polygon or a MultiPolygon"},
		"the same one twice": {strings.Replace(square(`{"code":"331024"}`, ring), `"features":[`, `"features":[{"properties":{"code":"331024"},"geometry":{"type":"Polygon","coordinates":[`+ring+`]}},`, 1), "twice"},
	} {
		if _, err := readBoundaries(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// A coast of 200,000 points is drawn by a few of them, and no point of it is further from what is drawn than the map shows.
func TestALongCoastIsDrawnByAFewPoints(t *testing.T) {
	const n = 200_000
	var text strings.Builder
	var coast []point
	for i := range n {
		angle := 2 * math.Pi * float64(i) / n
		r := 0.3 + 0.01*math.Sin(40*angle) + 0.0001*math.Sin(9000*angle)
		coast = append(coast, point{120.7 + r*math.Cos(angle), 28.8 + r*math.Sin(angle)})
	}
	coast = append(coast, coast[0])
	for i, p := range coast {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "[%.6f,%.6f]", p[0], p[1])
	}
	b, err := readBoundaries(strings.NewReader(square(`{"code":"331024"}`, "["+text.String()+"]")))
	if err != nil {
		t.Fatal(err)
	}
	kept := b.shapes["331024"][0]
	if len(kept) > 3000 || len(kept) < 100 {
		t.Errorf("%d points are kept", len(kept))
	}
	at := 0
	for i := 0; i < n; i += 97 { // both run around in one direction
		nearest := math.Inf(1)
		for j := range len(kept) - 1 {
			nearest = math.Min(nearest, distance(coast[i], kept[j], kept[j+1]))
			at = j
		}
		if nearest > 0.62/mapWidth {
			t.Fatalf("point %d lies %f degrees from the line (%d)", i, nearest, at)
		}
	}
	d := &overviewData{Name: "仙居县", Counties: []area{{Code: "331024", Name: `仙<居>县`, Unit: &view.Unit{Level: "county", Code: "331024", Light: "red"}}}}
	svg := string(b.draw(language.Chinese, d))
	if len(svg) > 60_000 || !strings.Contains(svg, `class="red"`) || strings.Contains(svg, "<居>") {
		t.Errorf("a picture of %d bytes", len(svg))
	}
}
