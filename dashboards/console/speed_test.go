package console

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// The target (benchmarks.md): p99 within 100 ms at 50 requests a second on a province's 1,400 townships, 10,000 warnings
// and 10,000 cases. This test keeps a wide margin, because machines are shared: half of the requests within 100 ms, all
// within two seconds; the figures are logged.
func TestAProvinceAnswersQuickly(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a large database")
	}
	s := serve(t, world{codes: "33", warnings: 10_000, runs: 4, cases: 10_000})
	for _, path := range []string{"/", "/?page=3", "/?sort=fen", "/warnings", "/warnings?level=red&page=9", "/subjects/project/" + projectID, "/townships/331024001", "/cases", "/cases?level=red&sort=fen"} {
		const requests = 100
		took := make([]time.Duration, requests)
		first := time.Duration(0)
		tick := time.NewTicker(time.Second / 50)
		for i := range requests {
			start := time.Now()
			if status, _, _ := s.get(t, path); status != http.StatusOK {
				t.Fatalf("%s: %d", path, status)
			}
			took[i] = time.Since(start)
			if i == 0 {
				first = took[0]
			}
			<-tick.C
		}
		tick.Stop()
		slices.Sort(took)
		median, p99, worst := took[requests/2], took[requests*99/100-1], took[requests-1]
		t.Logf("%-34s first %6.1f ms, median %5.1f ms, p99 %6.1f ms", path, ms(first), ms(median), ms(p99))
		if median > 100*time.Millisecond || worst > 2*time.Second {
			t.Errorf("%s takes %v, at worst %v", path, median, worst)
		}
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
