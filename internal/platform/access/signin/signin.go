// Package signin lets people in: by password or by an OpenID provider, with a session in the browser, and machines by a
// token. It knows who somebody is; what they may do is decided by access.Allow.
//
// Against forged requests: the session's cookie is SameSite=Lax and for this host alone, requests from other sites are
// refused by what the browser says of them (http.CrossOriginProtection), and every form carries a token of its session.
package signin

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// Dependencies of the gate.
type Dependencies struct {
	Register   *people.Register
	Audit      *audit.Log
	Clock      func() time.Time
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil for no metrics
}

// Gate is where people come in.
type Gate struct {
	config   Configuration
	https    bool // people reach the pages by https, whatever this process sees
	register *people.Register
	audit    *audit.Log
	clock    func() time.Time
	logger   *slog.Logger
	sessions *sessions
	provider *provider // nil without OpenID
	signIns  *prometheus.CounterVec
}

// New builds the gate. It asks no provider yet.
func New(c Configuration, d Dependencies) (*Gate, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	g := &Gate{
		config: c, https: strings.HasPrefix(c.URL, "https:"), register: d.Register, audit: d.Audit, clock: d.Clock, logger: d.Logger,
		sessions: &sessions{idle: c.Idle, maxAge: c.MaxAge, all: map[tokenHash]*session{}},
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "anxin_sign_ins_total",
			Help: "Attempts to sign in, by outcome: done, wrong, locked_out, unregistered (known to the OpenID provider only) or failed."}, []string{"outcome"}),
	}
	if c.OIDC.Issuer != "" {
		g.provider = newProvider(c, d.Clock)
	}
	if d.Registerer != nil {
		for _, m := range []prometheus.Collector{g.signIns, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anxin_sessions",
			Help: "Sessions of people signed in."}, func() float64 { return float64(g.sessions.count()) })} {
			if err := d.Registerer.Register(m); err != nil {
				return nil, fmt.Errorf("signing in: %w", err)
			}
		}
	}
	return g, nil
}

// Register is the register that the gate asks.
func (g *Gate) Register() *people.Register { return g.register }

// Address is where people reach the pages; empty where nobody has configured it.
func (g *Gate) Address() string { return g.config.URL }

// Audit is the log the gate writes to.
func (g *Gate) Audit() *audit.Log { return g.audit }

// Session returns who a request comes from; nil for nobody. A session ends when it has expired, when its person is
// disabled, and when the password is changed, by whatever process.
func (g *Gate) Session(r *http.Request) *Session {
	cookie, err := r.Cookie(g.cookieName(r))
	if err != nil {
		return nil
	}
	hash, kept := g.sessions.find(cookie.Value, g.clock())
	if kept == nil {
		return nil
	}
	if err := g.register.Fresh(r.Context()); err != nil {
		// Without the store there is little to see; what is known of people is at most as old as its absence.
		g.logger.Warn("reading the register of people", "error", err)
	}
	a, err := g.register.Get(kept.person)
	if err != nil || a.Disabled || a.Epoch != kept.epoch {
		g.sessions.end(hash)
		return nil
	}
	return &Session{Account: a, Form: kept.form, Key: fmt.Sprintf("%s %d", base64.RawURLEncoding.EncodeToString(hash[:]), a.Seq)}
}

// Password signs in by name and password. The errors are people.ErrWrong, people.LockedOut, or that something broke.
func (g *Gate) Password(w http.ResponseWriter, r *http.Request, name, password string) (people.Account, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	a, err := g.register.Authenticate(r.Context(), name, password, Origin(r))
	object := name
	if _, unknown := g.register.Get(name); unknown != nil {
		object = "unknown name" // never what was typed: it may be a password in the wrong field
	}
	var locked people.LockedOut
	switch {
	case err == nil:
		return a, g.enter(w, r, a, "password")
	case errors.As(err, &locked) && locked.Standing:
		// Already written down with the failure that brought it; an attacker must not fill the log.
		g.signIns.WithLabelValues("locked_out").Inc()
	case errors.As(err, &locked):
		g.signIns.WithLabelValues("wrong").Inc()
		err = errors.Join(err, g.record(r, "", "locked_out", object, audit.Refused, "password"))
	case errors.Is(err, people.ErrWrong):
		g.signIns.WithLabelValues("wrong").Inc()
		if failed := g.record(r, "", "sign_in", object, audit.Refused, "password"); failed != nil {
			err = failed
		}
	default:
		g.signIns.WithLabelValues("failed").Inc()
	}
	return people.Account{}, err
}

// enter begins a session, after it has been written down. A session that the browser had ends, so nobody goes on in one
// that somebody else prepared.
func (g *Gate) enter(w http.ResponseWriter, r *http.Request, a people.Account, how string) error {
	if err := g.record(r, a.ID, "sign_in", a.ID, audit.Done, how); err != nil {
		g.signIns.WithLabelValues("failed").Inc()
		return err
	}
	g.forget(r)
	g.setCookie(w, r, g.cookieName(r), g.sessions.begin(a, g.clock()))
	g.signIns.WithLabelValues("done").Inc()
	return nil
}

