package app

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestEveryAnswerIsGuarded(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- ServeHTTP(ctx, l, TLSFiles{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metrics") }))
	}()
	response, err := http.Get("http://" + l.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.Header.Get("X-Content-Type-Options") != "nosniff" || response.Header.Get("Content-Security-Policy") != "frame-ancestors 'none'" {
		t.Errorf("the headers are %v", response.Header)
	}
	request, err := http.NewRequest(http.MethodGet, "http://"+l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		request.Header.Add("X-Filler", strings.Repeat("x", 1000))
	}
	if response, err = http.DefaultClient.Do(request); err != nil || response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("100 KB of headers are answered by %v, %v", response, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRequestsUnderWayEndBeforeTheServiceDoes(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	begun, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var finished atomic.Bool
	go func() {
		done <- ServeHTTP(ctx, l, TLSFiles{}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(begun)
			<-release
			finished.Store(true)
		}))
	}()
	answered := make(chan error, 1)
	go func() {
		response, err := http.Get("http://" + l.Addr().String())
		if err == nil {
			err = response.Body.Close()
		}
		answered <- err
	}()
	<-begun
	cancel()
	for { // until nobody is let in any more
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		conn.Close()
	}
	select {
	case err := <-done:
		t.Errorf("the service ended (%v) while a request was under way", err)
	default:
	}
	close(release)
	if err := <-answered; err != nil {
		t.Errorf("the request under way was cut off: %v", err)
	}
	if err := <-done; err != nil || !finished.Load() {
		t.Errorf("the service ended with %v, the request finished: %v", err, finished.Load())
	}
}
