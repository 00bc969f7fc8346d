package overview

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/region"
)

// Bounds of a file of boundaries: whoever has finer lines simplifies them first, since a page cannot show them anyway.
const (
	mostBoundaryBytes  = 64 << 20
	mostBoundaryPoints = 2_000_000
	mostShapes         = 5_000
)

// mapWidth and mapHeight bound a drawn map, in units of its picture; nearer together than half a unit no two points show.
const (
	mapWidth, mapHeight = 960.0, 640.0
	finest              = 0.5
)

// Boundaries are the shapes of divisions that an office gave, by their codes, thinned out so far that a map of the smallest of them
// does not show it.
type Boundaries struct{ shapes map[string][][]point }

// point is a place on earth: degrees east and north.
type point [2]float64

// LoadBoundaries reads a file of GeoJSON: a FeatureCollection of (multi)polygons in degrees, each with the statistical code of a
// prefecture, county or township in its properties as code, adcode or gb. Errors name the feature and say what would be accepted.
func LoadBoundaries(path string) (*Boundaries, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := readBoundaries(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

type collection struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
}

type feature struct {
	Properties map[string]any `json:"properties"`
	Geometry   *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

func readBoundaries(r io.Reader) (*Boundaries, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostBoundaryBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostBoundaryBytes {
		return nil, fmt.Errorf("larger than %d MB: simplify the boundaries first", mostBoundaryBytes>>20)
	}
	var all collection
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("no GeoJSON: %w", err)
	}
	if all.Type != "FeatureCollection" || len(all.Features) == 0 {
		return nil, fmt.Errorf("type is %q with %d features: want a FeatureCollection with at least one", all.Type, len(all.Features))
	}
	if len(all.Features) > mostShapes {
		return nil, fmt.Errorf("%d features: want at most %d", len(all.Features), mostShapes)
	}
	b := &Boundaries{shapes: map[string][][]point{}}
	points := 0
	for i, one := range all.Features {
		code, rings, err := one.read()
		if err != nil {
			return nil, fmt.Errorf("feature %d: %w", i+1, err)
		}
		if b.shapes[code] != nil {
			return nil, fmt.Errorf("feature %d: %s %s is there twice", i+1, code, region.Name(code))
		}
		for _, ring := range rings {
			points += len(ring)
		}
		if points > mostBoundaryPoints {
			return nil, fmt.Errorf("more than %d points: simplify the boundaries first", mostBoundaryPoints)
		}
		b.shapes[code] = thinned(rings)
	}
	return b, nil
}

// read returns a feature's code and its rings, outer and inner alike: the picture fills them by the even-odd rule.
func (f feature) read() (string, [][]point, error) {
	code := ""
	for _, name := range []string{"code", "adcode", "gb"} {
		if v, ok := f.Properties[name]; ok && code == "" {
			code = fmt.Sprint(v)
			if n, ok := v.(float64); ok {
				code = fmt.Sprintf("%.0f", n)
			}
			if name == "gb" {
				code = strings.TrimPrefix(code, "156") // the country's number
			}
		}
	}
	code = shortest(code)
	if len(code) < 4 || !region.Known(code) {
		return "", nil, fmt.Errorf("its properties have no code of a known prefecture (4 digits), county (6) or township (9): want it as code, adcode or gb, found %q", code)
	}
	if f.Geometry == nil {
		return "", nil, fmt.Errorf("%s has no geometry", code)
	}
	var polygons [][][]point
	var err error
	switch f.Geometry.Type {
	case "Polygon":
		polygons = make([][][]point, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
	default:
		err = fmt.Errorf("a %s: want a Polygon or a MultiPolygon", f.Geometry.Type)
	}
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", code, err)
	}
	rings := slices.Concat(polygons...)
	for _, ring := range rings {
		if err := checkRing(ring); err != nil {
			return "", nil, fmt.Errorf("%s: %w", code, err)
		}
	}
	if len(rings) == 0 {
		return "", nil, fmt.Errorf("%s has no ring", code)
	}
	return code, rings, nil
}

// shortest cuts the zeros that fill a code up: 331000 is the prefecture 3310, 331024001000 the township 331024001.
func shortest(code string) string {
	if len(code) == 12 {
		code = strings.TrimSuffix(code, "000")
	}
	if len(code) == 9 {
		code = strings.TrimSuffix(code, "000")
	}
	if len(code) == 6 {
		code = strings.TrimSuffix(code, "00")
	}
	return code
}

func checkRing(ring []point) error {
	if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
		return errors.New("a ring is not closed, or has fewer than 4 points")
	}
	for _, p := range ring {
		if p[0] < 73 || p[0] > 136 || p[1] < 3 || p[1] > 54 {
			return fmt.Errorf("the point %v is not in China: want degrees, longitude first (CGCS2000 or WGS 84)", p)
		}
	}
	return nil
}

// thinned drops what a map of the shape alone, as large as a page has room for, would not show.
func thinned(rings [][]point) [][]point {
	lowest, highest := extent(rings)
	size := math.Max(highest[0]-lowest[0], highest[1]-lowest[1])
	return simplified(rings, size/mapWidth/2)
}

