//go:build linux && amd64

package embedded

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anxin-project/anxin/internal/platform/backoff"
)

// maxSessions bounds the sessions held by requests at once, including those whose client is slow to read.
const maxSessions = 128

// pool hands libchdb connections to requests. Two limits: how many statements the engine works on at once (slots), and how many
// requests hold a connection (sessions). A request gives its slot back while it waits for its client to take a part of the result, so that a
// client which reads one result while it writes another can never block itself, however few slots there are.
type pool struct {
	lib      *chdb
	args     []string
	still    time.Duration // after which an insert that does nothing is given up
	slots    chan struct{}
	sessions chan struct{}

	mu     sync.Mutex // guards what follows
	idle   []*lease
	opened int

	control   *session // to look at statements that run, and to cancel them
	controlMu sync.Mutex
}

func newPool(lib *chdb, args []string, slots int) (*pool, error) {
	p := &pool{lib: lib, args: args, still: standsStill, slots: make(chan struct{}, slots), sessions: make(chan struct{}, maxSessions)}
	control, err := lib.open(args)
	if err != nil {
		return nil, err
	}
	p.control = control
	return p, nil
}

// close ends every connection. Only when no lease is out.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.idle {
		l.session.close()
	}
	p.idle = nil
	p.controlMu.Lock()
	defer p.controlMu.Unlock()
	p.control.close()
}

// lease is a connection in the hands of one request.
type lease struct {
	*session
	pool     *pool
	name     string // its mark in system.processes
	database string
	settings map[string]string
	// dirty: the connection has state that cannot be undone statement by statement (SET, USE, temporary tables); it is not reused.
	dirty   bool
	working bool // holds a slot
	left    bool // its statement makes no progress and was abandoned
}

// lease waits for a free connection and a slot.
func (p *pool) lease(ctx context.Context) (*lease, error) {
	select {
	case p.sessions <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	l, err := p.idleOrNew()
	if err != nil {
		<-p.sessions
		return nil, err
	}
	if err := l.work(ctx); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// takeIdle returns a connection that nobody uses, or nil with the number of the one to open.
func (p *pool) takeIdle() (l *lease, number int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		l, p.idle = p.idle[n-1], p.idle[:n-1]
		return l, 0
	}
	p.opened++
	return nil, p.opened
}

// idleOrNew opens a connection where none is idle. The pool's lock is not held meanwhile: opening may take long on a busy machine.
func (p *pool) idleOrNew() (*lease, error) {
	l, number := p.takeIdle()
	if l != nil {
		return l, nil
	}
	s, err := p.lib.open(p.args)
	if err != nil {
		return nil, err
	}
	l = &lease{session: s, pool: p, name: fmt.Sprintf("anxin-%d", number), database: "default", settings: map[string]string{}}
	// implicit_select is libchdb's own default; off, the dialect is the server's.
	if err := l.exec("SET implicit_select = 0, log_comment = " + quote(l.name)); err != nil {
		s.close()
		return nil, err
	}
	return l, nil
}

// release gives the connection back, or closes it when it is dirty or one too many.
func (l *lease) release() {
	l.rest()
	p := l.pool
	if l.left { // its statement has not come back: whoever waits for that closes it
		<-p.sessions
		return
	}
	p.mu.Lock()
	keep := !l.dirty && len(p.idle) < cap(p.slots)
	if keep {
		p.idle = append(p.idle, l)
	}
	p.mu.Unlock()
	if !keep { // without the lock: closing waits for the engine
		l.session.close()
	}
	<-p.sessions
}

// work takes a slot, rest gives it back.
func (l *lease) work(ctx context.Context) error {
	if l.working {
		return nil
	}
	select {
	case l.pool.slots <- struct{}{}:
		l.working = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *lease) rest() {
	if l.working {
		<-l.pool.slots
		l.working = false
	}
}

// prepare gives the connection the request's database and settings, as if each request had a session of its own.
// Settings by SET rather than by a SETTINGS clause: this holds for every kind of statement, and the statement's own clause still wins.
func (l *lease) prepare(database string, settings map[string]string) error {
	if database != l.database {
		if err := l.exec("USE " + quoteName(database)); err != nil {
			return err
		}
		l.database = database
	} else if database != "default" {
		// It may have been dropped since; a server says so at once.
		if err := l.exec("USE " + quoteName(database)); err != nil {
			return err
		}
	}
	var changes []string
	for _, name := range slices.Sorted(maps.Keys(l.settings)) {
		if _, wanted := settings[name]; !wanted {
			changes = append(changes, name+" = DEFAULT")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if now, set := l.settings[name]; !set || now != settings[name] {
			changes = append(changes, name+" = "+quote(settings[name]))
		}
	}
	if len(changes) == 0 {
		return nil
	}
	if _, ok := settings["readonly"]; ok {
		l.dirty = true // readonly cannot be taken back within a connection
	}
	if err := l.exec("SET " + strings.Join(changes, ", ")); err != nil {
		l.dirty = true // perhaps half of it was applied
		return err
	}
	l.settings = maps.Clone(settings)
	return nil
}

func (l *lease) exec(statement string) error {
	r, err := l.query([]byte(statement), "Null", nil)
	if err != nil {
		return err
	}
	r.free()
	return nil
}

// watch cancels what the connection is running once the context ends. The returned function must be called when the work is over; it
// returns only when nothing more can be cancelled by mistake.
func (l *lease) watch(ctx context.Context) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		// Again and again: the statement may not have been listed yet, or be followed by another.
		again := backoff.Doubling{First: 20 * time.Millisecond, Most: time.Second}
		for times := 0; ; times++ {
			l.pool.kill(l.name)
			select {
			case <-done:
				return
			case <-time.After(again.After(times)):
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// kill cancels the statement that runs on the connection of that name, if any. It does not wait: the statement ends with code 394.
func (p *pool) kill(name string) {
	p.controlMu.Lock()
	defer p.controlMu.Unlock()
	r, err := p.control.query([]byte("KILL QUERY WHERE Settings['log_comment'] = "+quote(name)+" ASYNC"), "Null", nil)
	if err == nil {
		r.free()
		return
	}
	p.reopenControl()
}

var (
	stringEscaper = strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	nameEscaper   = strings.NewReplacer(`\`, `\\`, "`", "\\`")
)

func quote(value string) string { return "'" + stringEscaper.Replace(value) + "'" }

func quoteName(name string) string { return "`" + nameEscaper.Replace(name) + "`" }
