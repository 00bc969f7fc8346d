package signin

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/platform/access/people"
)

// issuer is an OpenID provider over real HTTP: discovery, keys, authorization, token. The test may spoil what it issues.
type issuer struct {
	*httptest.Server
	door  *door
	rsa   *rsa.PrivateKey
	ecdsa *ecdsa.PrivateKey
	alg   string
	spoil func(claims map[string]any)
	codes map[string]url.Values // code → the request that it was given for
	deny  bool
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{alg: "RS256", codes: map[string]url.Values{}, spoil: func(map[string]any) {}}
	var err error
	i.rsa, err = rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	i.ecdsa, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	mux := http.NewServeMux()
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "ES256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		x, y := i.ecdsa.X.FillBytes(make([]byte, 32)), i.ecdsa.Y.FillBytes(make([]byte, 32)) //nolint:staticcheck // a JWK is made of these
		reply(w, map[string]any{"keys": []map[string]string{
			{"kty": "RSA", "kid": "RS256", "use": "sig", "n": b64(i.rsa.N.Bytes()), "e": b64(big.NewInt(int64(i.rsa.E)).Bytes())},
			{"kty": "EC", "kid": "ES256", "use": "sig", "crv": "P-256", "x": b64(x), "y": b64(y)},
		}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		back := url.Values{"state": {q.Get("state")}}
		if i.deny {
			back.Set("error", "access_denied")
		} else {
			code := random()
			i.codes[code] = q
			back.Set("code", code)
		}
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		q, ok := i.codes[r.PostFormValue("code")]
		delete(i.codes, r.PostFormValue("code"))
		challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		id, secret, _ := r.BasicAuth()
		if !ok || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") != b64(challenge[:]) || id != "anxin" || secret != "s3cret" || r.PostFormValue("redirect_uri") != q.Get("redirect_uri") {
			w.WriteHeader(http.StatusBadRequest)
			reply(w, map[string]string{"error": "invalid_grant"})
			return
		}
		claims := map[string]any{"iss": i.URL, "aud": "anxin", "sub": "0042", "nonce": q.Get("nonce"), "iat": i.door.now.Unix(), "exp": i.door.now.Add(time.Minute).Unix()}
		i.spoil(claims)
		reply(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.sign(t, claims)})
	})
	return i
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (i *issuer) sign(t *testing.T, claims map[string]any) string {
	header, _ := json.Marshal(map[string]string{"alg": i.alg, "kid": i.alg, "typ": "JWT"})
	body, _ := json.Marshal(claims)
	text := b64(header) + "." + b64(body)
	sum := sha256.Sum256([]byte(text))
	switch i.alg {
	case "RS256":
		signature, err := rsa.SignPKCS1v15(rand.Reader, i.rsa, crypto.SHA256, sum[:])
		must(t, err)
		return text + "." + b64(signature)
	case "ES256":
		r, s, err := ecdsa.Sign(rand.Reader, i.ecdsa, sum[:])
		must(t, err)
		return text + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	}
	return text + "."
}

// openWith is a door with a provider where 0042 is Wang Li.
func openWith(t *testing.T) (*door, *issuer) {
	t.Helper()
	i := newIssuer(t)
	d := open(t, func(c *Configuration) {
		c.OIDC.Issuer, c.OIDC.ClientID, c.OIDC.ClientSecret = i.URL, "anxin", "s3cret"
	})
	i.door = d
	must(t, d.register.Link(t.Context(), "root", "wang.li", people.Subject{Issuer: i.URL, ID: "0042"}))
	return d, i
}

func TestSomebodyRegisteredComesInByTheProvider(t *testing.T) {
	d, i := openWith(t)
	for _, i.alg = range []string{"RS256", "ES256"} {
		b := d.browser(t)
		if status, body, _ := b.get(t, d.URL+"/open"); status != 200 || body != "/cases" {
			t.Fatalf("%s: %d %s", i.alg, status, body)
		}
		if who := b.who(t); who != "wang.li" {
			t.Errorf("%s: signed in as %q", i.alg, who)
		}
	}
	if log := d.log(t); log[0] != "wang.li|sign_in|wang.li|done|openid|127.0.0.1" {
		t.Errorf("the audit log has %q", log)
	}
}

