package policy

import (
	"strings"
	"testing"
)

func TestASourceIsOneTextOrOneInEachLanguage(t *testing.T) {
	p, err := parse([]byte("common:\n  hours_a_day:\n    - {value: 8, source: 县通知}\n    - {value: 7, from: 2027-01-01, source: {zh: 劳动法, en: Labour Law}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	settings := p.sections["common"]["hours_a_day"]
	for i, want := range []Source{{ZH: "县通知", EN: "县通知"}, {ZH: "劳动法", EN: "Labour Law"}} {
		if settings[i].Source != want {
			t.Errorf("setting %d comes from %+v, want %+v", i, settings[i].Source, want)
		}
	}
	if _, err := parse([]byte("common:\n  hours_a_day:\n    - {value: 8, source: {zh: 劳动法, fr: Loi}}\n")); err == nil || !strings.Contains(err.Error(), `not "fr"`) {
		t.Errorf("a source in a language that is not shown: %v", err)
	}
}

// TestNationalSourcesAreWrittenInBothLanguages: a Chinese page shows a Chinese source, an English page an English one.
func TestNationalSourcesAreWrittenInBothLanguages(t *testing.T) {
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
	}
	for section, parameters := range National().sections {
		for name, settings := range parameters {
			for _, s := range settings {
				if !han(s.Source.ZH) || han(s.Source.EN) {
					t.Errorf("%s.%s comes from %+v", section, name, s.Source)
				}
			}
		}
	}
}