// Renew gives the browser a new session after its person's password was changed, which has ended the old one.
func (g *Gate) Renew(w http.ResponseWriter, r *http.Request, id string) error {
	a, err := g.register.Get(id)
	if err != nil {
		return err
	}
	g.forget(r)
	g.setCookie(w, r, g.cookieName(r), g.sessions.begin(a, g.clock()))
	return nil
}

// Leave ends the browser's session.
func (g *Gate) Leave(w http.ResponseWriter, r *http.Request) {
	g.forget(r)
	g.setCookie(w, r, g.cookieName(r), "")
}

func (g *Gate) forget(r *http.Request) {
	if cookie, err := r.Cookie(g.cookieName(r)); err == nil {
		hash, _ := g.sessions.find(cookie.Value, g.clock())
		g.sessions.end(hash)
	}
}

// Bearer returns whose token a request of the API carries; people.ErrWrong for none or a wrong one.
func (g *Gate) Bearer(r *http.Request) (people.Account, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return people.Account{}, people.ErrWrong
	}
	return g.register.ByToken(r.Context(), strings.TrimSpace(token))
}

// Caller returns who sends a request of the API: the owner of its bearer token, else who is signed in; people.ErrWrong for
// nobody. From a session an action is taken only with the header Anxin-Form holding the session's form token, which no
// other site can send.
func (g *Gate) Caller(r *http.Request) (*Session, error) {
	if r.Header.Get("Authorization") != "" {
		a, err := g.Bearer(r)
		if err != nil {
			return nil, err
		}
		return &Session{Account: a, Key: fmt.Sprintf("token %s %d", a.ID, a.Seq)}, nil
	}
	s := g.Session(r)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if s == nil || s.MustChange || !reads && !s.owns(r.Header.Get("Anxin-Form")) {
		return nil, people.ErrWrong
	}
	return s, nil
}

// Person returns the person of Caller.
func (g *Gate) Person(r *http.Request) (access.Person, error) {
	s, err := g.Caller(r)
	if err != nil {
		return access.Person{}, err
	}
	return s.Person, nil
}

func (g *Gate) record(r *http.Request, actor, action, object, outcome, how string) error {
	return g.audit.Record(r.Context(), audit.Event{Actor: actor, Action: action, Object: object, Purpose: how, Outcome: outcome, Origin: Origin(r)})
}

// Origin is the address a request came from, for the audit log.
func Origin(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// OpenID is what the provider is called on the sign-in page; empty without one.
func (g *Gate) OpenID() string {
	if g.provider == nil {
		return ""
	}
	return g.config.OIDC.Title
}

// Issuer is the provider's name in links of people; empty without one.
func (g *Gate) Issuer() string { return g.config.OIDC.Issuer }

// ErrUnregistered is the answer to somebody whom the provider knows and no administrator has registered.
type ErrUnregistered struct{ people.Subject }

func (e ErrUnregistered) Error() string {
	return fmt.Sprintf("nobody is registered for the subject %s of %s", e.ID, e.Issuer)
}

// ErrProvider says that signing in at the provider did not succeed; the reason is for the log.
var ErrProvider = errors.New("signing in at the OpenID provider did not succeed")

// ToProvider returns the address at the provider to send somebody to, and prepares for their return; next is where in the
// pages they wanted to go.
func (g *Gate) ToProvider(w http.ResponseWriter, r *http.Request, next string) (string, error) {
	if g.provider == nil {
		return "", fmt.Errorf("%w: none is configured", ErrProvider)
	}
	address, state, err := g.provider.begin(r.Context(), next)
	if err != nil {
		g.signIns.WithLabelValues("failed").Inc()
		return "", fmt.Errorf("%w: %w", ErrProvider, err)
	}
	g.setCookie(w, r, oidcCookie, state)
	return address, nil
}

// FromProvider signs in who comes back from the provider, and returns where they wanted to go. The errors are
// ErrUnregistered and ErrProvider, or that something broke.
func (g *Gate) FromProvider(w http.ResponseWriter, r *http.Request) (a people.Account, next string, err error) {
	if g.provider == nil {
		return a, "", fmt.Errorf("%w: none is configured", ErrProvider)
	}
	state := ""
	if cookie, err := r.Cookie(oidcCookie); err == nil {
		state = cookie.Value
	}
	g.setCookie(w, r, oidcCookie, "")
	subject, next, err := g.provider.finish(r.Context(), state, r.URL.Query())
	if err != nil {
		g.signIns.WithLabelValues("failed").Inc()
		failed := g.record(r, "", "sign_in", g.config.OIDC.Issuer, audit.Refused, "openid")
		return a, "", errors.Join(fmt.Errorf("%w: %w", ErrProvider, err), failed)
	}
	if err := g.register.Fresh(r.Context()); err != nil {
		return a, "", err
	}
	a, err = g.register.BySubject(subject)
	if err != nil || a.Disabled {
		g.signIns.WithLabelValues("unregistered").Inc()
		failed := g.record(r, "", "sign_in", cmp.Or(a.ID, subject.Issuer+" "+subject.ID), audit.Refused, "openid")
		return people.Account{}, "", errors.Join(ErrUnregistered{subject}, failed)
	}
	return a, next, g.enter(w, r, a, "openid")
}

// Protect refuses what another site makes a browser send. deny answers such a request.
func Protect(next, deny http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(deny)
	return p.Handler(next)
}