func TestWhatTheProviderSaysIsNotTakenOnTrust(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*issuer)
		want  string
	}{
		{"a wrong nonce", func(i *issuer) { i.spoil = func(c map[string]any) { c["nonce"] = "x" } }, "did not succeed"},
		{"no nonce", func(i *issuer) { i.spoil = func(c map[string]any) { delete(c, "nonce") } }, "did not succeed"},
		{"an expired token", func(i *issuer) {
			i.spoil = func(c map[string]any) { c["exp"] = i.door.now.Add(-time.Minute).Unix() }
		}, "did not succeed"},
		{"a token for another client", func(i *issuer) { i.spoil = func(c map[string]any) { c["aud"] = "other" } }, "did not succeed"},
		{"a token of another issuer", func(i *issuer) { i.spoil = func(c map[string]any) { c["iss"] = "https://evil.example" } }, "did not succeed"},
		{"an unsigned token", func(i *issuer) { i.alg = "none" }, "did not succeed"},
		{"a refusal", func(i *issuer) { i.deny = true }, "did not succeed"},
		{"somebody unregistered", func(i *issuer) { i.spoil = func(c map[string]any) { c["sub"] = "0043" } }, "nobody is registered for the subject 0043"},
		{"somebody disabled", func(i *issuer) { must(t, i.door.register.Disable(t.Context(), "root", "wang.li")) }, "nobody is registered"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, i := openWith(t)
			tt.spoil(i)
			b := d.browser(t)
			if status, body, _ := b.get(t, d.URL+"/open"); status != 403 || !strings.Contains(body, tt.want) {
				t.Errorf("%d %s", status, body)
			}
			if who := b.who(t); who != "" {
				t.Errorf("signed in as %s", who)
			}
			if log := d.log(t); len(log) != 1 || !strings.Contains(log[0], "|refused|openid|") {
				t.Errorf("the audit log has %q", log)
			}
		})
	}
}

func TestATokenSignedByAnybodyElseIsRefused(t *testing.T) {
	d, i := openWith(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	own := i.rsa
	i.spoil = func(map[string]any) { i.rsa = stranger }
	b := d.browser(t)
	// The provider's keys as published stay its own.
	d.provider.client.Transport = publishing(func() { i.rsa = own })
	if status, body, _ := b.get(t, d.URL+"/open"); status != 403 || b.who(t) != "" {
		t.Errorf("%d %s", status, body)
	}
}

// publishing runs a function before each request for the keys.
type publishing func()

func (p publishing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/keys" {
		p()
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestAReturnCountsOnceInTheBrowserThatLeft(t *testing.T) {
	d, _ := openWith(t)
	// stop at the way back, so that the test holds the address with state and code
	leave := func(b *browser) string {
		b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == CallbackPath {
				return http.ErrUseLastResponse
			}
			return nil
		}
		_, _, header := b.get(t, d.URL+"/open")
		return header.Get("Location")
	}
	victim, thief := d.browser(t), d.browser(t)
	back := leave(thief)
	if status, _, _ := victim.get(t, back); status != 403 || victim.who(t) != "" {
		t.Errorf("somebody else's return signs in: %d", status)
	}
	if status, _, _ := thief.get(t, back); status != 403 {
		t.Errorf("a state that was tried already: %d", status)
	}
	back = leave(victim)
	if status, _, _ := victim.get(t, back); status != 200 || victim.who(t) != "wang.li" {
		t.Errorf("the right return: %d", status)
	}
	if status, _, _ := victim.get(t, back); status != 403 {
		t.Errorf("a replayed return: %d", status)
	}
	back = leave(thief)
	d.now = d.now.Add(attemptLife + time.Second)
	if status, _, _ := thief.get(t, back); status != 403 || thief.who(t) != "" {
		t.Errorf("a return after %v: %d", attemptLife, status)
	}
}

func TestAnotherClaimMaySayWhoItIs(t *testing.T) {
	for name, tt := range map[string]struct {
		claim string
		more  map[string]any
		want  string
	}{
		"a number of the office": {"employee", map[string]any{"employee": "0042"}, "wang.li"},
		"a missing claim":        {"employee", nil, ""},
		"a verified e-mail":      {"email", map[string]any{"email": "0042", "email_verified": true}, "wang.li"},
		"an unverified e-mail":   {"email", map[string]any{"email": "0042"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, i := openWith(t)
			d.provider.config.OIDC.Claim = tt.claim
			i.spoil = func(c map[string]any) {
				c["sub"] = "somebody"
				for k, v := range tt.more {
					c[k] = v
				}
			}
			b := d.browser(t)
			b.get(t, d.URL+"/open")
			if who := b.who(t); who != tt.want {
				t.Errorf("signed in as %q", who)
			}
		})
	}
}

func TestAProviderThatIsDownIsAskedAgain(t *testing.T) {
	d, i := openWith(t)
	address := i.Listener.Addr().String()
	d.provider.client.Transport = broken{}
	b := d.browser(t)
	if status, body, _ := b.get(t, d.URL+"/open"); status != 403 || !strings.Contains(body, "did not succeed") {
		t.Errorf("while %s is down: %d %s", address, status, body)
	}
	d.provider.client.Transport = nil
	if status, _, _ := b.get(t, d.URL+"/open"); status != 200 || b.who(t) != "wang.li" {
		t.Errorf("when it is up again: %d", status)
	}
}

type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrHandlerTimeout }
