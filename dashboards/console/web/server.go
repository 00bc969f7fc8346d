// Package web answers requests: it lets people in, shows them their part of the run, renders pages in their language, remembers
// and compresses them, frames the answers of the API, says what went wrong, and has the audit log know what was done. It knows
// no page: rooms of pages bring their templates (Room), and the console the table of routes (Route).
package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/memory"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/api"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// Dependencies are what a server needs.
type Dependencies struct {
	Language  string        // for who has not chosen
	Timeout   time.Duration // per page
	Remember  int           // so many rendered pages are kept
	Keeper    *view.Keeper
	Gate      *signin.Gate
	Detectors *view.Detectors
	Laws      *law.Registry
	Sources   view.Sources
	Regions   view.Regions
	// Badge counts what is late or due today for who asks; nil: nothing is counted.
	Badge    func(*Request) (int, error)
	Progress func() []Stage
	Logger   *slog.Logger
	Now      func() time.Time
	Metrics  prometheus.Registerer
}

// Server answers requests: it lets people in, shows them their part of the run, renders and remembers pages, and writes down
// what the audit log is to have. What there is to answer, the table of routes says. It may be used from many goroutines.
type Server struct {
	otherwise language.Locale // for who has not chosen
	timeout   time.Duration
	keeper    *view.Keeper
	gate      *signin.Gate
	regions   view.Regions
	progress  func() []Stage
	log       *slog.Logger
	now       func() time.Time
	metrics   *metrics
	templates map[string]renderer // by language
	assets    *assets
	bodies    *memory.Memory[*body]
	badge     func(*Request) (int, error)
	badges    *memory.Memory[int] // by session
	table     []Route
}

// New registers the metrics of requests and parses the templates of every room. Nothing is answered before the table is
// given.
func New(d Dependencies, rooms []Room) (*Server, error) {
	s := &Server{
		otherwise: language.Locale(d.Language), timeout: d.Timeout, keeper: d.Keeper, gate: d.Gate, regions: d.Regions, progress: d.Progress, log: d.Logger, now: d.Now, badge: d.Badge, badges: memory.New[int](rememberBadges),
		bodies: memory.NewWeighed(d.Remember, mostRemembered, func(b *body) int64 { return int64(len(b.zipped)) }),
	}
	var err error
	if s.metrics, err = newMetrics(d.Metrics); err != nil {
		return nil, err
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	citations := language.NewCitations(d.Laws)
	s.templates, err = parseTemplates(func(l language.Locale) template.FuncMap { return functions(l, d, s.assets, citations) }, rooms)
	return s, err
}

// SetTable says what there is to answer.
func (s *Server) SetTable(table []Route) { s.table = table }

// Forget drops every remembered page.
func (s *Server) Forget() { s.bodies.Clear() }

// body is a finished answer. Only the compressed form is kept: nearly every client takes it, and it is a tenth.
type body struct {
	status int
	kind   string // content type
	attach string // file name of a download
	etag   string
	zipped []byte
}

// Answer is what a page's function returns.
type Answer struct {
	Template string
	Title    string
	Data     any
	Status   int // 0: 200

	Redirect string
	JSON     any    // of the API, instead of a template
	raw      []byte // instead of a template
	kind     string
	attach   string
}

// PageFunc answers one route from the request alone; it must not keep anything between requests.
type PageFunc func(*Request) (Answer, error)

// Request is one request, with what every page needs.
type Request struct {
	Context context.Context
	Lang    language.Locale
	Who     *signin.Session // nil: nobody is signed in
	View    *view.View      // what of the run this person may see
	All     *view.View      // the whole run, only to find out what an object is
	Query   *Query
	HTTP    *http.Request
	Writer  http.ResponseWriter // of routes that are never remembered: for cookies

	badge    int // what is late or due today for who asks
	server   *Server
	Event    audit.Event // for the audit log: what a form did, as far as its page has filled it in
	Recorded bool        // the audit log has it already
}

// Person is who asks; nil for nobody.
func (r *Request) Person() *access.Person {
	if r.Who == nil {
		return nil
	}
	return &r.Who.Person
}

// RecordAs writes into the audit log what a form did, as one of several that the route did.
func (r *Request) RecordAs(action string) error {
	return r.server.record(r, Route{Audited: action}, nil)
}

// Show gives a request the part of a run that its person may see.
func (r *Request) Show(all *view.View) error {
	view, err := r.server.keeper.Part(r.Context, all, r.Person())
	r.All, r.View = all, view
	return err
}

// Handler serves every page, the assets and /healthz.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range s.table {
		mux.Handle(route.Pattern, s.page(route))
	}
	for path, methods := range s.apiMethods() {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { api.RefuseMethod(w, strings.Join(methods, ", ")) })
	}
	mux.Handle("GET /assets/{name}", s.assets)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.assets.url("icon.svg"), http.StatusMovedPermanently)
	})
	mux.HandleFunc("GET /healthz", s.health)
	return s.around(signin.Protect(mux, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, &Request{Context: r.Context(), Lang: s.language(r), Query: ReadQuery(r), HTTP: r}, errForged)
	})))
}

