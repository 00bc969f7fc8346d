package docs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type panel struct {
	Type, Title, Description string
	Datasource               *struct{ Type, UID string }
	FieldConfig              struct{ Defaults struct{ Unit string } }
	Targets                  []struct{ Expr string }
	Links                    []struct{ Title, URL string }
	Panels                   []panel
}

type board struct {
	ID         *int64
	UID, Title string
	Links      []struct{ URL string }
	Templating struct {
		List []struct {
			Name, Type string
			Datasource *struct{ UID string }
		}
	}
	Annotations struct {
		List []struct {
			Expr       string
			Datasource struct{ UID string }
		}
	}
	Panels []panel
}

// Grafana itself cannot be run here, nor its linter be had: what goes wrong most on somebody else's Grafana is checked instead.
func TestDashboardsWorkOnSomebodyElsesGrafana(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "dashboards/grafana/dashboards/*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	ranged := regexp.MustCompile(`(rate|increase)\([^\[]*\[([^\]]+)\]`)
	variable := regexp.MustCompile(`\$\{?([a-z_]+)\b`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var b board
		if err := json.Unmarshal(text, &b); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := filepath.Base(file)
		if b.ID != nil || b.UID == "" {
			t.Errorf("%s has the number of one Grafana, or no uid", name)
		}
		var variables []string
		for _, v := range b.Templating.List {
			variables = append(variables, v.Name)
			if v.Type == "query" && (v.Datasource == nil || v.Datasource.UID != "${datasource}") {
				t.Errorf("%s: the variable %s asks another data source than the chosen", name, v.Name)
			}
		}
		used := map[string]bool{"datasource": false}
		for _, m := range variable.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasPrefix(m[1], "__") && !slices.Contains(variables, m[1]) {
				t.Errorf("%s uses the variable %s, which there is not", name, m[1])
			}
			used[m[1]] = true
		}
		for _, v := range variables {
			if !used[v] {
				t.Errorf("%s: the variable %s is used nowhere", name, v)
			}
		}
		languages := 0
		for _, link := range b.Links {
			if strings.HasPrefix(link.URL, "${console}/") && (strings.HasSuffix(link.URL, "lang=zh") || strings.HasSuffix(link.URL, "lang=en")) {
				languages++
			}
		}
		if languages != 2 || len(b.Annotations.List) == 0 || !strings.Contains(b.Annotations.List[0].Expr, "ALERTS") || b.Annotations.List[0].Datasource.UID != "${datasource}" {
			t.Errorf("%s lacks the console in both languages, or the alerts as annotations", name)
		}
		shown := 0
		var look func(all []panel)
		look = func(all []panel) {
			for _, p := range all {
				look(p.Panels)
				if p.Type == "row" {
					continue
				}
				shown++
				where := name + ": " + p.Title
				if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" {
					t.Errorf("%s lacks a title, a description or a unit", where)
				}
				if p.Datasource == nil || p.Datasource.UID != "${datasource}" {
					t.Errorf("%s asks another data source than the chosen", where)
				}
				toConsole, toRunbook := false, false
				for _, link := range p.Links {
					toConsole = toConsole || strings.HasPrefix(link.URL, "${console}/")
					if book, ok := strings.CutPrefix(link.URL, "${runbooks}/"); ok {
						toRunbook = true
						if _, err := os.Stat(filepath.Join("runbooks", book)); err != nil {
							t.Errorf("%s leads to no runbook: %v", where, err)
						}
					}
				}
				if !toConsole || !toRunbook {
					t.Errorf("%s lacks a link to the console or to a runbook", where)
				}
				for _, q := range p.Targets {
					for _, m := range ranged.FindAllStringSubmatch(q.Expr, -1) {
						if m[2] != "$__rate_interval" && !strings.Contains(strings.ToLower(p.Title+p.Description), "hour") {
							t.Errorf("%s: %s(…[%s]): want $__rate_interval, or a title or description that says the time", where, m[1], m[2])
						}
					}
				}
			}
		}
		look(b.Panels)
		if shown < 10 {
			t.Errorf("%s shows %d panels: the test no longer sees them", name, shown)
		}
	}
}
