package store

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
	"github.com/anxin-project/anxin/internal/testing/kafkatest"
)

const secretPassword = "ge/he@im:1"

// secureServer is the test engine as a ClickHouse server shows itself outside: behind TLS, to one user with a password. Its own
// certificate is the authority to trust.
func secureServer(t *testing.T, clients tls.ClientAuthType) (host string, ca string) {
	t.Helper()
	options := embeddedtest.EngineForTest(t).ClickHouse("")
	engine := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: options.Addr[0]})
		r.Out.Header.Del("X-ClickHouse-User")
		r.Out.Header.Set("X-ClickHouse-Key", options.Auth.Password)
	}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-ClickHouse-User") != "anxin" || r.Header.Get("X-ClickHouse-Key") != secretPassword {
			w.Header().Set("X-ClickHouse-Exception-Code", "516")
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, "Code: 516. DB::Exception: anxin: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)")
			return
		}
		engine.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	server.TLS = &tls.Config{ClientAuth: clients}
	server.StartTLS()
	t.Cleanup(server.Close)
	ca = write(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return server.Listener.Addr().String(), ca
}

func write(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func escapedPassword() string { return url.QueryEscape(secretPassword) }

// use opens the store, makes its schema and reads from it.
func use(t *testing.T, c Configuration) error {
	t.Helper()
	s, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer s.Close()
	t.Cleanup(func() {
		admin := embeddedtest.EngineForTest(t).ClickHouse("")
		if conn, err := On(*admin, "default"); err == nil {
			_ = conn.Exec(t.Context(), "DROP DATABASE IF EXISTS "+Quote(s.Database()))
			_ = conn.Close()
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		return err
	}
	var n uint64
	return s.QueryRow(t.Context(), "SELECT count() FROM payroll").Scan(&n)
}

func TestAServerIsReachedByTLSAndPassword(t *testing.T) {
	host, ca := secureServer(t, tls.NoClientCert)
	for name, c := range map[string]Configuration{
		"a password in the DSN": {DSN: "https://anxin:" + escapedPassword() + "@" + host + "/secure1", TLS: TLS{CA: ca}, Connections: 2},
		"a password in a file":  {DSN: "https://anxin@" + host + "/secure2", TLS: TLS{CA: ca}, PasswordFile: write(t, "password", []byte(secretPassword+"\n")), Connections: 2},
	} {
		t.Run(name, func(t *testing.T) {
			if err := use(t, c); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("a certificate of the client", func(t *testing.T) {
		host, ca := secureServer(t, tls.RequireAnyClientCert)
		c := Configuration{DSN: "https://anxin:" + escapedPassword() + "@" + host + "/secure3", TLS: TLS{CA: ca}, Connections: 2}
		if err := use(t, c); err == nil || !strings.Contains(err.Error(), "store.tls.certificate") {
			t.Errorf("without a certificate: %v", err)
		}
		c.TLS.Certificate, c.TLS.Key = clientCertificate(t)
		if err := use(t, c); err != nil {
			t.Error(err)
		}
	})
}

// clientCertificate writes the certificate and key that httptest brings along.
func clientCertificate(t *testing.T) (certificate, key string) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pair := server.TLS.Certificates[0]
	private, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "client.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})),
		write(t, "client.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

func TestWhoCannotConnectIsToldWhatToDoAndNeverThePassword(t *testing.T) {
	host, ca := secureServer(t, tls.NoClientCert)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	strange := kafkatest.StrangeCA(t)
	_, port, _ := strings.Cut(host, ":")
	secure := "https://anxin:" + escapedPassword() + "@"
	for _, c := range []struct {
		name, want string
		config     Configuration
	}{
		{"a wrong authority", "store.tls.ca", Configuration{DSN: secure + host, TLS: TLS{CA: strange}}},
		{"no authority", "store.tls.ca", Configuration{DSN: secure + host}},
		{"a wrong authority, native protocol", "store.tls.ca", Configuration{DSN: "clickhouse://anxin:" + escapedPassword() + "@" + host + "?secure=true", TLS: TLS{CA: strange}}},
		{"another name", "tls_server_name", Configuration{DSN: secure + "localhost:" + port, TLS: TLS{CA: ca}}},
		{"a wrong password", "refuses the password", Configuration{DSN: "https://anxin:" + escapedPassword() + "x@" + host, TLS: TLS{CA: ca}}},
		{"an unknown user", "does not know the user", Configuration{DSN: "https://axnin:" + escapedPassword() + "@" + host, TLS: TLS{CA: ca}}},
		{"a server without TLS", "port for TLS", Configuration{DSN: secure + plain.Listener.Addr().String(), TLS: TLS{CA: ca}}},
		{"a server that does not run", "whether the server runs", Configuration{DSN: secure + closed.Listener.Addr().String(), TLS: TLS{CA: ca}}},
		{"files of TLS for a DSN without", "secure=true", Configuration{DSN: "http://anxin:" + escapedPassword() + "@" + host, TLS: TLS{CA: ca}}},
		{"no such authority's file", "store.tls.ca", Configuration{DSN: secure + host, TLS: TLS{CA: "/no/such/ca.pem"}}},
		{"an authority's file with something else", "no certificate in PEM", Configuration{DSN: secure + host, TLS: TLS{CA: write(t, "ca.pem", []byte(secretPassword))}}},
		{"no such password file", "store.password_file", Configuration{DSN: "https://anxin@" + host, TLS: TLS{CA: ca}, PasswordFile: "/no/such/password"}},
		{"two passwords", "leave one of them out", Configuration{DSN: secure + host, PasswordFile: write(t, "password", []byte(secretPassword))}},
		{"a password that is not escaped", "%40 %2F", Configuration{DSN: "https://anxin:" + secretPassword + "@" + host}},
		{"a percent sign that is not escaped", "%25", Configuration{DSN: "https://anxin:" + secretPassword + "%zz@" + host}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.config.Connections = 2
			err := use(t, c.config)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v does not say %q", err, c.want)
			}
			for _, leak := range []string{"he@im", "im:1", "ge/", escapedPassword(), "ge%2Fhe"} {
				if strings.Contains(err.Error(), leak) {
					t.Errorf("the error shows the password: %v", err)
				}
			}
		})
	}
}
