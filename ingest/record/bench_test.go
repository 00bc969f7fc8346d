package record

import "testing"

func benchmarkAdd(b *testing.B, topic Topic) {
	lines := manyLines(b, topic)
	d := testDecoder(b, sampleNow)
	batch := NewBatch(topic)
	good, size := lines[:0], 0
	for _, l := range lines {
		if d.Add(batch, l) == nil {
			good, size = append(good, l), size+len(l)
		}
	}
	b.SetBytes(int64(size / len(good)))
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%100_000 == 0 {
			batch.Reset()
		}
		if bad := d.Add(batch, good[i%len(good)]); bad != nil {
			b.Fatal(bad)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkAdd(b *testing.B) {
	for _, t := range Topics() {
		b.Run(string(t), func(b *testing.B) { benchmarkAdd(b, t) })
	}
}

func BenchmarkSort(b *testing.B) {
	lines := sampleLines(b, TopicAttendance)
	d := testDecoder(b, sampleNow)
	batch := NewBatch(TopicAttendance)
	for batch.Len() < 100_000 {
		for _, l := range lines {
			d.Add(batch, l)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		batch.Sort()
	}
	b.ReportMetric(float64(b.N)*float64(batch.Len())/b.Elapsed().Seconds(), "rows/s")
}
