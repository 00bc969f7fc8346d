package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/pages/casework"
	"github.com/anxin-project/anxin/dashboards/console/pages/system"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// constants returns the values of the text constants of a type in a folder of the module; of those that the type's name ""
// leaves untyped, where a file is named. Read from the source, so that nobody has to remember to add a new one here.
func constants(t *testing.T, folder, typeName string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", folder))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s: %v", folder, err)
	}
	var values []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			declaration, ok := d.(*ast.GenDecl)
			if !ok || declaration.Tok != token.CONST {
				continue
			}
			for _, s := range declaration.Specs {
				spec := s.(*ast.ValueSpec)
				name, _ := spec.Type.(*ast.Ident)
				if (name == nil) != (typeName == "") || name != nil && name.Name != typeName {
					continue
				}
				for _, v := range spec.Values {
					if literal, ok := v.(*ast.BasicLit); ok && literal.Kind == token.STRING {
						text, err := strconv.Unquote(literal.Value)
						if err != nil {
							t.Fatal(err)
						}
						values = append(values, text)
					}
				}
			}
		}
	}
	if len(values) == 0 {
		t.Fatalf("no constant of type %q in %s", typeName, folder)
	}
	return values
}

// found returns what a pattern's first group finds in files of this folder.
func found(t *testing.T, pattern string, files ...string) []string {
	t.Helper()
	var all []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			all = append(all, m[1])
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s finds nothing in %v", pattern, files)
	}
	return all
}

// Keys that pages put together when they run: for every value of an enumeration there is a text.
func TestEveryValueOfAnEnumerationHasItsText(t *testing.T) {
	for _, group := range []struct {
		name   string
		values []string
	}{
		{"do.", constants(t, "internal/domain/casefile/action.go", "ActionKind")},
		{"closing.", constants(t, "internal/domain/closure/closure.go", "ActionKind")},
		{"listing.", constants(t, "internal/domain/casefile/blacklist.go", "EntryActionKind")},
		{"event.", constants(t, "internal/domain/casefile/casefile.go", "Kind")},
		{"event.", constants(t, "alerts/blacklist/fold.go", "")},
		{"why.", found(t, `Refuse\("([a-z_]+)"`, "../../alerts/cases/act.go", "../../alerts/cases/perform.go", "../../alerts/cases/remedies.go", "../../alerts/cases/numbers.go", "../../alerts/blacklist/judge.go", "../../alerts/blacklist/store.go", "pages/casework/forms.go")},
		{"why.", found(t, `problem\{Code: "([a-z_]+)"`, "pages/casework/casework.go")},
		{"paper.", found(t, `Papers(?:: \[\]string\{| = append\(d\.Papers, )"([a-z_]+)"`, "pages/casework/entries.go")},
		{"field.", found(t, `\{Name: "([a-z0-9_]+)"`, "pages/casework/case.go", "pages/casework/entries.go", "pages/casework/remedies.go")},
		{"remedy.", constants(t, "internal/domain/casefile/remedy.go", "Remedy")},
		{"tasks.light.", constants(t, "internal/domain/casefile/task.go", "TaskLight")},
		{"board.", constants(t, "internal/domain/casefile/board.go", "Board")},
		{"board.by.", constants(t, "internal/domain/casefile/board.go", "BoardBy")},
		{"field.", found(t, `\bsay\("([a-z0-9_]+)"`, "pages/casework/events.go")},
		{"field.", []string{casework.CapacityField[casefile.LegalRepresentative], casework.CapacityField[casefile.DirectlyResponsible]}},
		{"owed.no_", []string{"lists", "gate", "ledger"}},
		{"owed.", []string{"lists_until", "gate_until", "ledger_until", "line_listed", "line_unbooked", "line_underlisted", "line_unlisted", "line_staff", "no_own_lists"}},
		{"failure.", found(t, `d\.Key(?:, d\.Parameters)? = http\.Status[A-Za-z]+, "([a-z]+)"`, "web/failure.go")},
		{"failure.", found(t, `Key: "([a-z]+)"`, "web/failure.go")},
		{"signin.", found(t, `Problem: "([a-z]+)"`, "pages/people/enter.go")},
		{"password.", found(t, `refuse\("([a-z]+)"`, "pages/people/enter.go")},
		{"password.", found(t, `ErrWeakPassword\{"([a-z]+)"`, "../../internal/platform/access/people/password.go", "../../internal/platform/access/people/people.go")},
	} {
		for _, value := range group.values {
			key := group.name + value
			if group.name == "failure." {
				key += ".text"
			}
			if _, ok := language.LookUp(key); !ok {
				t.Errorf("%q has no text", key)
			}
		}
	}
}

// The pages offer every action there is, and every action that a form asks for can be named.
func TestThePagesOfferEveryAction(t *testing.T) {
	if all := constants(t, "internal/domain/casefile/action.go", "ActionKind"); len(all) != len(casework.CaseActions)+len(casework.RemedyActions) {
		t.Errorf("%d actions on a case, pages offer %d", len(all), len(casework.CaseActions)+len(casework.RemedyActions))
	}
	if all := constants(t, "internal/domain/casefile/blacklist.go", "EntryActionKind"); len(all) != len(casework.EntryActions)+1 { // and propose, on a page of its own
		t.Errorf("%d actions on an entry, pages offer %d", len(all), len(casework.EntryActions))
	}
}

// Whatever may stand in the audit log is said in words: what routes, the gate, the vault, casework and commands write.
func TestEveryAuditedActionHasItsWord(t *testing.T) {
	var actions []string
	for _, r := range (&Console{}).table() {
		if r.Audited != "" {
			actions = append(actions, r.Audited)
		}
	}
	written := regexp.MustCompile(`(?:Action: |\.record\(r, [^,]+, |\.noted\(w, r, by, |change\(cmd, configPath, |short, action := "enable", "[^"]*", |use, short, action = "disable", "[^"]*", )"([a-z_]+)"`)
	for _, pattern := range []string{"../../internal/platform/access/*/*.go", "../../alerts/*.go", "../../cmd/anxin/*.go", "../../internal/app/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range written.FindAllStringSubmatch(string(text), -1) {
				actions = append(actions, m[1])
			}
		}
	}
	for _, kind := range casework.CaseActions {
		actions = append(actions, "case."+string(kind))
	}
	for _, kind := range leadfile.ActionKinds {
		actions = append(actions, "lead."+string(kind))
	}
	for _, kind := range constants(t, "internal/domain/closure/closure.go", "ActionKind") {
		actions = append(actions, "closure."+kind)
	}
	for _, kind := range append(slices.Clone(casework.EntryActions), casefile.Propose) {
		actions = append(actions, "blacklist."+string(kind))
	}
	for _, want := range []string{"sign_in", "locked_out", "reveal", "token_made", "person_disabled", "scorecard_adopted", "export", "print", "read_entry", "case.accept"} {
		if !slices.Contains(actions, want) {
			t.Errorf("%s is not found: the patterns no longer see it", want)
		}
	}
	for _, action := range actions {
		for _, l := range language.Locales {
			if word := system.Audited(l, action); strings.Contains(word, "_") || strings.HasSuffix(word, action) {
				t.Errorf("the audit log's %q is shown as %q", action, word)
			}
		}
	}
}
