package console

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
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/platform/access"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/api"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// serverDependencies are what a server needs.
type serverDependencies struct {
	Language  string        // for who has not chosen
	Timeout   time.Duration // per page
	Remember  int           // so many rendered pages are kept
	Keeper    *view.Keeper
	Gate      *signin.Gate
	Detectors *view.Detectors
	Laws      *law.Registry
	Sources   view.Sources
	Regions   view.Regions
	Progress  func() []Stage
	Logger    *slog.Logger
	Now       func() time.Time
	Metrics   prometheus.Registerer
}

// webServer answers requests: it lets people in, shows them their part of the run, renders and remembers pages, and writes down
// what the audit log is to have. What there is to answer, the table of routes says. It may be used from many goroutines.
type webServer struct {
	otherwise language.Locale // for who has not chosen
	timeout   time.Duration
	keeper    *view.Keeper
	gate      *signin.Gate
	progress  func() []Stage
	log       *slog.Logger
	now       func() time.Time
	metrics   *metrics
	templates map[string]renderer // by language
	assets    *assets
	bodies    *memory.Memory[*body]
	table     []route
}

// newServer registers the metrics of requests and parses the templates of every room. Nothing is answered before the table is
// given.
func newServer(d serverDependencies, rooms []Room) (*webServer, error) {
	s := &webServer{
		otherwise: language.Locale(d.Language), timeout: d.Timeout, keeper: d.Keeper, gate: d.Gate, progress: d.Progress, log: d.Logger, now: d.Now,
		bodies: memory.New[*body](d.Remember),
	}
	var err error
	if s.metrics, err = newMetrics(d.Metrics); err != nil {
		return nil, err
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	s.templates, err = parseTemplates(func(l language.Locale) template.FuncMap { return functions(l, d, s.assets) }, rooms)
	return s, err
}

// setTable says what there is to answer.
func (s *webServer) setTable(table []route) { s.table = table }

// forget drops every remembered page.
func (s *webServer) forget() { s.bodies.Clear() }

// body is a finished answer. Only the compressed form is kept: nearly every client takes it, and it is a tenth.
type body struct {
	status int
	kind   string // content type
	attach string // file name of a download
	etag   string
	zipped []byte
}

// answer is what a page's function returns.
type answer struct {
	template string
	title    string
	data     any
	status   int // 0: 200

	redirect string
	json     any    // of the API, instead of a template
	raw      []byte // instead of a template
	kind     string
	attach   string
}

// pageFunc answers one route from the request alone; it must not keep anything between requests.
type pageFunc func(*request) (answer, error)

// request is one request, with what every page needs.
type request struct {
	ctx   context.Context
	lang  language.Locale
	who   *signin.Session // nil: nobody is signed in
	view  *view.View      // what of the run this person may see
	all   *view.View      // the whole run, only to find out what an object is
	query *query
	http  *http.Request
	w     http.ResponseWriter // of routes that are never remembered: for cookies

	server   *webServer
	event    audit.Event // for the audit log: what a form did, as far as its page has filled it in
	recorded bool        // the audit log has it already
}

// person is who asks; nil for nobody.
func (r *request) person() *access.Person {
	if r.who == nil {
		return nil
	}
	return &r.who.Person
}

// recordsAs writes into the audit log what a form did, as one of several that the route did.
func (r *request) recordAs(action string) error {
	return r.server.record(r, route{audited: action}, nil)
}

// show gives a request the part of a run that its person may see.
func (r *request) show(all *view.View) error {
	view, err := r.server.keeper.Part(r.ctx, all, r.person())
	r.all, r.view = all, view
	return err
}

// Handler serves every page, the assets and /healthz.
func (s *webServer) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range s.table {
		mux.Handle(route.pattern, s.page(route))
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
		s.fail(w, &request{ctx: r.Context(), lang: s.language(r), query: readQuery(r), http: r}, errForged)
	})))
}

