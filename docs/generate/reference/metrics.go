package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Metric is one metric as the source declares it.
type Metric struct {
	Name, Kind, Help string
	Labels           []string
	Package          string // folder in the repository; of the rooms of the console, the console's
}

// Metrics finds every metric declared in the repository at root: Opts of client_golang, and calls whose first two
// arguments are a metric's name and help.
func Metrics(root string) ([]Metric, error) {
	found := map[string]Metric{}
	for _, folder := range []string{"alerts", "cmd", "dashboards", "detectors", "ingest", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(file string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			source, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, filepath.Dir(file))
			if err != nil {
				return err
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				if m, ok := declared(n); ok {
					m.Package = component(filepath.ToSlash(rel))
					if old, known := found[m.Name]; !known || len(old.Labels) < len(m.Labels) {
						found[m.Name] = m
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	all := slices.Collect(maps.Values(found))
	slices.SortFunc(all, func(a, b Metric) int {
		return strings.Compare(a.Package+" "+a.Name, b.Package+" "+b.Name)
	})
	return all, nil
}

// component is the folder that metrics of a folder are listed under: the rooms of the console are one to who reads metrics.
func component(folder string) string {
	if console := "dashboards/console"; strings.HasPrefix(folder, console+"/") {
		return console
	}
	return folder
}

// kinds are the constructors of client_golang and the helpers around them.
var kinds = map[string]string{"counter": "counter", "desc": "gauge", "NewDesc": "gauge"}

func declared(n ast.Node) (Metric, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return Metric{}, false
	}
	if opts, ok := call.Args[0].(*ast.CompositeLit); ok {
		m := Metric{Kind: strings.ToLower(strings.TrimSuffix(lastName(opts.Type), "Opts"))}
		for _, e := range opts.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				switch text, _ := literal(kv.Value); lastName(kv.Key) {
				case "Name":
					m.Name = text
				case "Help":
					m.Help = text
				}
			}
		}
		m.Labels = labels(call.Args[1:])
		return m, isMetric(m.Name)
	}
	if len(call.Args) < 2 {
		return Metric{}, false
	}
	name, _ := literal(call.Args[0])
	help, ok := literal(call.Args[1])
	kind, known := kinds[lastName(call.Fun)]
	return Metric{Name: name, Kind: kind, Help: help, Labels: labels(call.Args[2:])}, ok && known && isMetric(name)
}

func isMetric(name string) bool { return strings.HasPrefix(name, "anxin_") }

func labels(args []ast.Expr) []string {
	var all []string
	for _, a := range args {
		if list, ok := a.(*ast.CompositeLit); ok {
			all = append(all, labels(list.Elts)...)
		} else if text, ok := literal(a); ok {
			all = append(all, text)
		}
	}
	return all
}

func literal(e ast.Expr) (string, bool) {
	switch l := e.(type) {
	case *ast.BasicLit:
		if l.Kind == token.STRING {
			text, err := strconv.Unquote(l.Value)
			return text, err == nil
		}
	case *ast.BinaryExpr:
		x, okX := literal(l.X)
		y, okY := literal(l.Y)
		return x + y, okX && okY && l.Op == token.ADD
	}
	return "", false
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

var metricGroups = []struct{ folder, title string }{
	{"ingest", "Ingest"},
	{"detectors/pass", "Detectors"},
	{"detectors/schedule", "Runs"},
	{"alerts", "Findings and the webhook"},
	{"alerts/cases", "Cases"},
	{"alerts/leads", "Leads taken in here"},
	{"alerts/blacklist", "The joint-discipline list"},
	{"alerts/closures", "Closures"},
	{"alerts/verdicts", "Verdicts on warnings"},
	{"alerts/notices", "Notices"},
	{"dashboards/console", "Console"},
	{"internal/platform/access/signin", "Signing in"},
	{"internal/platform/access/reveal", "Names in clear"},
	{"internal/platform/audit", "Audit log"},
	{"internal/app", "Services"},
	{"internal/platform/embedded/rules", "Embedded rule evaluator (demo only)"},
}

func metrics(root string) (string, error) {
	all, err := Metrics(root)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`# Metrics

Every service answers ` + "`/metrics`" + ` on its ` + "`listen`" + ` address. Beside the metrics below there are those of the Go runtime
(` + "`go_…`, `process_…`" + `). A histogram has the series ` + "`_bucket`, `_sum` and `_count`" + `. No label ever names a worker. Series about
warnings and townships come and go with the latest run as a whole; their number is bounded by ` + "`alerts.max_series`" + `.
`)
	rest := all
	for _, g := range metricGroups {
		b.WriteString("\n## " + g.title + "\n\n| metric | kind | labels | meaning |\n| --- | --- | --- | --- |\n")
		rest = slices.DeleteFunc(rest, func(m Metric) bool {
			if m.Package != g.folder {
				return false
			}
			names := ""
			for i, l := range m.Labels {
				if i > 0 {
					names += ", "
				}
				names += "`" + l + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, m.Kind, names, cell(m.Help))
			return true
		})
	}
	if len(rest) > 0 {
		return "", fmt.Errorf("metric %s is declared in %s, which has no section: add it to metricGroups", rest[0].Name, path.Clean(rest[0].Package))
	}
	return b.String(), nil
}
