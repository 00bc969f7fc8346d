package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/pages/people"
	"github.com/anxin-project/anxin/internal/testing/browsertest"
)

var everyPage = []string{
	"/overview", "/overview?place=331024", "/overview/wall", "/overview/owed", "/overview/leads", "/overview/missing", "/overview/silent", "/overview/due", "/overview/changes", "/ranking", "/ranking?county=331024&light=red", "/ranking?unit=county", "/townships/331024001", "/units/331024", "/units/3310",
	"/warnings", "/warnings?q=XSS-1", "/subjects/project/" + projectID, "/subjects/project/XSS-1", "/subjects/employer/" + employerID,
	"/cases", "/cases/project:" + projectID, "/cases/project:" + projectID + "/print", "/work", "/approvals", "/board", "/board?by=person&figure=in_hand", "/zero", "/zero?county=331024&stage=none", "/tasks?light=problems", "/remedies", "/instruments?kind=mediation",
	"/blacklist/entries", "/blacklist/entries/" + entryID, "/blacklist/propose/" + employerID, "/blacklist/propose/" + lateFirm, "/cases/project:P-00001", "/quality", "/quality?fault=any&topic=payroll", "/search?q=331024", "/about", "/runs",
	"/bulletins", "/bulletins/3310/2026-09", "/bulletins/331024/2026-Q3",
	"/editions", "/editions/6", "/editions/6/diff?with=3", "/plan", "/plan?grade=A&due=all", "/rates", "/explain/331024001", "/detectors", "/detectors/wages-overdue",
	"/subjects/project/" + projectID + "/workers", "/account", "/people", "/people/" + overseer.ID, "/audit",
}

func TestEveryPageIsCleanInARealBrowserAndFitsItsScreen(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	for _, width := range []int64{1366, 390, 360} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			b := browsertest.Open(t, width, 800)
			s.enterBy(t, b, overseer.ID)
			for _, l := range language.Locales {
				for i, path := range append(slices.Clone(everyPage), "/blacklist") {
					separator := "?"
					if containsQuery(path) {
						separator = "&"
					}
					if i == 0 { // the cookie then keeps the language
						path += separator + "lang=" + string(l)
					}
					b.Do(t, chromedp.Navigate(s.url+path))
					if over := browsertest.Eval[int](t, b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
						widest := browsertest.Eval[string](t, b, `(() => { let w = "", x = 0; for (const e of document.querySelectorAll("main *, header *")) { const r = e.getBoundingClientRect().right; if (r > x) { x = r; w = e.tagName + "." + e.className.baseVal + e.className; } } return w; })()`)
						t.Errorf("%s in %s scrolls sideways by %d at %d wide: %s", path, l, over, width, widest)
					}
					if lang := browsertest.Eval[string](t, b, "document.documentElement.lang"); (lang == "en") != (l == language.English) {
						t.Errorf("%s is in %s, want %s", path, lang, l)
					}
					if empty := browsertest.Eval[int](t, b, `[...document.querySelectorAll("a, button, summary")].filter(e => !e.textContent.trim() && !e.getAttribute("aria-label")).length`); empty > 0 {
						t.Errorf("%s has %d links or buttons without a name", path, empty)
					}
					if broken := browsertest.Eval[int](t, b, `[...document.querySelectorAll("img, svg[role=img]")].filter(e => !e.getAttribute("alt") && !e.getAttribute("aria-label")).length`); broken > 0 {
						t.Errorf("%s has %d pictures without a title", path, broken)
					}
					b.Clean(t, s.url, path)
				}
			}
		})
	}
}

