package console

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/alerts/leads"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/embedded"
)

// testClock is the fixture's time, which tests move on.
type testClock struct {
	mu    sync.Mutex
	start time.Time
	gone  time.Duration
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.start.Add(c.gone)
}

func (c *testClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone += d
}

// workFor does the work that a form is asked for.
func workFor(once string, hard int) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "anxin %s %d", once, n))
		if bits.LeadingZeros32(binary.BigEndian.Uint32(sum[:])) >= hard {
			return strconv.Itoa(n)
		}
	}
}

// The broker and the keys that the tests of this package share.
var (
	sharedBroker = sync.OnceValues(func() (*embedded.Broker, error) {
		return embedded.StartBroker(context.Background(), embedded.BrokerOptions{Topics: map[string]int32{"wage.complaints": 1, "wage.voices": 1}})
	})
	sharedKeys = sync.OnceValues(func() (*record.Protector, error) {
		k, err := record.GenerateKeys(civil.NewDate(2026, 1, 1))
		if err != nil {
			return nil, err
		}
		return record.NewProtector(k)
	})
)

// openLeads is the desk of the public pages, over a real broker.
func openLeads(t testing.TB, conn driver.Conn, now func() time.Time) *leads.Store {
	t.Helper()
	b, err := sharedBroker()
	must(t, err)
	keys, err := sharedKeys()
	must(t, err)
	k := ingest.DefaultConfiguration().Kafka
	k.Brokers = b.Addrs()
	client, err := k.Client()
	must(t, err)
	t.Cleanup(client.Transport.(*kafka.Transport).CloseIdleConnections)
	s, err := leads.Open(t.Context(), leads.Dependencies{Conn: conn, Calendar: calendar.China(), Vault: keys, Sender: leads.NewSender(k.Writer(client.Transport, 1), "wage."), Clock: now, Patience: 3 * time.Second})
	must(t, err)
	return s
}

// phone is a worker's browser: no account, no scripts.
type phone struct {
	s    *server
	from string // its address, as a trusted proxy gives it; empty: this machine's
}

func (p phone) send(t testing.TB, r *http.Request) (int, string) {
	t.Helper()
	if p.from != "" {
		r.Header.Set("X-Forwarded-For", p.from)
	}
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(body)
}

func (p phone) get(t testing.TB, path string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.s.url+path, nil)
	must(t, err)
	return p.send(t, r)
}

func (p phone) post(t testing.TB, path string, form url.Values) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.s.url+path, strings.NewReader(form.Encode()))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.send(t, r)
}

var hidden = regexp.MustCompile(`name="once" value="([0-9a-f]{32})"`)

// once opens a form and returns its token.
func (p phone) once(t testing.TB, path string) string {
	t.Helper()
	status, page := p.get(t, path)
	found := hidden.FindStringSubmatch(page)
	if status != http.StatusOK || found == nil {
		t.Fatalf("%s: %d, no form", path, status)
	}
	return found[1]
}
