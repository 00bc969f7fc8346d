package app

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func TestAClockThatIsMinutesWrongIsNoticed(t *testing.T) {
	options := embeddedtest.Database(t)
	c := DefaultConfiguration()
	c.Store = store.Configuration{DSN: embeddedtest.EngineForTest(t).DSN(options.Auth.Database), Connections: 2}
	p, err := Open(t.Context(), c, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Store.Close()
	for _, wrong := range []time.Duration{0, 7 * time.Minute, -7 * time.Minute} {
		p.Now = func() time.Time { return time.Now().Add(wrong) }
		off, err := p.clockOffset(t.Context())
		if err != nil || (off+wrong).Abs() > time.Minute { // a busy machine may take its time to answer
			t.Errorf("a clock that is %v wrong is off by %v, %v", wrong, off, err)
		}
		if (off.Abs() > clockWrong) != (wrong != 0) {
			t.Errorf("a clock that is %v wrong: told %v", wrong, off.Abs() > clockWrong)
		}
	}
}

func TestMetricsAreShownToWhoeverHasTheTokenWhereThereIsOne(t *testing.T) {
	for _, tt := range []struct {
		token, sent string
		status      int
	}{
		{"", "", 200}, {"", "Bearer x", 200}, {"a-token-of-the-tests", "", 401}, {"a-token-of-the-tests", "Bearer a-token-of-the-test", 401},
		{"a-token-of-the-tests", "Basic a-token-of-the-tests", 401}, {"a-token-of-the-tests", "Bearer a-token-of-the-tests", 200},
	} {
		p := &Parts{Registry: prometheus.NewRegistry(), Config: Configuration{Metrics: Metrics{Token: tt.token}}}
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Header.Set("Authorization", tt.sent)
		w := httptest.NewRecorder()
		if p.MetricsHandler().ServeHTTP(w, r); w.Code != tt.status {
			t.Errorf("with token %q, sent %q: %d, want %d", tt.token, tt.sent, w.Code, tt.status)
		}
	}
}

func TestSettlingIsLongerThanAnInsertMayTake(t *testing.T) {
	c := DefaultConfiguration()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	c.Ingest.InsertTimeout = c.Detectors.Settling
	if err := c.Validate(); err == nil {
		t.Error("records that are stored after a pass has read would never be seen, and nothing is said of it")
	}
}
