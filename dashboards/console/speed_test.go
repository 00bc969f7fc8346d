package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkAProvince measures pages at a province's 1,400 townships, 10,000 warnings and 10,000 cases, asked for one after the
// other. The aim is a p99 within 100 ms:
//
//	go test ./dashboards/console -run '^$' -bench AProvince -benchtime 200x
func BenchmarkAProvince(b *testing.B) {
	s := serve(b, world{codes: "33", warnings: 10_000, runs: 4, cases: 10_000})
	for _, path := range []string{"/overview?q=N", "/overview?place=3310&q=N", "/overview?place=331024&q=N", "/overview/wall?place=3310&q=N", "/overview/owed?place=3310&q=N", "/overview/leads?place=3310&q=N", "/ranking", "/ranking?page=3", "/ranking?sort=fen", "/warnings", "/warnings?level=red&page=9", "/subjects/project/" + projectID, "/townships/331024001", "/cases", "/cases?level=red&sort=fen"} {
		b.Run(path, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				path := strings.Replace(path, "q=N", fmt.Sprintf("q=%d", len(took)), 1) // an address of its own each time: made anew
				start := time.Now()
				if status, _, _ := s.get(b, path); status != http.StatusOK {
					b.Fatalf("%s: %d", path, status)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(ms(took[len(took)/2]), "ms-median")
			b.ReportMetric(ms(took[(len(took)*99-1)/100]), "ms-p99")
		})
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
