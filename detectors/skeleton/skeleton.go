// Package skeleton writes the start of a detector of one's own.
package skeleton

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/anxin-project/anxin/detectors/catalog"
	domain "github.com/anxin-project/anxin/internal/domain/catalog"
)

//go:embed detector.sql detector.test.yaml
var skeletons embed.FS

// Write returns the text of a new detector's file and of its tests, which hold: a start for one's own. dir is the
// folder they are meant for.
func Write(id, dir string, scope domain.Scope, group domain.Group) (query, tests string, err error) {
	if err := catalog.ValidID(id); err != nil {
		return "", "", err
	}
	if !slices.Contains(catalog.Groups, group) {
		return "", "", fmt.Errorf("group is %q: want safeguards, payment, foresight or handling", group)
	}
	// how the query and the tests name what a warning is about
	fill := struct{ ID, Dir, Scope, Group, Subject, Payer, Alias string }{ID: id, Dir: dir, Scope: string(scope), Group: string(group)}
	switch scope {
	case domain.Project:
		fill.Subject, fill.Payer, fill.Alias = "slips.scope_id", "project: P1", "P1"
	case domain.Employer:
		fill.Subject, fill.Payer, fill.Alias = "slips.scope_id", "employer: E1", "E1"
	case domain.Township:
		fill.Subject, fill.Payer, fill.Alias = "payers.township", "project: P1", "T1"
	default:
		return "", "", fmt.Errorf("scope is %q: want project, employer or township", scope)
	}
	write := func(name string) (string, error) {
		t, err := template.ParseFS(skeletons, name)
		if err != nil {
			return "", err
		}
		var text strings.Builder
		err = t.Execute(&text, fill)
		return text.String(), err
	}
	if query, err = write("detector.sql"); err != nil {
		return "", "", err
	}
	tests, err = write("detector.test.yaml")
	return query, tests, err
}
