package console

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/anxin-project/anxin/dashboards/console/pages/system"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// workbook reads an export back: its table as people see it, and as it is kept, and what its second sheet says.
func (s *server) workbook(t *testing.T, path string) (shown, raw [][]string, about map[string]string, file *excelize.File) {
	t.Helper()
	status, h, body := s.get(t, path)
	if status != 200 || h.Get("Content-Type") != spreadsheet.WorkbookType || h.Get("Cache-Control") != "no-store" || !strings.HasSuffix(h.Get("Content-Disposition"), `.xlsx"`) {
		t.Fatalf("%s: %d, %v", path, status, h)
	}
	file, err := excelize.OpenReader(strings.NewReader(body))
	must(t, err)
	t.Cleanup(func() { _ = file.Close() })
	sheets := file.GetSheetList()
	if len(sheets) != 2 {
		t.Fatalf("%s has the sheets %v", path, sheets)
	}
	shown, err = file.GetRows(sheets[0])
	must(t, err)
	raw, err = file.GetRows(sheets[0], excelize.Options{RawCellValue: true})
	must(t, err)
	facts, err := file.GetRows(sheets[1])
	must(t, err)
	about = map[string]string{}
	for _, fact := range facts {
		about[fact[0]] = fact[1]
	}
	return shown, raw, about, file
}

// exportPaths are an address for each export as CSV.
func exportPaths(t *testing.T) (paths []string) {
	for route, rule := range routeRules {
		if strings.HasSuffix(route, ".csv") {
			paths = append(paths, rule.path)
		}
	}
	if len(paths) < 9 {
		t.Fatalf("only %d exports", len(paths))
	}
	slices.Sort(paths)
	return paths
}

// mayBeEmpty are exports of which the small world may have nothing: nobody owes, nobody took a lead in or judged a warning, and its
// evidence names records that are not in its store.
var mayBeEmpty = []string{"/owed.csv", "/leads.csv", "/verdicts.csv", "/evidence.csv"}

func TestEveryExportIsAWorkbookToo(t *testing.T) {
	s := serve(t, small)
	dated, number := regexp.MustCompile(`^\d{4}-\d\d(-\d\d( \d\d:\d\d:\d\d)?)?$`), regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	for _, path := range exportPaths(t) {
		for _, lang := range []string{"zh", "en"} {
			address, filter, _ := strings.Cut(path, "?")
			filter = "?" + strings.TrimPrefix(filter+"&lang="+lang, "&")
			_, _, text := s.get(t, address+filter)
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
			must(t, err)
			shown, raw, about, file := s.workbook(t, strings.TrimSuffix(address, ".csv")+".xlsx"+filter)
			if len(shown) != len(rows) || len(rows) < 2 && !slices.Contains(mayBeEmpty, address[strings.LastIndex(address, "/"):]) || !slices.Equal(shown[0], rows[0]) {
				t.Errorf("%s in %s: %d rows as CSV, %d as a workbook, headed %q and %q", path, lang, len(rows), len(shown), rows[0], shown[0])
				continue
			}
			sheet := file.GetSheetName(0)
			for i, row := range rows[1:] {
				for j, want := range row {
					got, kept := at(shown[i+1], j), at(raw[i+1], j)
					name, err := excelize.CoordinatesToCellName(j+1, i+2)
					must(t, err)
					kind, err := file.GetCellType(sheet, name)
					must(t, err)
					typed := kept != "" && kind != excelize.CellTypeInlineString && kind != excelize.CellTypeFormula && kind != excelize.CellTypeSharedString
					switch heading := rows[0][j]; {
					case typed && dated.MatchString(want):
						if got != want {
							t.Errorf("%s %s: the date %q is shown as %q", path, name, want, got)
						}
					case typed:
						a, err := strconv.ParseFloat(want, 64)
						must(t, err)
						if b, err := strconv.ParseFloat(kept, 64); err != nil || a != b {
							t.Errorf("%s %s: the number %q is kept as %q", path, name, want, kept)
						}
					case strings.TrimPrefix(want, "'") != strings.TrimPrefix(got, "'"):
						t.Errorf("%s %s: %q as CSV, %q as a workbook", path, name, want, got)
					case strings.Contains(heading, "yuan") || strings.Contains(heading, "（元）") || strings.HasSuffix(heading, "_on") || strings.HasSuffix(heading, "日") && dated.MatchString(want):
						if number.MatchString(want) || dated.MatchString(want) {
							t.Errorf("%s %s under %s: %q is text", path, name, heading, want)
						}
					}
				}
			}
			by, from := "Exported by", "From"
			if lang != "en" {
				by, from = "导出人", "依据"
			}
			if about[by] != overseer.Name+" ("+overseer.ID+")" || about[from] == "" || !strings.Contains(fmt.Sprint(about), "2026-") {
				t.Errorf("%s in %s says of itself %v", path, lang, about)
			}
		}
	}
}

func at(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}

func TestAWorkbookSaysFromWhatAndWithWhichFilterItWasMade(t *testing.T) {
	s := serve(t, small)
	for _, tt := range []struct{ path, filter, from string }{
		{"/warnings.xlsx?level=red&county=331024&nonsense=1&detector=", "县（市、区）：仙居县 331024；级别：红", "截至 2026-11-20 的运行"},
		{"/warnings.xlsx?lang=en", "none (everything)", "the run as of 2026-11-20"},
		{"/plan.xlsx?grade=C&lang=zh", "等级：C；应检查：本季度应检查", "第 6 期"},
		{"/editions/6/diff.xlsx?with=3", "单位：乡镇、街道", "第 3 期"},
		{"/quality.xlsx?topic=payroll&lang=en", "Topic: Pay slips", "the records at the time of export"},
	} {
		_, _, about, _ := s.workbook(t, tt.path)
		filter, from := about["筛选条件"]+about["Filter"], about["依据"]+about["From"]
		if filter != tt.filter || !strings.Contains(from, tt.from) {
			t.Errorf("%s says filter %q from %q, want %q and %q", tt.path, filter, from, tt.filter, tt.from)
		}
	}
	log := asked[system.AuditAnswer](t, s, "/api/v1/audit?action=export")
	if log.Total != 5 || log.Entries[0].Object != "/quality.xlsx?topic=payroll&lang=en" || log.Entries[0].Actor != overseer.ID || log.Entries[0].Outcome != "done" {
		t.Errorf("the audit log: %d entries, %+v", log.Total, log.Entries[0])
	}
}

func TestEveryPageThatOffersCSVOffersAWorkbook(t *testing.T) {
	s := serve(t, small)
	link := regexp.MustCompile(`href="([^"?]+)\.csv(\?[^"]*)?"`)
	offered := map[string]bool{}
	for _, rule := range routeRules {
		if strings.Contains(rule.path, ".csv") || rule.form != nil || strings.HasPrefix(rule.path, "/api") {
			continue
		}
		_, h, body := s.get(t, rule.path)
		if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			offered[m[1]] = true
			if want := `href="` + m[1] + `.xlsx` + m[2] + `"`; !strings.Contains(body, want) {
				t.Errorf("%s offers %s.csv, but not %s", rule.path, m[1], want)
			}
		}
	}
	for _, path := range exportPaths(t) {
		path, _, _ = strings.Cut(path, "?")
		if path, _ = strings.CutSuffix(path, ".csv"); !offered[path] {
			t.Errorf("no page offers %s.csv", path)
		}
	}
}