// around sets the headers of every answer, turns a panic into the error page and counts.
func (s *Server) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		h := w.Header()
		// No host but this one, no inline script or style, no framing.
		h.Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		recorder := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.log.Error("a page panicked", "path", r.URL.Path, "panic", fmt.Sprint(p))
				if !recorder.wrote {
					s.fail(recorder, &Request{Context: r.Context(), Lang: s.language(r), Query: ReadQuery(r), HTTP: r}, errors.New("panic"))
				}
			}
			s.metrics.observe(r.Pattern, recorder.status, time.Since(start))
		}()
		next.ServeHTTP(recorder, r)
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (w *statusWriter) WriteHeader(status int) {
	w.status, w.wrote = status, true
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(b)
}

// A badge is counted anew after so long, and after whatever was done; for so many sessions it is remembered.
const (
	badgeLife      = time.Minute
	rememberBadges = 1000
)

// count counts what is late or due today for who asks for a page. A page does not fail because it cannot be counted.
func (s *Server) count(r *Request) int {
	if s.badge == nil || r.Who == nil || r.Query.API || r.HTTP.Method != http.MethodGet {
		return 0
	}
	n, err := s.badges.Get(r.Context, r.Who.Key, s.now(), badgeLife, func() (int, error) { return s.badge(r) })
	if err != nil {
		s.log.Warn("counting what waits for somebody failed", "error", err)
	}
	return n
}

// mostRemembered is how many bytes the remembered pages may have together, compressed as they are.
const mostRemembered = 64 << 20

// MaxForm is the largest form taken.
const MaxForm = 64 << 10

// page serves a route: who asks and whether they may, language, waiting page, memory of rendered pages, ETag, compression,
// errors, and the audit log.
func (s *Server) page(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := s.language(r)
		if r.URL.Query().Has("lang") {
			s.rememberLanguage(w, r, lang)
		}
		w.Header().Set("Vary", "Accept-Encoding, Cookie, Authorization, Accept-Language")
		if route.Writes() { // what has begun is done and written down, whoever hangs up
			r = r.WithContext(context.WithoutCancel(r.Context()))
		}
		ctx, cancel := context.WithTimeout(r.Context(), s.timeout)
		defer cancel()
		r.Body = http.MaxBytesReader(w, r.Body, MaxForm)
		q := &Request{server: s, Context: ctx, Lang: lang, Who: s.whoAsks(r), All: s.keeper.Latest(), Query: ReadQuery(r), HTTP: r}
		if err := s.admit(q, route); err != nil {
			if errors.Is(err, ErrForbidden) || errors.Is(err, errOutside) {
				err = errors.Join(err, s.record(q, route, err))
			}
			s.fail(w, q, err)
			return
		}
		if q.All == nil && needsRun(route.Section) {
			s.waiting(w, q)
			return
		}
		if route.Life == Never {
			q.Writer = w
		}
		if route.Writes() {
			defer s.badges.Clear()
		}
		q.badge = s.count(q)
		render := func() (*body, error) {
			a, err := route.Serve(q)
			if err == nil {
				err = q.Query.Err()
			}
			if err != nil {
				return nil, err
			}
			if a.Redirect != "" {
				return nil, redirect(a.Redirect)
			}
			return s.finish(q, route.Section, a)
		}
		b, err := s.remembered(q, route, render)
		if err == nil || route.Writes() {
			if recording := s.record(q, route, err); recording != nil {
				err = recording
			}
		}
		if err != nil {
			s.fail(w, q, err)
			return
		}
		if route.Life == Never {
			b.writeFor(w, r, "no-store")
			return
		}
		b.write(w, r)
	})
}

