// Package prometheustest runs Debian's Prometheus and Alertmanager in tests, on the loopback, and asks their APIs. The
// files that Anxin ships for them are started with addresses and durations changed and nothing else, so that what is
// shipped is what is tested.
package prometheustest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/testing/need"
)

// packages are Debian's, by the program they hold.
var packages = map[string]string{
	"prometheus": "prometheus", "promtool": "prometheus", "prometheus-alertmanager": "prometheus-alertmanager",
}

// Program returns the path of a program. CI must have it; elsewhere the test is skipped without it.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		need.Missing(t, fmt.Sprintf("%s is not installed: apt-get install %s", name, packages[name]))
	}
	return path
}

const (
	patience = 30 * time.Second // to start or to end, beside other tests
	pause    = 20 * time.Millisecond
)

// FreeAddress is an address on the loopback that nothing listens on.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Server is a running Prometheus or Alertmanager.
type Server struct {
	name, address string
	output        output
}

// StartPrometheus runs Prometheus on an address with a configuration file and a folder for its data until the test ends.
func StartPrometheus(t testing.TB, address, config, data string, more ...string) *Server {
	t.Helper()
	return start(t, address, "prometheus", append(more, "--config.file="+config, "--storage.tsdb.path="+data, "--web.listen-address="+address)...)
}

// StartAlertmanager runs Alertmanager on an address with a configuration file, and without peers, until the test ends.
func StartAlertmanager(t testing.TB, address, config string) *Server {
	t.Helper()
	return start(t, address, "prometheus-alertmanager", "--config.file="+config, "--storage.path="+t.TempDir(), "--web.listen-address="+address, "--cluster.listen-address=")
}

func start(t testing.TB, address, name string, args ...string) *Server {
	t.Helper()
	s := &Server{name: name, address: address}
	cmd := exec.Command(Program(t, name), args...)
	cmd.Stdout, cmd.Stderr = &s.output, &s.output
	cmd.SysProcAttr = endWithParent()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			<-ended
			t.Errorf("%s did not end within %s of being asked to", name, patience)
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s", name, s.output.String())
		}
	})
	for deadline := time.Now().Add(patience); ; {
		if _, err := s.get(t.Context(), "/-/ready"); err == nil {
			return s
		} else if time.Now().After(deadline) {
			t.Fatalf("%s is not ready after %s: %v", name, patience, err)
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended before it was ready: %v", name, err)
		case <-time.After(pause):
		}
	}
}

// Get reads a JSON answer of the server's API.
func (s *Server) Get(t testing.TB, path string, into any) {
	t.Helper()
	body, err := s.get(t.Context(), path)
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		t.Fatalf("%s: GET %s: %v", s.name, path, err)
	}
}

func (s *Server) get(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Status, strings.TrimSpace(body.String()))
	}
	return body.Bytes(), nil
}

// output is what a process writes; it may be read while the process runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
