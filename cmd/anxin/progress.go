package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// progress shows on a terminal what long work is at, and is silent elsewhere.
type progress struct {
	mu    sync.Mutex
	to    io.Writer
	live  bool
	last  time.Time
	drawn bool
}

func newProgress() *progress { return &progress{to: os.Stderr, live: terminal(os.Stderr)} }

// step replaces the line shown; steps that come too fast are left out.
func (p *progress) step(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.live || time.Since(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.drawn = time.Now(), true
	fmt.Fprintf(p.to, "\r\x1b[K%s", fmt.Sprintf(format, args...))
}

// clear removes the line shown.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live && p.drawn {
		fmt.Fprint(p.to, "\r\x1b[K")
		p.drawn = false
	}
}
