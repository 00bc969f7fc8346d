package console

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/internal/testing/browsertest"
)

// ingestBeside stores what the broker of these tests has into a server's database.
func (s *server) ingestBeside(t *testing.T) {
	t.Helper()
	b, err := sharedBroker()
	must(t, err)
	keys, err := sharedKeys()
	must(t, err)
	c := ingest.DefaultConfiguration()
	c.Kafka.Brokers, c.Kafka.Group = b.Addrs(), s.database
	c.BatchTime, c.FetchWait, c.Session, c.Heartbeat, c.Drain = 100*time.Millisecond, 50*time.Millisecond, 6*time.Second, 300*time.Millisecond, 4*time.Second
	in, err := ingest.New(c, ingest.Dependencies{Store: s.conn, Protector: keys, Now: s.now, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- in.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// shot keeps a picture where somebody wants to look at it (ANXIN_TEST_SHOTS names a folder).
func shot(t *testing.T, b *browsertest.Browser, name string) {
	t.Helper()
	if dir := os.Getenv("ANXIN_TEST_SHOTS"); dir != "" {
		must(t, os.WriteFile(filepath.Join(dir, name+".png"), b.Screenshot(t), 0o600))
	}
}

// From a worker's phone to the inspector's page: the code, the report, the record in the store, what became of it.
func TestALeadGoesFromAPhoneToTheStoreAndTheInspectorsPage(t *testing.T) {
	s := serve(t, small)
	s.ingestBeside(t)
	b := browsertest.Open(t, 360, 740)
	narrow := func(page string) {
		t.Helper()
		if over := browsertest.Eval[int](t, b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
			t.Errorf("%s scrolls sideways by %d", page, over)
		}
		if n := browsertest.Eval[int](t, b, "document.scripts.length"); n > 0 {
			t.Errorf("%s needs scripts", page)
		}
		b.Clean(t, s.url, page)
	}
	b.Do(t, chromedp.Navigate(s.url+s.site()))
	shot(t, b, "site")
	narrow("the site's page")
	b.Do(t, chromedp.Click(chromedp.CSS(".go a")))
	b.Until(t, `document.querySelector("textarea[name=text]") !== null`)
	b.Do(t, chromedp.SendKeys(chromedp.CSS("textarea[name=text]"), "八月九月都没发"), chromedp.SendKeys(chromedp.CSS("input[name=workers]"), "6"),
		chromedp.SendKeys(chromedp.CSS("input[name=yuan]"), "48000"))
	shot(t, b, "report")
	narrow("the report")
	b.Do(t, chromedp.Click(chromedp.CSS("form button")))
	b.Until(t, `document.querySelector(".receipt b") !== null`)
	shot(t, b, "taken")
	narrow("the receipt code")
	code := browsertest.Eval[string](t, b, `document.querySelector(".receipt b").textContent`)
	lead := s.leads(t)[0]
	// The record is in the store as any other lead is.
	stored := func() (n uint64) {
		must(t, s.conn.QueryRow(t.Context(), "SELECT countIf(workers = 6 AND amount_fen = 4800000 AND project_id = ? AND channel = 'online') FROM complaints WHERE source = 'anxin' AND id = ?", projectID, lead.ID).Scan(&n))
		return n
	}
	for deadline := time.Now().Add(30 * time.Second); stored() == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the record is not in the store")
		}
	}
	b.Do(t, chromedp.Navigate(s.url+"/receipt"), chromedp.SendKeys(chromedp.CSS("input[name=code]"), code), chromedp.Click(chromedp.CSS("form button")))
	b.Until(t, `document.body.innerText.includes("等待受理")`)
	if href := browsertest.Eval[string](t, b, "location.href"); href != s.url+"/receipt" {
		t.Errorf("the code stands in the address %s", href)
	}
	shot(t, b, "receipt")
	narrow("the receipt's page")
	b.Do(t, chromedp.Click(chromedp.CSS(`button[value=unpaid]`)))
	b.Until(t, `document.body.innerText.includes("记下了")`)
	b.Do(t, chromedp.Navigate(s.url+s.site()+"/paid?lang=en"), chromedp.Click(chromedp.CSS(`input[value=unpaid]`)), browsertest.ColourScheme("dark"))
	shot(t, b, "voice-dark-en")
	b.Do(t, chromedp.Click(chromedp.CSS("form button")))
	b.Until(t, `document.body.innerText.includes("Thank you")`)
	narrow("the monthly question")
	b.Do(t, chromedp.Navigate(s.url+s.site()+"?lang=en"))
	shot(t, b, "site-dark-en")
	narrow("the site's page in English, in the dark")
	b.Do(t, chromedp.Navigate(s.url+"/report/331024?lang=en"))
	narrow("the general report")

	office := browsertest.Open(t, 1100, 900)
	s.enterBy(t, office, overseer.ID)
	office.Do(t, chromedp.Navigate(s.url+"/subjects/project/"+projectID+"?lang=zh"))
	office.Until(t, `document.querySelector("#fresh-leads") !== null && document.querySelector("#fresh-leads").textContent.includes("`+lead.ID+`")`)
	office.Do(t, chromedp.Navigate(s.url+s.site()+"/board"))
	shot(t, office, "board")
	office.Clean(t, s.url, "the notice board")
}

// Under load the script does the work that is asked for, and the button works at the second press.
func TestThePhoneDoesTheWorkThatIsAskedForUnderLoad(t *testing.T) {
	w := small
	limits := DefaultConfiguration().Public
	limits.Address.Free = 1
	w.limits = &limits
	s := serve(t, w)
	b := browsertest.Open(t, 360, 740)
	for i := range 2 {
		b.Do(t, chromedp.Navigate(s.url+s.site()+"/report"), chromedp.SendKeys(chromedp.CSS("textarea[name=text]"), "没发"), chromedp.Click(chromedp.CSS("form button")))
		if i == 0 {
			b.Until(t, `document.querySelector(".receipt b") !== null`)
		}
	}
	b.Until(t, `document.querySelector("#work") !== null && document.querySelector("#work").value !== ""`)
	shot(t, b, "asked")
	b.Do(t, chromedp.Click(chromedp.CSS("form button")))
	b.Until(t, `document.querySelector(".receipt b") !== null`)
	if n := len(s.leads(t)); n != 2 {
		t.Errorf("%d leads", n)
	}
}
