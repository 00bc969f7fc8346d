// Package catalog is the detectors: each one file of SQL with a header, and its tests, in this folder; an office's own lie in
// a folder beside it.
package catalog

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/detectors/policy"
	domain "github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/platform/store"
)

//go:embed *.sql *.test.yaml
var shipped embed.FS

// Detector is one file of the catalogue: a header in a comment, then a query in ClickHouse SQL over a snapshot.
//
// The query returns scope_id, township, level, since, workers, amount_fen and score, before them scope when the header
// names more than one, and one column for each evidence field of the header, by name. It takes as_of and the header's
// parameters. With after: in its header it runs once the detectors of that group have, and finds in the table warnings
// what detectors without after: found on the same date.
type Detector struct {
	domain.Header
	Query string
	// Tests is the text of the test file beside it; empty when there is none.
	Tests []byte
}

// lawsFile is the file of laws beside detectors of one's own.
const lawsFile = "laws.yaml"

// Laws returns the register of the laws that detectors cite: the shipped one and, when there is a laws.yaml in dir, that laid
// over it. Errors name the file and the line.
func Laws(dir string) (*law.Registry, error) {
	laws := law.Shipped()
	if dir == "" {
		return laws, nil
	}
	name := filepath.Join(dir, lawsFile)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return laws, nil
	}
	if err == nil {
		laws, err = laws.With(text)
	}
	if err != nil {
		return nil, fmt.Errorf("laws %s: %w", name, err)
	}
	return laws, nil
}

// Read reads the detectors: those shipped with Anxin and, when dir is not empty, those in dir, which may replace
// shipped ones by their id. A detector rests on registered laws alone. Errors name the file and what is wrong with it.
func Read(dir string) ([]Detector, error) {
	laws, err := Laws(dir)
	if err != nil {
		return nil, err
	}
	all, err := readCatalogue(shipped, laws)
	if err != nil || dir == "" {
		return all, err
	}
	if _, err := os.ReadDir(dir); err != nil {
		return nil, fmt.Errorf("detectors in %s: %w", dir, err)
	}
	own, err := readCatalogue(os.DirFS(dir), laws)
	if err != nil {
		return nil, fmt.Errorf("detectors in %s: %w", dir, err)
	}
	for _, d := range own {
		all = slices.DeleteFunc(all, func(s Detector) bool { return s.ID == d.ID })
		all = append(all, d)
	}
	sortCatalogue(all)
	return all, nil
}

// Headers returns what the rest of Anxin knows of detectors.
func Headers(all []Detector) []domain.Header {
	headers := make([]domain.Header, len(all))
	for i, d := range all {
		headers[i] = d.Header
	}
	return headers
}

func readCatalogue(root fs.FS, laws *law.Registry) ([]Detector, error) {
	names, err := fs.Glob(root, "*.sql")
	if err != nil {
		return nil, err
	}
	var all []Detector
	var problems []error
	for _, name := range names {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, err
		}
		d, err := parse(strings.TrimSuffix(path.Base(name), ".sql"), string(text), laws)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
			continue
		}
		tests, err := fs.ReadFile(root, d.ID+".test.yaml")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		d.Tests = tests
		all = append(all, d)
	}
	sortCatalogue(all)
	return all, errors.Join(problems...)
}

// Groups of the catalogue in their order.
var Groups = []domain.Group{domain.Safeguards, domain.Payment, domain.Foresight, domain.Handling}

func sortCatalogue(all []Detector) {
	slices.SortFunc(all, func(a, b Detector) int {
		return cmp.Or(cmp.Compare(slices.Index(Groups, a.Group), slices.Index(Groups, b.Group)), strings.Compare(a.ID, b.ID))
	})
}

// Parse reads the file of the detector id, which may cite the laws of the shipped register.
func Parse(id, text string) (Detector, error) { return parse(id, text, law.Shipped()) }

func parse(id, text string, laws *law.Registry) (Detector, error) {
	header, query, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(text), "/*"), "*/")
	if !ok || !strings.HasPrefix(strings.TrimSpace(text), "/*") {
		return Detector{}, errors.New("the file must begin with its header in a comment: /* id: … */")
	}
	var d Detector
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(header)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&d.Header); err != nil {
		return Detector{}, fmt.Errorf("header: %w", err)
	}
	d.Query = strings.TrimSuffix(strings.TrimSpace(query), ";")
	return d, errors.Join(d.validate(id), registered(laws, text, header))
}

// registered finds citations of a header's basis that the register of laws does not have. Its lines are those of the file.
func registered(laws *law.Registry, text, header string) error {
	above := strings.Count(text[:strings.Index(text, header)], "\n")
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(header), &root); err != nil || len(root.Content) == 0 {
		return err
	}
	var problems []error
	fields := root.Content[0].Content
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i].Value != "basis" {
			continue
		}
		for _, citation := range fields[i+1].Content {
			if _, err := laws.Cite(citation.Value); err != nil {
				problems = append(problems, fmt.Errorf("line %d: basis: %w", above+citation.Line, err))
			}
		}
	}
	return errors.Join(problems...)
}

