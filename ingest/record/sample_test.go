package record

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/testing/need"
)

// sampleDir holds the sample county, which is not part of the repository; tests that need it are skipped without it.
const sampleDir = "../../../shared/data/sample-county-2"

var (
	sampleNow = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	sampleDay = civil.NewDate(2026, 11, 1)
	// sampleRead is after the latest record of the sample, some of which are recorded late.
	sampleRead = time.Date(2026, 11, 4, 0, 0, 0, 0, time.UTC)
)

func sampleLines(t testing.TB, topic Topic) [][]byte {
	t.Helper()
	f, err := os.Open(filepath.Join(sampleDir, "wage."+string(topic)+".ndjson.gz"))
	if err != nil {
		need.Missing(t, fmt.Sprintf("no sample: %v", err))
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	for s := bufio.NewScanner(z); s.Scan(); {
		lines = append(lines, bytes.Clone(s.Bytes()))
	}
	return lines
}

// inSample says whether the sample has records of the topic.
func inSample(topic Topic) bool {
	return topic != TopicPermits && topic != TopicClosures && topic != TopicVoices
}

// manyLines are the sample's, and made up for topics of which it has none.
func manyLines(t testing.TB, topic Topic) [][]byte {
	t.Helper()
	if inSample(topic) {
		return sampleLines(t, topic)
	}
	var lines [][]byte
	for i := range 40 {
		lines = append(lines, with(topic, map[string]any{"id": fmt.Sprint("R-", i*7%40/2), "source": fmt.Sprint("office-", i*3%5), "version": i % 3}))
	}
	return lines
}

func sampleLinesOrNone(t testing.TB, topic Topic) [][]byte {
	if _, err := os.Stat(sampleDir); err != nil || !inSample(topic) {
		return nil
	}
	return sampleLines(t, topic)
}

func TestTheSampleCountyIsReadWithTheKnownCountsAndDeadLetters(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(sampleDir, "expected.json"))
	if err != nil {
		need.Missing(t, fmt.Sprintf("no sample: %v", err))
	}
	var want struct {
		DeadLetters map[Reason]int `json:"dead_letters"`
		Counts      map[Topic]int
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	d := testDecoder(t, sampleRead)
	dead := map[Reason]int{}
	for _, topic := range Topics() {
		b := NewBatch(topic)
		distinct := map[string]bool{}
		if !inSample(topic) {
			continue
		}
		for _, line := range sampleLines(t, topic) {
			if bad := d.Add(b, line); bad != nil {
				dead[bad.Reason]++
				continue
			}
			var r struct{ Source, ID string }
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			distinct[r.Source+"|"+r.ID] = true
		}
		if len(distinct) != want.Counts[topic] {
			t.Errorf("%s: %d distinct records, want %d", topic, len(distinct), want.Counts[topic])
		}
	}
	for _, r := range Reasons() {
		if dead[r] != want.DeadLetters[r] {
			t.Errorf("%d messages are %s, want %d", dead[r], r, want.DeadLetters[r])
		}
	}
	if u := d.Unknown(); len(u) != 0 {
		t.Errorf("unknown fields in the sample: %v", u)
	}
}

func testProtector(t testing.TB) *Protector {
	t.Helper()
	k := Keys{
		hash: []namedSecret{{id: "h-test", key: keep(&[32]byte{1, 2, 3})}},
		seal: []namedSecret{{id: "s-test", key: keep(&[32]byte{4, 5, 6})}},
	}
	p, err := NewProtector(k)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func testDecoder(t testing.TB, now time.Time) *Decoder {
	t.Helper()
	return NewDecoder(testProtector(t), Rules{}, func() time.Time { return now })
}
