package console

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

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

	redirect string
	raw      []byte // instead of a template
	kind     string
	attach   string
}

// pageFunc answers one route from the request alone; it must not keep anything between requests.
type pageFunc func(*request) (answer, error)

// request is one request, with what every page needs.
type request struct {
	ctx   context.Context
	lang  locale
	view  *View
	query *query
	http  *http.Request
}

func (c *Console) routes() http.Handler {
	mux := http.NewServeMux()
	// Pages of a run stay as they are until a newer run: they are remembered without end. Cases change by themselves.
	// So does the quality of the data, which is judged by days.
	const untilNextRun, briefly, aWhile = 0, 2 * time.Second, 20 * time.Second
	pages := []struct {
		pattern string
		section string
		life    time.Duration
		serve   pageFunc
	}{
		{"GET /{$}", "ranking", untilNextRun, c.rankingPage},
		{"GET /ranking.csv", "ranking", untilNextRun, c.rankingCSV},
		{"GET /townships/{code}", "ranking", untilNextRun, c.unitPage},
		{"GET /units/{code}", "ranking", untilNextRun, c.unitPage},
		{"GET /explain/{code}", "ranking", untilNextRun, c.explainPage},
		{"GET /editions", "editions", untilNextRun, c.editionsPage},
		{"GET /editions/{number}", "editions", untilNextRun, c.editionPage},
		{"GET /editions/{number}/ranking.csv", "editions", untilNextRun, c.editionCSV},
		{"GET /editions/{number}/diff", "editions", untilNextRun, c.diffPage},
		{"GET /editions/{number}/diff.csv", "editions", untilNextRun, c.diffCSV},
		{"GET /plan", "editions", untilNextRun, c.planPage},
		{"GET /plan.csv", "editions", untilNextRun, c.planCSV},
		{"GET /rates", "editions", untilNextRun, c.ratesPage},
		{"GET /rates.csv", "editions", untilNextRun, c.ratesCSV},
		{"GET /warnings", "warnings", untilNextRun, c.warningsPage},
		{"GET /warnings.csv", "warnings", untilNextRun, c.warningsCSV},
		{"GET /subjects/{scope}/{id}", "warnings", briefly, c.subjectPage},
		{"GET /cases", "cases", briefly, c.casesPage},
		{"GET /cases/{id}", "cases", briefly, c.casePage},
		{"GET /quality", "quality", aWhile, c.qualityPage},
		{"GET /quality.csv", "quality", aWhile, c.qualityCSV},
		{"GET /search", "search", untilNextRun, c.searchPage},
		{"GET /runs", "runs", briefly, c.runsPage},
		{"GET /runs.csv", "runs", briefly, c.runsCSV},
		{"GET /about", "about", untilNextRun, c.aboutPage},
	}
	for _, p := range pages {
		mux.Handle(p.pattern, c.page(p.section, p.life, p.serve))
	}
	mux.Handle("GET /assets/{name}", c.assets)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, c.assets.url("icon.svg"), http.StatusMovedPermanently)
	})
	mux.HandleFunc("GET /healthz", c.health)
	mux.Handle("/", c.page("", briefly, func(r *request) (answer, error) { return answer{}, errNotFound }))
	return c.around(mux)
}

// around sets the headers of every answer, turns a panic into the error page and counts.
func (c *Console) around(next http.Handler) http.Handler {
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
				c.log.Error("a page panicked", "path", r.URL.Path, "panic", fmt.Sprint(p))
				if !recorder.wrote {
					c.fail(recorder, r, c.language(r), errors.New("panic"))
				}
			}
			c.metrics.observe(r.Pattern, recorder.status, time.Since(start))
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

// page serves a page function: language, waiting page, memory of rendered pages, ETag, compression, errors.
func (c *Console) page(section string, life time.Duration, serve pageFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := c.language(r)
		if r.URL.Query().Has("lang") {
			c.rememberLanguage(w, r, lang)
		}
		w.Header().Set("Vary", "Accept-Encoding, Cookie, Accept-Language")
		ctx, cancel := context.WithTimeout(r.Context(), c.config.QueryTimeout)
		defer cancel()
		q := &request{ctx: ctx, lang: lang, view: c.view.Load(), query: readQuery(r), http: r}
		if q.view == nil && needsRun(section) {
			c.waiting(w, r, lang)
			return
		}
		render := func() (*body, error) {
			a, err := serve(q)
			if err == nil {
				err = q.query.err()
			}
			if err != nil {
				return nil, err
			}
			if a.redirect != "" {
				return nil, redirect(a.redirect)
			}
			return c.finish(q, section, a, http.StatusOK)
		}
		number := uint64(0)
		if q.view != nil {
			number = q.view.Run.Number
		}
		key := fmt.Sprintf("%s %d %s?%s", lang, number, r.URL.EscapedPath(), q.query.canonical())
		b, err := c.bodies.get(ctx, key, c.now(), life, render)
		if err != nil {
			c.fail(w, r, lang, err)
			return
		}
		b.write(w, r)
	})
}

// needsRun: these sections show a run; the rest also works before the first one.
func needsRun(section string) bool {
	switch section {
	case "ranking", "editions", "warnings", "search":
		return true
	}
	return false
}

func (c *Console) finish(q *request, section string, a answer, status int) (*body, error) {
	raw, kind := a.raw, a.kind
	if a.template != "" {
		var buffer bytes.Buffer
		if err := c.templates[string(q.lang)].render(&buffer, a.template, &frame{
			Lang: q.lang, Title: a.title, Section: section, View: q.view, Data: a.data,
			path: q.http.URL.EscapedPath(), query: q.query,
		}); err != nil {
			return nil, fmt.Errorf("rendering %s: %w", a.template, err)
		}
		raw, kind = buffer.Bytes(), "text/html; charset=utf-8"
	}
	return pack(raw, kind, a.attach, status)
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
