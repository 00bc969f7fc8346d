package console

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/testing/browsertest"
)

// Looking at the pages: ANXIN_SCREENSHOTS=DIR go test -run TestScreenshots ./dashboards/console writes every page in
// both languages, at an office screen's and a phone's width, and in the dark scheme.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("ANXIN_SCREENSHOTS")
	if dir == "" {
		t.Skip("set ANXIN_SCREENSHOTS to a folder to look at the pages")
	}
	s := serve(t, small)
	pages := map[string]string{
		"overview": "/overview?place=3310", "overview-county": "/overview?place=331024", "province": "/overview", "wall": "/overview/wall?place=3310", "overview-leads": "/overview/leads", "todo": "/work", "todo-bulletin": "/bulletins/331024/2026-09",
		"ranking": "/ranking", "county": "/ranking?county=331024", "township": "/townships/331024001", "capped": "/townships/331024103", "prefecture": "/units/3310",
		"warnings": "/warnings?open=wages-overdue/" + projectID + "/2026-10-31", "project": "/subjects/project/" + projectID,
		"employer": "/subjects/employer/" + employerID, "cases": "/cases", "case": "/cases/project:" + projectID,
		"editions": "/editions", "edition": "/editions/6?county=331024", "diff": "/editions/6/diff?with=4&county=331024", "plan": "/plan", "rates": "/rates",
		"explain": "/explain/331024001", "idlecap": "/townships/331024003", "countypage": "/units/331024",
		"rulebook": "/detectors", "rule": "/detectors/wages-overdue", "quality": "/quality", "search": "/search?q=工程", "about": "/about", "missing": "/nothing", "bad": "/ranking?sort=x&light=blue",
	}
	shoot := func(b *browsertest.Browser, name, url string) {
		b.Do(t, chromedp.Navigate(url))
		if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Screenshot(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"1366", 1366, 768}, {"390", 390, 844}} {
		b := browsertest.Open(t, screen.width, screen.height)
		s.enterBy(t, b, overseer.ID)
		for name, path := range pages {
			if only := os.Getenv("ANXIN_SCREENSHOTS_OF"); only != "" && !strings.HasPrefix(name, only) {
				continue
			}
			for _, l := range language.Locales {
				separator := "?"
				if containsQuery(path) {
					separator = "&"
				}
				shoot(b, name+"-"+string(l)+"-"+screen.name, s.url+path+separator+"lang="+string(l))
			}
		}
		b.Do(t, browsertest.ColourScheme("dark"))
		for _, name := range []string{"overview", "ranking", "township", "project"} {
			shoot(b, name+"-dark-"+screen.name, s.url+pages[name]+map[bool]string{true: "&", false: "?"}[containsQuery(pages[name])]+"lang=zh")
		}
	}
	empty := emptyServer(t, small)
	b := browsertest.Open(t, 1366, 768)
	empty.enterBy(t, b, overseer.ID)
	shoot(b, "waiting-zh-1366", empty.url+"/ranking?lang=zh")
}

func containsQuery(path string) bool {
	return strings.Contains(path, "?")
}
