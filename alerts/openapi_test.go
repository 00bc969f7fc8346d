package alerts

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/docs/reference"
	"github.com/anxin-project/anxin/internal/api"
	"github.com/anxin-project/anxin/internal/casefile"
)

type openAPI struct {
	Paths      map[string]map[string]yaml.Node `yaml:"paths"`
	Components struct {
		Schemas map[string]struct {
			Enum       []string             `yaml:"enum"`
			Properties map[string]yaml.Node `yaml:"properties"`
		} `yaml:"schemas"`
		Responses map[string]yaml.Node `yaml:"responses"`
	} `yaml:"components"`
}

func TestEveryRouteIsDescribedAndNothingElse(t *testing.T) {
	var d openAPI
	if err := yaml.Unmarshal(reference.OpenAPI, &d); err != nil {
		t.Fatal(err)
	}
	var described, served []string
	for path, methods := range d.Paths {
		for method, node := range methods {
			described = append(described, strings.ToUpper(method)+" "+path)
			var operation struct {
				Summary    string              `yaml:"summary"`
				Security   *[]map[string][]any `yaml:"security"`
				Responses  map[string]any      `yaml:"responses"`
				Parameters []struct{ Name, In string }
			}
			if err := node.Decode(&operation); err != nil {
				t.Fatalf("%s %s: %v", method, path, err)
			}
			if operation.Summary == "" || len(operation.Responses) == 0 {
				t.Errorf("%s %s lacks a summary or its answers", method, path)
			}
			for _, part := range strings.Split(path, "{")[1:] {
				name, _, _ := strings.Cut(part, "}")
				if !slices.Contains(operation.Parameters, struct{ Name, In string }{name, "path"}) {
					t.Errorf("%s %s does not describe {%s}", method, path, name)
				}
			}
			// Who is let in is described as it is.
			says := "person"
			if operation.Security != nil {
				var schemes []string
				for _, s := range *operation.Security {
					for name := range s {
						schemes = append(schemes, name)
					}
				}
				says = strings.Join(schemes, " ")
			}
			for _, r := range (&Alerts{}).routes() {
				if r.path == path && strings.EqualFold(r.method, method) {
					want := map[admits]string{anybody: "", webhooks: "token clientCertificate", readers: "token person", onlyNamed: "person"}[r.admits]
					if says != want {
						t.Errorf("%s %s is described for %q, and lets in %q", method, path, says, want)
					}
				}
			}
		}
	}
	for _, r := range (&Alerts{}).routes() {
		served = append(served, r.method+" "+r.path)
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described\n%s\nserved\n%s", strings.Join(described, "\n"), strings.Join(served, "\n"))
	}
}

func TestWithoutAWayToTellPersonsNobodyActs(t *testing.T) {
	c := DefaultConfiguration()
	c.Token = "a-token-of-the-tests"
	a := &Alerts{config: c}
	handler := a.Handler()
	for _, r := range a.routes() {
		if r.admits != onlyNamed {
			if r.method != http.MethodGet && r.path != webhookPath {
				t.Errorf("%s %s changes something and is open to more than persons", r.method, r.path)
			}
			continue
		}
		for _, auth := range []string{"", "Bearer " + c.Token} { // the token stands for no person
			request := httptest.NewRequest(r.method, strings.NewReplacer("{id}", "x", "{paper}", "notice").Replace(r.path), strings.NewReader("{}"))
			request.Header.Set("Authorization", auth)
			request.Header.Set("If-Match", `"1"`)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code != http.StatusUnauthorized || !strings.Contains(answer.Body.String(), `"code":"unauthorized"`) {
				t.Errorf("%s %s with %q: %d %s, want 401", r.method, r.path, auth, answer.Code, answer.Body)
			}
		}
	}
}

func TestTheSchemasHaveTheFieldsAndWordsOfTheTypes(t *testing.T) {
	var d openAPI
	if err := yaml.Unmarshal(reference.OpenAPI, &d); err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]any{
		"Problem": api.Problem{}, "Case": casefile.Case{}, "Event": casefile.Event{}, "Action": casefile.Action{}, "Deadline": casefile.Deadline{},
		"Entry": casefile.Entry{}, "EntryAction": casefile.EntryAction{}, "ListedPerson": casefile.ListedPerson{}, "Publication": blacklist.Publication{},
	} {
		var want, got []string
		for i := range reflect.TypeOf(of).NumField() {
			tag, _, _ := strings.Cut(reflect.TypeOf(of).Field(i).Tag.Get("json"), ",")
			if tag != "" && tag != "-" {
				want = append(want, tag)
			}
		}
		for property := range d.Components.Schemas[name].Properties {
			got = append(got, property)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s is described with %v, has %v", name, got, want)
		}
	}
	for name, of := range map[string]any{
		"Stage": casefile.Stages, "EntryStage": casefile.EntryStages, "SidePath": casefile.SidePaths, "Department": casefile.Departments,
	} {
		var words []string
		for i := range reflect.ValueOf(of).Len() {
			words = append(words, reflect.ValueOf(of).Index(i).String())
		}
		if got := d.Components.Schemas[name].Enum; fmt.Sprint(got) != fmt.Sprint(words) {
			t.Errorf("%s is described as %v, is %v", name, got, words)
		}
	}
	for _, ref := range strings.Split(string(reference.OpenAPI), `$ref: "#/components/`)[1:] {
		ref, _, _ = strings.Cut(ref, `"`)
		kind, name, _ := strings.Cut(ref, "/")
		_, schema := d.Components.Schemas[name]
		_, response := d.Components.Responses[name]
		if kind == "schemas" && !schema || kind == "responses" && !response {
			t.Errorf("#/components/%s is not there", ref)
		}
	}
}
