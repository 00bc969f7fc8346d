package signin

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyATrustedProxyIsBelievedWhereARequestComesFrom(t *testing.T) {
	c := DefaultConfiguration()
	c.TrustedProxies = []string{"10.0.0.0/8", "192.0.2.7", "2001:db8::/32"}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct{ name, peer, forwarded, want string }{
		{"no proxy", "203.0.113.5:4000", "", "203.0.113.5"},
		{"somebody who writes the header", "203.0.113.5:4000", "198.51.100.1", "203.0.113.5"},
		{"through the proxy", "10.0.0.1:4000", "198.51.100.1", "198.51.100.1"},
		{"through two proxies", "192.0.2.7:4000", "198.51.100.1, 10.2.3.4", "198.51.100.1"},
		{"somebody who writes before the proxy does", "10.0.0.1:4000", "10.9.9.9, 1.2.3.4, 198.51.100.1", "198.51.100.1"},
		{"the proxy itself", "10.0.0.1:4000", "", "10.0.0.1"},
		{"what is no address", "10.0.0.1:4000", "198.51.100.1, unknown", "10.0.0.1"},
		{"IPv6", "[2001:db8::1]:4000", "2400:cb00::7", "2400:cb00::7"},
		{"IPv4 written as IPv6", "[::ffff:10.0.0.1]:4000", "::ffff:198.51.100.1", "198.51.100.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = one.peer
		if one.forwarded != "" {
			r.Header.Set("X-Forwarded-For", one.forwarded)
		}
		got := ""
		c.Behind(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = Origin(r) })).ServeHTTP(httptest.NewRecorder(), r)
		if got != one.want {
			t.Errorf("%s: %s, want %s", one.name, got, one.want)
		}
	}
	c.TrustedProxies = []string{"everybody"}
	if err := c.Validate(); err == nil {
		t.Error("everybody is no network")
	}
}
