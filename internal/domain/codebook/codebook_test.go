package codebook

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/rates"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// constants returns the values of the text constants of a type in files of the module. Read from the source, so that nobody
// has to remember to add a new one here.
func constants(t *testing.T, files, typeName string) []string {
	t.Helper()
	var values []string
	declarations(t, files, func(spec *ast.ValueSpec) {
		if name, _ := spec.Type.(*ast.Ident); name == nil || name.Name != typeName {
			return
		}
		for _, v := range spec.Values {
			values = append(values, literals(t, v)...)
		}
	})
	if len(values) == 0 {
		t.Fatalf("no constant of type %s in %s", typeName, files)
	}
	return values
}

// enums returns the members of the variables of a type that lists them, by the variables' names.
func enums(t *testing.T, files, typeName string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	declarations(t, files, func(spec *ast.ValueSpec) {
		for i, v := range spec.Values {
			if list, ok := v.(*ast.CompositeLit); ok {
				if name, _ := list.Type.(*ast.Ident); name != nil && name.Name == typeName {
					found[spec.Names[i].Name] = literals(t, list.Elts...)
				}
			}
		}
	})
	if len(found) == 0 {
		t.Fatalf("no variable of type %s in %s", typeName, files)
	}
	return found
}

func declarations(t *testing.T, pattern string, each func(*ast.ValueSpec)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../../..", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s: %v", pattern, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if declaration, ok := d.(*ast.GenDecl); ok {
				for _, s := range declaration.Specs {
					if spec, ok := s.(*ast.ValueSpec); ok {
						each(spec)
					}
				}
			}
		}
	}
}

func literals(t *testing.T, values ...ast.Expr) []string {
	t.Helper()
	var texts []string
	for _, v := range values {
		if literal, ok := v.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
	}
	return texts
}

// ofRecords are the enumerations of ingest/record by the names of their variables.
var ofRecords = map[string][]Name{
	"sectors": {Sector}, "industries": {Industry, Sector}, "investments": {Investment}, "projectStatuses": {ProjectStatus},
	"employerStatuses": {EmployerStatus}, "depositForms": {DepositForm}, "idTypes": {IDType}, "wageBases": {WageBasis},
	"payChannels": {PayChannel}, "entryKinds": {EntryKind}, "leadChannels": {LeadChannel}, "leadStatuses": {LeadStatus},
	"incidents": {Incident}, "conclusions": {Conclusion}, "proceedingKinds": {Proceeding}, "outcomes": {Outcome, OrderOutcome},
	"indicators": {Indicator}, "closureReasons": {ClosureReason}, "voiceAnswers": {VoiceAnswer},
}

func TestEveryCodeOfARecordHasItsWords(t *testing.T) {
	for variable, codes := range enums(t, "ingest/record/*.go", "enum") {
		names := ofRecords[variable]
		if names == nil {
			t.Errorf("the codebook knows no enumeration for ingest/record's %s (%s)", variable, strings.Join(codes, ", "))
		}
		for _, name := range names {
			whole(t, name, codes)
		}
	}
}

func TestEveryCodeOfTheOtherPackagesHasItsWords(t *testing.T) {
	for _, one := range []struct {
		name            Name
		files, typeName string
	}{
		{Topic, "ingest/record/wiring.go", "Topic"},
		{Reject, "ingest/record/reject.go", "Reason"},
		{Fault, "internal/domain/quality/*.go", "Fault"},
		{RunKind, "internal/domain/runs/runs.go", "Kind"},
		{RunStatus, "internal/domain/runs/runs.go", "Status"},
		{Level, "internal/domain/catalog/catalog.go", "Level"},
		{Scope, "internal/domain/catalog/catalog.go", "Scope"},
		{Group, "internal/domain/catalog/catalog.go", "Group"},
		{Light, "detectors/index/*.go", "Light"},
		{Component, "detectors/index/*.go", "Component"},
		{Cap, "detectors/index/*.go", "Reason"},
		{Act, "detectors/index/*.go", "Act"},
		{Actor, "detectors/index/*.go", "Actor"},
		{Stage, "internal/domain/casefile/stage.go", "Stage"},
		{SidePath, "internal/domain/casefile/stage.go", "SidePath"},
		{EntryStage, "internal/domain/casefile/blacklist.go", "EntryStage"},
		{DeadlineKind, "internal/domain/casefile/deadline.go", "DeadlineKind"},
		{DeadlineState, "internal/domain/casefile/deadline.go", "DeadlineState"},
		{CaseOffice, "internal/domain/casefile/department.go", "Department"},
		{Department, "internal/domain/casefile/department.go", "Department"},
		{Capacity, "internal/domain/casefile/blacklist.go", "Capacity"},
		{Bar, "internal/domain/casefile/blacklist.go", "BarKind"},
		{Role, "internal/domain/access/person.go", "Role"},
		{LeadStatus, "internal/domain/leadfile/leadfile.go", "Status"},
		{Conclusion, "internal/domain/leadfile/leadfile.go", "Conclusion"},
		{LeadEvent, "internal/domain/leadfile/leadfile.go", "Kind"},
		{LeadAction, "internal/domain/leadfile/leadfile.go", "ActionKind"},
		{Settlement, "internal/domain/leadfile/leadfile.go", "SettlementState"},
	} {
		whole(t, one.name, constants(t, one.files, one.typeName))
	}
	whole(t, TalksGround, []string{edition.RedInARow, edition.RedAndLast})
	whole(t, Measure, []string{rates.ArbitrationClosing, rates.MediationSuccess, rates.LeadResolution})
}