// around sets the headers of every answer, turns a panic into the error page and counts.
func (s *webServer) around(next http.Handler) http.Handler {
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
					s.fail(recorder, &request{ctx: r.Context(), lang: s.language(r), query: readQuery(r), http: r}, errors.New("panic"))
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

// maxForm is the largest form taken.
const maxForm = 64 << 10

// page serves a route: who asks and whether they may, language, waiting page, memory of rendered pages, ETag, compression,
// errors, and the audit log.
func (s *webServer) page(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := s.language(r)
		if r.URL.Query().Has("lang") {
			s.rememberLanguage(w, r, lang)
		}
		w.Header().Set("Vary", "Accept-Encoding, Cookie, Authorization, Accept-Language")
		ctx, cancel := context.WithTimeout(r.Context(), s.timeout)
		defer cancel()
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		q := &request{server: s, ctx: ctx, lang: lang, who: s.whoAsks(r), all: s.keeper.Latest(), query: readQuery(r), http: r}
		if err := s.admit(q, route); err != nil {
			if errors.Is(err, errForbidden) {
				err = errors.Join(err, s.record(q, route, err))
			}
			s.fail(w, q, err)
			return
		}
		if q.all == nil && needsRun(route.section) {
			s.waiting(w, q)
			return
		}
		if route.life == never {
			q.w = w
		}
		render := func() (*body, error) {
			a, err := route.serve(q)
			if err == nil {
				err = q.query.err()
			}
			if err != nil {
				return nil, err
			}
			if a.redirect != "" {
				return nil, redirect(a.redirect)
			}
			return s.finish(q, route.section, a)
		}
		b, err := s.remembered(q, route, render)
		if err == nil || route.writes() {
			if recording := s.record(q, route, err); recording != nil {
				err = recording
			}
		}
		if err != nil {
			s.fail(w, q, err)
			return
		}
		if route.life == never {
			b.writeFor(w, r, "no-store")
			return
		}
		b.write(w, r)
	})
}

// remembered renders a page, or returns it as it was rendered a moment ago for the same session. Pages carry who is signed
// in and show what that person may see, so they are remembered per session and never shared: its key changes with the
// person's rights.
func (s *webServer) remembered(q *request, route route, render func() (*body, error)) (*body, error) {
	if route.life == never {
		return render()
	}
	number, session := uint64(0), ""
	if q.all != nil {
		number = q.all.Run.Number
	}
	if q.who != nil {
		session = q.who.Key
	}
	key := fmt.Sprintf("%s %s %d %s?%s", session, q.lang, number, q.http.URL.EscapedPath(), q.query.canonical())
	return s.bodies.Get(q.ctx, key, s.now(), route.life, render)
}

// needsRun: these sections show a run; the rest also works before the first one.
func needsRun(section string) bool {
	switch section {
	case "ranking", "editions", "warnings", "search":
		return true
	}
	return false
}

func (s *webServer) finish(q *request, section string, a answer) (*body, error) {
	raw, kind := a.raw, a.kind
	if a.json != nil {
		var err error
		if raw, err = json.Marshal(a.json); err != nil {
			return nil, fmt.Errorf("writing the answer of %s: %w", q.http.URL.Path, err)
		}
		raw, kind = append(raw, '\n'), "application/json; charset=utf-8"
	}
	if a.template != "" {
		var buffer bytes.Buffer
		if err := s.templates[string(q.lang)].render(&buffer, a.template, &frame{
			Lang: q.lang, Title: a.title, Section: section, View: q.view, Data: a.data, Who: q.who,
			path: q.http.URL.EscapedPath(), query: q.query,
		}); err != nil {
			return nil, fmt.Errorf("rendering %s: %w", a.template, err)
		}
		raw, kind = buffer.Bytes(), "text/html; charset=utf-8"
	}
	return pack(raw, kind, a.attach, cmp.Or(a.status, http.StatusOK))
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
