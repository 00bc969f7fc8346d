package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/anxin-project/anxin/internal/platform/access/people"
)

// Session is somebody signed in, as of one request.
type Session struct {
	people.Account
	// Key tells sessions apart, and one session before and after its person's rights were changed: whatever is kept of
	// what somebody was shown is kept under it. It opens nothing.
	Key string
	// Form must come with every form the session sends.
	Form string
}

// session is what is kept of one. The token itself is in the browser only.
type session struct {
	person       string
	form         string
	epoch        uint64
	began, asked time.Time
}

type tokenHash [sha256.Size]byte

// sessions are kept in memory: a restart signs everybody out.
type sessions struct {
	idle, maxAge time.Duration

	mu  sync.Mutex
	all map[tokenHash]*session
}

// mostSessions of one person are kept; the oldest ends for another.
const mostSessions = 10

// random returns 256 random bits as text.
func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// begin starts a session and returns its token.
func (s *sessions) begin(a people.Account, now time.Time) string {
	token := random()
	s.mu.Lock()
	defer s.mu.Unlock()
	own := 0
	var oldest tokenHash
	for hash, one := range s.all {
		switch {
		case s.expired(one, now):
			delete(s.all, hash)
		case one.person == a.ID:
			if own == 0 || one.asked.Before(s.all[oldest].asked) {
				oldest = hash
			}
			own++
		}
	}
	if own >= mostSessions {
		delete(s.all, oldest)
	}
	s.all[sha256.Sum256([]byte(token))] = &session{person: a.ID, form: random(), epoch: a.Epoch, began: now, asked: now}
	return token
}

func (s *sessions) expired(one *session, now time.Time) bool {
	return now.Sub(one.asked) > s.idle || now.Sub(one.began) > s.maxAge
}

// find returns a token's session and marks it as used; nil when there is none, or it has expired.
func (s *sessions) find(token string, now time.Time) (tokenHash, *session) {
	hash := tokenHash(sha256.Sum256([]byte(token)))
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.all[hash]
	if one == nil {
		return hash, nil
	}
	if s.expired(one, now) {
		delete(s.all, hash)
		return hash, nil
	}
	one.asked = now
	copied := *one
	return hash, &copied
}

func (s *sessions) end(hash tokenHash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, hash)
}

func (s *sessions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

// CheckForm reports whether a form carries the session's form token.
func (s *Session) CheckForm(r *http.Request) bool { return s.owns(r.PostFormValue("form")) }

// owns reports whether a form token is the session's.
func (s *Session) owns(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.Form)) == 1
}

// Names of the cookies. A name that begins with __Host- is only taken over TLS and cannot be set by a neighbouring host.
const (
	plainCookie  = "anxin"
	secureCookie = "__Host-anxin"
	oidcCookie   = "anxin_oidc"
)

// secure reports whether a request's cookies can be kept to TLS: always, but for a browser on this very machine and where
// the configuration gives it up.
func (g *Gate) secure(r *http.Request) bool {
	if g.https || r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return true
	}
	return !g.config.PlainHTTP && !loopback(r.Host)
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (g *Gate) cookieName(r *http.Request) string {
	if g.secure(r) {
		return secureCookie
	}
	return plainCookie
}

// setCookie gives the browser a value until the browser is closed; an empty one takes it away.
func (g *Gate) setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: g.secure(r), SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
