package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/testing/browsertest"
)

// Every page type in both languages and both schemes, as axe-core sees it; and on a phone, where tables become cards.
func TestNoPageHasABarrier(t *testing.T) {
	browsertest.Axe(t)
	s := serve(t, small)
	s.fillWorkers(t)
	s.fillRecords(t)
	for _, screen := range []struct {
		name   string
		width  int64
		scheme string
	}{{"desk, light", 1366, "light"}, {"desk, dark", 1366, "dark"}, {"phone, light", 390, "light"}} {
		t.Run(screen.name, func(t *testing.T) {
			b := browsertest.Open(t, screen.width, 800)
			b.Do(t, browsertest.ColourScheme(screen.scheme))
			s.enterBy(t, b, overseer.ID)
			for _, l := range language.Locales {
				for i, path := range append(everyPage, "/blacklist", "/nothing", "/ranking?sort=odd") {
					separator := "?"
					if containsQuery(path) {
						separator = "&"
					}
					if i == 0 {
						path += separator + "lang=" + string(l)
					}
					b.Do(t, chromedp.Navigate(s.url+path))
					found := b.Barriers(t)
					if strings.HasPrefix(path, "/overview/wall") { // a screen that nobody works at: that it asks for itself anew is what it is for
						found = strings.Join(slices.DeleteFunc(strings.Split(found, "\n"), func(line string) bool { return strings.HasPrefix(line, "meta-refresh ") }), "\n")
					}
					if found != "" {
						t.Errorf("%s in %s:\n%s", path, l, found)
					}
				}
			}
		})
	}
	t.Run("sign-in", func(t *testing.T) {
		b := browsertest.Open(t, 1366, 800)
		for _, l := range language.Locales {
			b.Do(t, chromedp.Navigate(fmt.Sprintf("%s/sign-in?lang=%s", s.url, l)))
			if found := b.Barriers(t); found != "" {
				t.Errorf("the sign-in page in %s:\n%s", l, found)
			}
		}
	})
}
