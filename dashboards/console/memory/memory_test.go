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