func TestFiltersSortingAndTheKeyboardWorkInARealBrowser(t *testing.T) {
	s := serve(t, small)
	b := browsertest.Open(t, 1366, 768)
	s.enterBy(t, b, overseer.ID)
	key := func(keys string) { b.Do(t, chromedp.KeyEvent(keys)) }

	// A chosen county is applied at once and stands in the address, without empty parameters.
	b.Do(t, chromedp.Navigate(s.url+"/ranking?lang=zh"))
	browsertest.Eval[bool](t, b, `(() => { const f = document.querySelector("select[name=county]"); f.value = "331024"; f.dispatchEvent(new Event("change", { bubbles: true })); return true; })()`)
	b.Until(t, `location.search === "?county=331024" && document.readyState === "complete"`)
	rows := `[...document.querySelectorAll("tbody tr")].filter(r => !r.hidden)`
	if n := browsertest.Eval[int](t, b, rows+".length"); n != 20 {
		t.Errorf("the county shows %d townships, want 20", n)
	}

	// Sorting happens in place, and the server agrees with it when asked for the same address.
	browsertest.Eval[bool](t, b, `window.here = true`)
	b.Do(t, chromedp.Click(chromedp.CSS("thead th:nth-child(7) a")))
	b.Until(t, `document.querySelector("thead th:nth-child(7)").getAttribute("aria-sort") === "descending"`)
	order := `[...document.querySelectorAll("tbody tr")].map(r => r.cells[6].dataset.v).join()`
	sorted := browsertest.Eval[string](t, b, order)
	if !browsertest.Eval[bool](t, b, "window.here === true") {
		t.Error("sorting loaded the page again")
	}
	b.Do(t, chromedp.Reload())
	if again := browsertest.Eval[string](t, b, order); again != sorted {
		t.Errorf("the script sorts %s, the server %s", sorted, again)
	}

	// Typing narrows the rows.
	b.Do(t, chromedp.SendKeys(chromedp.CSS("[data-quick]"), "安洲"))
	b.Until(t, rows+`.length === 1`)
	browsertest.Eval[bool](t, b, `(() => { const q = document.querySelector("[data-quick]"); q.value = ""; q.dispatchEvent(new Event("input")); q.blur(); return true; })()`)

	// j and k move, o opens; / focuses the search; ? explains; g w goes to the warnings; l switches the language.
	key("j")
	key("j")
	key("k")
	b.Until(t, `document.querySelector("tr.here") === document.querySelector("tbody tr")`)
	key("/")
	b.Until(t, `document.activeElement.id === "find"`)
	key(kb.Escape)
	key("?")
	b.Until(t, `document.getElementById("keys").open`)
	key(kb.Escape)
	b.Until(t, `!document.getElementById("keys").open`)
	key("o")
	b.Until(t, `location.pathname.startsWith("/townships/") && document.readyState === "complete"`)
	key("g")
	key("w")
	b.Until(t, `location.pathname === "/warnings" && document.readyState === "complete"`)
	key("j")
	key("e")
	b.Until(t, `!document.getElementById("e0").hidden && document.querySelector("[data-toggle=e0]").getAttribute("aria-expanded") === "true"`)
	key("]")
	b.Until(t, `location.search === "?page=2" && document.readyState === "complete"`)
	key("l")
	b.Until(t, `document.documentElement.lang === "en" && location.search.includes("page=2") && document.readyState === "complete"`)
	b.Do(t, chromedp.Navigate(s.url+"/"))
	if lang := browsertest.Eval[string](t, b, "document.documentElement.lang"); lang != "en" {
		t.Errorf("the chosen language is forgotten: %s", lang)
	}

	// The skip link is the first stop and leads to the content.
	key(kb.Tab)
	b.Until(t, `document.activeElement.classList.contains("skip") && document.activeElement.getBoundingClientRect().top >= 0`)
	key(kb.Enter)
	b.Until(t, `location.hash === "#main"`)
	b.Clean(t, s.url, "the walk through the pages")
}

// Colours against what is behind them, by the rule of WCAG 2 for text: at least 4.5 to 1 in both schemes.
func TestTextHasEnoughContrastInBothSchemes(t *testing.T) {
	s := serve(t, small)
	b := browsertest.Open(t, 1366, 768)
	s.enterBy(t, b, overseer.ID)
	script := `(() => {
		const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length === 3 ? [...m, 1] : m; };
		const light = ([r, g, b]) => { const f = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
		const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
		const behind = e => { const stack = []; for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); stack.push(c); if (c[3] === 1) break; } return stack.reverse().reduce((under, c) => over(c, under), [255, 255, 255, 1]); };
		const bad = new Set();
		for (const e of document.querySelectorAll("body *")) {
			if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.offsetParent || e.closest("svg, .hidden, .skip, option, dialog")) continue;
			const style = getComputedStyle(e), back = behind(e), front = over(parse(style.color), back);
			const [a, c] = [light(front), light(back)].sort((x, y) => y - x);
			const ratio = (a + .05) / (c + .05);
			if (ratio < 4.5) bad.add(e.tagName + "." + e.className + " " + ratio.toFixed(2));
		}
		return [...bad].join("; ");
	})()`
	for _, scheme := range []string{"light", "dark"} {
		b.Do(t, browsertest.ColourScheme(scheme))
		for _, path := range everyPage {
			b.Do(t, chromedp.Navigate(s.url+path))
			if bad := browsertest.Eval[string](t, b, script); bad != "" {
				t.Errorf("%s in the %s scheme: %s", path, scheme, bad)
			}
		}
	}
}

