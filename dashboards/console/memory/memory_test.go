package memory

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAValueIsComputedOnceForAllWhoAsk(t *testing.T) {
	m := New[int](2)
	var computed atomic.Int32
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			v, err := m.Get(context.Background(), "a", time.Time{}, 0, func() (int, error) {
				computed.Add(1)
				return 7, nil
			})
			if v != 7 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		})
	}
	group.Wait()
	if n := computed.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
}

func TestTheMemoryForgetsErrorsTheOldestAndTheExpired(t *testing.T) {
	m := New[int](2)
	now := time.Unix(1000, 0)
	n := 0
	get := func(key string, at time.Time, err error) int {
		v, _ := m.Get(context.Background(), key, at, time.Minute, func() (int, error) { n++; return n, err })
		return v
	}
	get("a", now, errors.New("no"))
	if get("a", now, nil) != 2 {
		t.Error("an error was kept")
	}
	if get("a", now.Add(59*time.Second), nil) != 2 || get("a", now.Add(61*time.Second), nil) != 3 {
		t.Error("the minute is not kept")
	}
	get("b", now, nil)
	get("c", now, nil)
	if len(m.entries) != 2 || len(m.order) != 2 || get("a", now, nil) != 6 {
		t.Errorf("%d entries are kept, %d computed", len(m.entries), n)
	}
}

func TestWhoComputesMayLeaveWithoutFailingWhoWaits(t *testing.T) {
	m := New[int](2)
	begun, leave := make(chan struct{}), make(chan struct{})
	go m.Get(context.Background(), "a", time.Time{}, 0, func() (int, error) {
		close(begun)
		<-leave
		return 0, context.Canceled
	})
	<-begun
	got := make(chan int)
	go func() {
		v, _ := m.Get(context.Background(), "a", time.Time{}, 0, func() (int, error) { return 9, nil })
		got <- v
	}()
	close(leave)
	if v := <-got; v != 9 {
		t.Errorf("got %d", v)
	}
}

func TestWhatIsRememberedWeighsNoMoreThanItMay(t *testing.T) {
	m := NewWeighed(100, 1000, func(v []byte) int64 { return int64(len(v)) })
	computed := 0
	get := func(key string, size int) {
		t.Helper()
		v, err := m.Get(t.Context(), key, time.Now(), 0, func() ([]byte, error) { computed++; return make([]byte, size), nil })
		if err != nil || len(v) != size {
			t.Fatalf("%s: %d bytes, %v", key, len(v), err)
		}
	}
	get("a", 300)
	get("b", 300)
	get("c", 300)
	get("a", 300) // is still there
	if computed != 3 || m.weight != 903 {
		t.Errorf("%d computed, weight %d", computed, m.weight)
	}
	get("d", 300) // pushes a out
	if m.weight != 903 || m.entries["a"] != nil {
		t.Errorf("weight %d, entries %d", m.weight, len(m.entries))
	}
	get("huge", 2000) // is answered and not kept, and everything older went for it
	if m.weight != 0 || len(m.entries) != 0 || len(m.order) != 0 {
		t.Errorf("weight %d, entries %d", m.weight, len(m.entries))
	}
	get("a", 300)
	m.Clear()
	if m.weight != 0 {
		t.Errorf("weight %d after Clear", m.weight)
	}
}
