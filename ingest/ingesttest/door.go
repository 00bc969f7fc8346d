package ingesttest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Door stands between a client and a server and can be shut.
type Door struct {
	l  net.Listener
	to string

	mu    sync.Mutex
	state doorState
	open  map[net.Conn]bool
	going sync.WaitGroup
}

type doorState int

const (
	// Open lets everything through.
	Open doorState = iota
	// Shut ends connections and those that come.
	Shut
	// Silent takes connections and what is sent on them and never answers.
	Silent
)

// NewDoor opens a door to an address.
func NewDoor(t testing.TB, to string) *Door {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &Door{l: l, to: to, open: map[net.Conn]bool{}}
	d.going.Go(d.serve)
	t.Cleanup(func() {
		l.Close()
		d.Set(Shut)
		d.going.Wait()
	})
	return d
}

// Addr is the address of the door.
func (d *Door) Addr() string { return d.l.Addr().String() }

// Set changes the door; every connection is cut when it does.
func (d *Door) Set(s doorState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = s
	for c := range d.open {
		c.Close()
	}
	clear(d.open)
}

func (d *Door) serve() {
	for {
		from, err := d.l.Accept()
		if err != nil {
			return
		}
		d.going.Go(func() { d.pass(from) })
	}
}

// enter registers a connection under the door's present state; false when it was shut.
func (d *Door) enter(c net.Conn) (doorState, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state == Shut {
		c.Close()
		return Shut, false
	}
	d.open[c] = true
	return d.state, true
}

func (d *Door) pass(from net.Conn) {
	defer from.Close()
	state, ok := d.enter(from)
	if !ok {
		return
	}
	if state == Silent {
		_, _ = io.Copy(io.Discard, from)
		return
	}
	to, err := net.Dial("tcp", d.to)
	if err != nil {
		return
	}
	defer to.Close()
	if _, ok := d.enter(to); !ok {
		return
	}
	d.going.Go(func() {
		_, _ = io.Copy(to, from)
		to.Close()
	})
	_, _ = io.Copy(from, to)
}
