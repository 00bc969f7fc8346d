package app

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"
)

// Listen opens the port for pages and metrics; one that is taken is bad input.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, BadInput(fmt.Errorf("%s is in use by another program: stop it, or choose another address with --listen", address))
	}
	if err != nil {
		return nil, BadInput(fmt.Errorf("listening on %s: %w", address, err))
	}
	return l, nil
}

// mostConnections is how many clients may be connected at once; more wait until one has gone. Each may hold its connection for as
// long as the server's timeouts allow: a form that is sent slowly for half a minute, an export that is taken slowly for five.
const mostConnections = 2000

// lastRequests is how long requests that are under way may take when a service stops.
const lastRequests = 15 * time.Second

// ServeHTTP answers on l, with TLS where it is configured, until the context ends, and returns when the requests under way have.
func ServeHTTP(ctx context.Context, l net.Listener, secure TLSFiles, handler http.Handler) error {
	config, err := secure.Load()
	if err != nil {
		return BadInput(err)
	}
	l = netutil.LimitListener(l, mostConnections)
	if config != nil {
		l = tls.NewListener(l, config)
	}
	server := &http.Server{
		Handler: guarded(handler), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastRequests)
		defer cancel()
		_ = server.Shutdown(grace)
	})
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	<-ended // what is under way still needs the store
	return nil
}

// guarded sets nosniff and frame-ancestors on every answer; pages set more.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// MetricsHandler shows the metrics of whatever was built, to whoever sends the token of the configuration where it has one.
func (p *Parts) MetricsHandler() http.Handler {
	show := promhttp.HandlerFor(p.Registry, promhttp.HandlerOpts{Registry: p.Registry, EnableOpenMetrics: true})
	if p.Config.Metrics.Token == "" {
		return show
	}
	want := sha256.Sum256([]byte(p.Config.Metrics.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		// in constant time, digests so that not even the length shows
		if given := sha256.Sum256([]byte(token)); !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="metrics"`)
			http.Error(w, "metrics.token is set: send it as a bearer token", http.StatusUnauthorized)
			return
		}
		show.ServeHTTP(w, r)
	})
}
