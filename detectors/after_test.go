package detectors_test

import (
	"strings"
	"testing"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
)

func TestADetectorAfterAGroupReadsWhatItFoundOnTheSameDate(t *testing.T) {
	b := open(t, policy.National())
	story := b.tell(t, `
projects: [{id: P1}, {id: P2}]
proceedings:
  - {project: P2, opened_on: 2026-08-20, due_on: 2026-09-16}
`)
	linked := func(found []pass.Warning) (subjects []string) {
		for _, w := range found {
			if w.Detector == "linked-employer" {
				subjects = append(subjects, story.Alias(w.ScopeID))
			}
		}
		return subjects
	}
	for _, at := range []struct{ asOf, want string }{{"2026-09-17", "P1"}, {"2026-09-16", ""}} {
		if got := strings.Join(linked(b.pass(t, at.asOf).Active()), " "); got != at.want {
			t.Errorf("a pass as of %s warns of %q, want %q", at.asOf, got, at.want)
		}
		found, err := b.Judge(t.Context(), date(t, at.asOf), "linked-employer")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(linked(found), " "); got != at.want || len(found) > 1 {
			t.Errorf("judged alone as of %s it finds %v, want %q and nothing of other detectors", at.asOf, found, at.want)
		}
	}
}

func TestADetectorComesAfterAnotherKnownGroup(t *testing.T) {
	catalogue, err := shipped.Read("")
	if err != nil {
		t.Fatal(err)
	}
	text := func(after string) string {
		return `/*
id: one
title: {zh: 一, en: one}
question: {zh: 一, en: one}
group: foresight
after: ` + after + `
scope: [project]
department: sector
basis: [Reg. 1]
levels: {red: {zh: 一, en: one}}
advice: {zh: 一, en: one}
*/
SELECT 1`
	}
	for after, want := range map[string]string{"payment": "", "payments": `after is "payments"`, "foresight": "own group"} {
		_, err := shipped.Parse("one", text(after))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("after: %s gives %v, want %q", after, err, want)
		}
	}
	for _, one := range catalogue {
		if one.ID == "linked-employer" && one.After != "handling" {
			t.Errorf("linked-employer comes after %q", one.After)
		}
	}
}