// idForm is how an id is written: it is a file name, a label of metrics, a section of policy and part of addresses.
var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// ValidID tells what is wrong with the id of a detector.
func ValidID(id string) error {
	if !idForm.MatchString(id) || len(id) > 60 {
		return fmt.Errorf("%q is no detector's id: want small letters, digits and single hyphens, such as crane-idle", id)
	}
	if slices.Contains([]string{"common", "sources", "index", "casework", "editions", "grades", "rates", "backtest", "owed", "public", "bulletin", "numbers"}, id) {
		return fmt.Errorf("%q is a section of policy and cannot be a detector's id", id)
	}
	return nil
}

// enumerations lists those whose codes have words.
func enumerations() string {
	var names []string
	for _, n := range codebook.Names() {
		names = append(names, string(n))
	}
	return strings.Join(names, ", ")
}

func (d Detector) validate(id string) error {
	var problems []error
	fail := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if err := ValidID(id); err != nil {
		problems = append(problems, err)
	}
	if d.ID != id {
		fail("header id is %q, the file says %q", d.ID, id)
	}
	if d.Query == "" {
		fail("there is no query after the header")
	}
	for name, text := range map[string]domain.Text{"title": d.Title, "question": d.Question, "advice": d.Advice} {
		if text.ZH == "" || text.EN == "" {
			fail("%s needs zh and en", name)
		}
	}
	if !slices.Contains(Groups, d.Group) {
		fail("group is %q: want safeguards, payment, foresight or handling", d.Group)
	}
	switch {
	case d.After == "":
	case !slices.Contains(Groups, d.After):
		fail("after is %q: want safeguards, payment, foresight or handling", d.After)
	case d.After == d.Group:
		fail("after is the detector's own group %q: it would wait for itself", d.After)
	}
	if !slices.Contains([]domain.Mark{"", domain.OrderUnmet, domain.Underfunded, domain.Undeposited}, d.Marks) {
		fail("marks is %q: want order_unmet, underfunded, undeposited or nothing", d.Marks)
	}
	if len(d.Scopes) == 0 {
		fail("scope is missing: project, employer or township")
	}
	for _, s := range d.Scopes {
		if !slices.Contains([]domain.Scope{domain.Project, domain.Employer, domain.Township}, s) {
			fail("scope %q: want project, employer or township", s)
		}
	}
	if len(d.Basis) == 0 {
		fail("basis is missing: the articles of law the detector rests on")
	}
	if len(d.Levels) == 0 {
		fail("levels is missing: what makes it yellow, what red")
	}
	for level, text := range d.Levels {
		if level != domain.Yellow && level != domain.Red || text.ZH == "" || text.EN == "" {
			fail("levels.%s: want yellow or red, each with zh and en", level)
		}
	}
	for _, level := range d.Hints {
		if _, ok := d.Levels[level]; !ok {
			fail("hints names %s, which is not among levels", level)
		}
	}
	if d.Department == "" {
		fail("department is missing: sector or human_resources")
	}
	for _, name := range store.Placeholders(d.Query) {
		if p, ok := d.Params[name]; name != "as_of" && (!ok || p.InSnapshot) {
			fail("the query takes {%s:…}, which is not among params", name)
		}
	}
	for name, p := range d.Params {
		if !p.InSnapshot && !slices.Contains(store.Placeholders(d.Query), name) {
			fail("params.%s is not used by the query", name)
		}
		if p.Text.ZH == "" || p.Text.EN == "" || p.Unit == "" {
			fail("params.%s needs text (zh, en) and unit", name)
		}
		if !slices.Contains(policy.Types(), p.Type) {
			fail("params.%s: type is %q: want one of %s", name, p.Type, strings.Join(policy.Types(), ", "))
		}
		if p.Codes != "" && !codebook.Known(codebook.Name(p.Codes)) {
			fail("params.%s: codes is %q: want one of %s", name, p.Codes, enumerations())
		}
	}
	seen := map[string]bool{}
	for _, f := range d.Evidence {
		if f.Name == "" || f.Label.ZH == "" || f.Label.EN == "" || f.Unit == "" {
			fail("evidence %q needs name, label (zh, en) and unit", f.Name)
		}
		if (f.Codes != "" || f.Words != nil) && f.Unit != domain.Plain {
			fail("evidence %q has the unit %s: only a text has codes or words", f.Name, f.Unit)
		}
		if f.Codes != "" && !codebook.Known(codebook.Name(f.Codes)) {
			fail("evidence %q: codes is %q: want one of %s", f.Name, f.Codes, enumerations())
		}
		for code, text := range f.Words {
			if text.ZH == "" || text.EN == "" {
				fail("evidence %q: words.%s needs zh and en", f.Name, code)
			}
		}
		if seen[f.Name] {
			fail("evidence %q is there twice", f.Name)
		}
		seen[f.Name] = true
	}
	return errors.Join(problems...)
}