func extent(rings [][]point) (lowest, highest point) {
	lowest, highest = point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, ring := range rings {
		for _, p := range ring {
			for i := range p {
				lowest[i], highest[i] = math.Min(lowest[i], p[i]), math.Max(highest[i], p[i])
			}
		}
	}
	return lowest, highest
}

// simplified keeps of each ring the points that lie further than tolerance from the line between those kept (Douglas and Peucker);
// a ring that then has no area is left out.
func simplified(rings [][]point, tolerance float64) [][]point {
	var kept [][]point
	for _, ring := range rings {
		// a ring ends where it begins: it is cut at the point furthest from there
		far, most := 0, 0.0
		for i, p := range ring {
			if d := math.Hypot(p[0]-ring[0][0], p[1]-ring[0][1]); d > most {
				far, most = i, d
			}
		}
		if most <= tolerance {
			continue
		}
		line := append(simplify(ring[:far+1], tolerance), simplify(ring[far:], tolerance)[1:]...)
		if len(line) >= 4 {
			kept = append(kept, line)
		}
	}
	return kept
}

// simplify does it without recursion: a coast has very many points.
func simplify(line []point, tolerance float64) []point {
	keep := make([]bool, len(line))
	keep[0], keep[len(line)-1] = true, true
	parts := [][2]int{{0, len(line) - 1}}
	for len(parts) > 0 {
		from, to := parts[len(parts)-1][0], parts[len(parts)-1][1]
		parts = parts[:len(parts)-1]
		at, most := 0, tolerance
		for i := from + 1; i < to; i++ {
			if d := distance(line[i], line[from], line[to]); d > most {
				at, most = i, d
			}
		}
		if at > 0 {
			keep[at] = true
			parts = append(parts, [2]int{from, at}, [2]int{at, to})
		}
	}
	var out []point
	for i, p := range line {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// distance of a point from the straight line between two.
func distance(p, a, b point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	length := dx*dx + dy*dy
	if length == 0 {
		return math.Hypot(p[0]-a[0], p[1]-a[1])
	}
	t := math.Max(0, math.Min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/length))
	return math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy)
}

// draw makes the map of a place: its townships where their shapes are known, else its counties, each with its light and a link;
// "" where no shape is known. Longitudes are shortened as the middle latitude asks, which is enough for a province.
func (b *Boundaries) draw(l language.Locale, d *overviewData) template.HTML {
	var drawn []area
	var rings [][]point
	take := func(one area) bool {
		shape := b.shapes[one.Code]
		if len(shape) == 0 {
			return false
		}
		drawn, rings = append(drawn, one), append(rings, shape...)
		return true
	}
	for _, county := range d.Counties {
		found := false
		for _, t := range county.Tiles {
			found = take(area{Code: t.Code, Name: t.Name, Unit: t.Unit}) || found
		}
		if !found {
			take(county)
		}
	}
	if len(drawn) == 0 {
		return ""
	}
	lowest, highest := extent(rings)
	shorten := math.Cos((lowest[1] + highest[1]) / 2 * math.Pi / 180)
	scale := math.Min(mapWidth/((highest[0]-lowest[0])*shorten), mapHeight/(highest[1]-lowest[1]))
	place := func(p point) point { return point{(p[0] - lowest[0]) * shorten * scale, (highest[1] - p[1]) * scale} }
	var svg strings.Builder
	title := language.Fill(l, "overview.map", d.Name)
	end := place(point{highest[0], lowest[1]})
	fmt.Fprintf(&svg, `<svg class="areas" viewBox="-2 -2 %.0f %.0f" role="group" aria-label="%s">`, end[0]+4, end[1]+4, html.EscapeString(title))
	for _, one := range drawn {
		light := "none"
		if one.Unit != nil {
			light = view.LightClass(one.Unit.Light)
		}
		var path strings.Builder
		for _, ring := range b.shapes[one.Code] {
			placed := make([]point, len(ring))
			for i, p := range ring {
				placed[i] = place(p)
			}
			for _, line := range simplified([][]point{placed}, finest) {
				for i, p := range line[:len(line)-1] {
					fmt.Fprintf(&path, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[i == 0], p[0], p[1])
				}
				path.WriteByte('Z')
			}
		}
		if path.Len() == 0 {
			continue
		}
		label := html.EscapeString(one.Name + " " + lightWord(l, light))
		shape := fmt.Sprintf(`<path class="%s" fill-rule="evenodd" d="%s"><title>%s</title></path>`, light, path.String(), label)
		if one.Unit == nil {
			svg.WriteString(shape)
			continue
		}
		fmt.Fprintf(&svg, `<a href="%s" aria-label="%s">%s</a>`, unitURL(one.Unit), label, shape)
	}
	svg.WriteString("</svg>")
	return template.HTML(svg.String())
}

func lightWord(l language.Locale, light string) string {
	if light == "none" {
		return language.Message(l, "overview.unwatched")
	}
	return l.Word("light", light)
}

func unitURL(u *view.Unit) string {
	return map[bool]string{true: "/townships/", false: "/units/"}[u.Level == "township"] + cmp.Or(u.Code, "")
}
