package ingest_test

import (
	"testing"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
)

// BenchmarkIngest is for profiles; `anxin bench ingest` measures.
func BenchmarkIngest(b *testing.B) {
	const records = 1_000_000
	w := ingesttest.NewWorld(b, ingesttest.Topics(), "")
	production := ingest.DefaultConfiguration()
	production.Kafka = w.Config.Kafka
	w.Config = production
	all := ingesttest.Records(b, "county", 1, records)
	w.Send(b, all...)
	for b.Loop() {
		in := w.Start(b)
		w.AwaitCaughtUp(b, patience)
		in.Stop(b)
		w.Config.Kafka.Group += "x"
	}
	b.ReportMetric(records*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