// whole holds an enumeration against the codes it is to have.
func whole(t *testing.T, name Name, codes []string) {
	t.Helper()
	for _, code := range codes {
		if _, ok := Word(name, code); !ok {
			t.Errorf("%s lacks the code %q", name, code)
		}
	}
}

func TestEveryCodeIsSaidInBothLanguagesAndIsThereOnce(t *testing.T) {
	chinese := regexp.MustCompile(`\p{Han}`)
	for _, name := range Names() {
		seen := map[string]bool{}
		for _, code := range Codes(name) {
			text, _ := Word(name, code)
			if strings.TrimSpace(text.ZH) == "" || strings.TrimSpace(text.EN) == "" || text.ZH == code {
				t.Errorf("%s %q is said as %+v", name, code, text)
			}
			if chinese.MatchString(text.EN) || !chinese.MatchString(text.ZH) && code != "not_json" {
				t.Errorf("%s %q is in the wrong language: %+v", name, code, text)
			}
			if seen[code] {
				t.Errorf("%s has %q twice", name, code)
			}
			seen[code] = true
		}
	}
}

func TestAnOrderIsObeyedOrNotWhereOtherProceedingsSucceedOrFail(t *testing.T) {
	for _, c := range []struct{ kind, outcome, zh, en string }{
		{"rectification_order", "failed", "未履行", "not obeyed"},
		{"administrative_decision", "failed", "未履行", "not obeyed"},
		{"mediation", "failed", "未成", "failed"},
		{"mediation", "agreed_later", "agreed_later", "agreed_later"},
	} {
		if zh, en := OfOutcome(c.kind, c.outcome, "zh"), OfOutcome(c.kind, c.outcome, "en"); zh != c.zh || en != c.en {
			t.Errorf("a %s that %s is said as %s, %s", c.kind, c.outcome, zh, en)
		}
	}
}

func TestAFieldsOwnWordsComeBeforeThoseOfItsEnumeration(t *testing.T) {
	own := catalog.Text{ZH: "塔吊", EN: "crane"}
	f := catalog.Field{Codes: string(PayChannel), Words: map[string]catalog.Text{"cash": own}}
	if got, ok := OfField(f, "cash"); !ok || got != own {
		t.Errorf("got %+v", got)
	}
	if got, ok := OfField(f, "in_kind"); !ok || got.ZH != "实物" {
		t.Errorf("got %+v", got)
	}
	if got, ok := OfField(f, "barter"); ok {
		t.Errorf("a code that nobody knows is said as %+v", got)
	}
}

// What names itself lists all its codes: pages go by the lists.
func TestListsOfWhatNamesItselfAreWhole(t *testing.T) {
	for _, one := range []struct {
		file, typeName string
		listed         []string
	}{
		{"domain/casefile/stage.go", "Stage", texts(casefile.Stages)},
		{"domain/casefile/stage.go", "SidePath", texts(casefile.SidePaths)},
		{"domain/casefile/blacklist.go", "EntryStage", texts(casefile.EntryStages)},
		{"domain/casefile/deadline.go", "DeadlineKind", texts(casefile.DeadlineKinds)},
		{"domain/casefile/department.go", "Department", texts(casefile.Departments)},
		{"domain/access/person.go", "Role", texts(access.Roles)},
		{"domain/leadfile/leadfile.go", "Status", texts(leadfile.Statuses)},
		{"domain/leadfile/leadfile.go", "Conclusion", texts(leadfile.Conclusions)},
		{"domain/leadfile/leadfile.go", "Kind", texts(leadfile.Kinds)},
		{"domain/leadfile/leadfile.go", "ActionKind", texts(leadfile.ActionKinds)},
		{"domain/leadfile/leadfile.go", "SettlementState", texts(leadfile.SettlementStates)},
	} {
		values := constants(t, "internal/"+one.file, one.typeName)
		slices.Sort(values)
		if listed := slices.Sorted(slices.Values(one.listed)); !slices.Equal(values, listed) {
			t.Errorf("the constants of %s are %v, listed are %v", one.typeName, values, listed)
		}
	}
}

func texts[T ~string](values []T) []string {
	var all []string
	for _, v := range values {
		all = append(all, string(v))
	}
	return all
}
