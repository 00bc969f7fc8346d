package policy

import (
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// FuzzWith holds that no policy file panics, and that one that is taken answers for every parameter, anywhere and at any time.
func FuzzWith(f *testing.F) {
	f.Add(national[:2000])
	f.Add([]byte("wages-overdue: {yellow_days: [{value: 5, region: \"33\", from: 2026-01-01, source: x}]}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("a: &a [1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n"))
	f.Add([]byte("common: {x: [{value: 1e999999999, source: x}]}\n"))
	base := National()
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := base.With(text, []catalog.Header{own})
		if err != nil {
			return
		}
		if p.Version() == base.Version() && len(text) > 0 {
			t.Fatal("another policy has the same version")
		}
		for _, section := range p.Sections() {
			for _, name := range p.Names(section) {
				for _, region := range []string{"", "331024001"} {
					p.Lookup(section, name, region, civil.NewDate(2026, 10, 31))
				}
			}
		}
	})
}