// The story of signing in: an outsider sees the sign-in page alone, a supervisor comes in, sees a worker's name for a purpose
// and leaves; the head of a township sees the own township in detail and the others as ranks.
func TestPeopleSignInWorkAndLeaveInARealBrowser(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	for _, p := range variants() {
		s.add(t, p)
	}
	s.people.Demo = []people.DemoPerson{{Person: variants()[0], Password: password}}
	b := browsertest.Open(t, 1366, 768)
	b.Do(t, chromedp.Navigate(s.url+"/subjects/project/"+projectID))
	b.Until(t, `location.pathname === "/sign-in" && location.search.startsWith("?next=")`)
	if shown := browsertest.Eval[string](t, b, "document.body.innerText"); strings.Contains(shown, "滨河") || strings.Contains(shown, "331024") && !strings.Contains(shown, "虚构") {
		t.Errorf("an outsider sees %s", shown)
	}
	if links := browsertest.Eval[int](t, b, `document.querySelectorAll("header nav a, #find").length`); links != 0 {
		t.Errorf("an outsider is offered %d links", links)
	}
	b.Do(t, chromedp.SendKeys(chromedp.CSS("input[name=name]"), "supervisor-in"), chromedp.SendKeys(chromedp.CSS("input[name=password]"), password+kb.Enter))
	b.Until(t, `location.pathname === "/subjects/project/`+projectID+`" && document.readyState === "complete"`)
	if name := browsertest.Eval[string](t, b, `document.querySelector(".whoami").textContent`); name != "某人" {
		t.Errorf("signed in as %s", name)
	}
	if seen := browsertest.Eval[string](t, b, "document.cookie"); strings.Contains(seen, "anxin=") {
		t.Error("scripts can read the session's cookie")
	}
	b.Do(t, chromedp.Click(chromedp.CSS(`a.button[href$="/workers"]`)))
	b.Until(t, `document.querySelectorAll("table.workers tbody tr").length === 2`)
	b.Do(t, chromedp.SendKeys(chromedp.CSS("input[name=purpose]"), "核实十月工资"), chromedp.Click(chromedp.CSS(`button[value="`+workerOne+`"]`)))
	b.Until(t, `document.body.innerText.includes("李四") && document.body.innerText.includes("赵*")`)
	b.Do(t, chromedp.Click(chromedp.CSS(".signout button")))
	b.Until(t, `location.pathname === "/sign-in" && document.readyState === "complete"`)
	b.Do(t, chromedp.Navigate(s.url+"/warnings"))
	b.Until(t, `location.pathname === "/sign-in"`)

	s.enterBy(t, b, "township-head-in")
	b.Until(t, `location.pathname === "/townships/331024001" && document.readyState === "complete"`)
	b.Do(t, chromedp.Navigate(s.url+"/ranking"))
	b.Until(t, `document.querySelectorAll("tr.rankonly").length === 19 && document.querySelectorAll("tbody tr[data-href]").length === 1`)
	if figures := browsertest.Eval[string](t, b, `[...document.querySelectorAll("tr.rankonly td:not(.rank)")].map(c => c.textContent.trim() + c.dataset.v).join("").replaceAll("undefined", "")`); figures != "" {
		t.Errorf("the other townships show %s", figures)
	}
	b.Do(t, chromedp.Click(chromedp.CSS("tbody tr[data-href] .name a")))
	b.Until(t, `location.pathname === "/townships/331024001" && document.readyState === "complete"`)
	b.Do(t, chromedp.Click(chromedp.CSS(".signout button")))
	b.Until(t, `location.pathname === "/sign-in" && document.readyState === "complete"`)

	b.Do(t, chromedp.Click(chromedp.CSS(".demo button")))
	b.Until(t, `location.pathname === "/work" && document.querySelector(".whoami") !== null`)
	b.Clean(t, s.url, "the story of signing in")
}