// remembered renders a page, or returns it as it was rendered a moment ago for the same session. Pages carry who is signed
// in and show what that person may see, so they are remembered per session and never shared: its key changes with the
// person's rights.
func (s *Server) remembered(q *Request, route Route, render func() (*body, error)) (*body, error) {
	if route.Life == Never {
		return render()
	}
	shown, session := "", ""
	if q.All != nil {
		shown = q.All.Stamp()
	}
	if q.Who != nil {
		session = q.Who.Key
	}
	key := fmt.Sprintf("%s %s %s %d %s?%s", session, q.Lang, shown, q.badge, q.HTTP.URL.EscapedPath(), q.Query.canonical())
	return s.bodies.Get(q.Context, key, s.now(), route.Life, render)
}

// needsRun: these sections show a run; the rest also works before the first one.
func needsRun(section string) bool {
	switch section {
	case "overview", "ranking", "editions", "warnings", "search", "arrears":
		return true
	}
	return false
}

func (s *Server) finish(q *Request, section string, a Answer) (*body, error) {
	raw, kind := a.raw, a.kind
	if a.JSON != nil {
		var err error
		if raw, err = json.Marshal(a.JSON); err != nil {
			return nil, fmt.Errorf("writing the answer of %s: %w", q.HTTP.URL.Path, err)
		}
		raw, kind = append(raw, '\n'), "application/json; charset=utf-8"
	}
	if a.Template != "" {
		var buffer bytes.Buffer
		if err := s.templates[string(q.Lang)].render(&buffer, a.Template, &frame{
			Lang: q.Lang, Title: a.Title, Section: section, View: q.View, Data: a.Data, Who: q.Who, Badge: q.badge,
			path: q.HTTP.URL.EscapedPath(), query: q.Query,
		}); err != nil {
			return nil, fmt.Errorf("rendering %s: %w", a.Template, err)
		}
		raw, kind = buffer.Bytes(), "text/html; charset=utf-8"
	}
	return pack(raw, kind, a.attach, cmp.Or(a.Status, http.StatusOK))
}

func pack(raw []byte, kind, attach string, status int) (*body, error) {
	var zipped bytes.Buffer
	zip, err := gzip.NewWriterLevel(&zipped, 5)
	if err != nil {
		return nil, err
	}
	if _, err := zip.Write(raw); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	return &body{status: status, kind: kind, attach: attach, zipped: zipped.Bytes(),
		etag: `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}, nil
}

// write sends a page: always asked again, nearly always answered by 304, so nobody looks at an old run.
func (b *body) write(w http.ResponseWriter, r *http.Request) { b.writeFor(w, r, "private, no-cache") }

func (b *body) writeFor(w http.ResponseWriter, r *http.Request, cache string) {
	h := w.Header()
	h.Set("Content-Type", b.kind)
	if b.attach != "" {
		h.Set("Content-Disposition", `attachment; filename="`+b.attach+`"`)
	}
	if b.status == http.StatusOK {
		h.Set("ETag", b.etag)
		h.Set("Cache-Control", cache)
		if matches(r.Header.Get("If-None-Match"), b.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	} else {
		h.Set("Cache-Control", "no-store")
	}
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", fmt.Sprint(len(b.zipped)))
		w.WriteHeader(b.status)
		if r.Method != http.MethodHead {
			_, _ = w.Write(b.zipped) // a client that went away is no error of ours
		}
		return
	}
	w.WriteHeader(b.status)
	if r.Method == http.MethodHead {
		return
	}
	unzip, err := gzip.NewReader(bytes.NewReader(b.zipped))
	if err == nil {
		_, _ = io.Copy(w, unzip)
	}
}

func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" || name == "*" {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}
