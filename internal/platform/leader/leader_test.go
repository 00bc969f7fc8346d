package leader_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/leader"
)

const topic = "test.leader"

// patience is far more than anything here takes.
const patience = 30 * time.Second

func broker(t *testing.T) *embedded.Broker {
	t.Helper()
	b, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// configuration of a member whose times are a fraction of what they are in production.
func configuration(t *testing.T, b *embedded.Broker) leader.Configuration {
	t.Helper()
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return leader.Configuration{
		Topic: topic, Brokers: b.Addrs(), Client: &kafka.Client{Addr: kafka.TCP(b.Addrs()...), Transport: transport}, Dialer: &kafka.Dialer{Timeout: 5 * time.Second},
		Session: 6 * time.Second, Heartbeat: 100 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
	}
}

// member is a process that takes part in the election.
type member struct {
	name  string
	leads chan context.Context // a context for every lead
	stop  context.CancelFunc
	ended chan error
}

// atWork counts the members at work; two at once are a defect.
type atWork struct {
	atomic.Int32
	t *testing.T
}

func (w *atWork) enter() {
	if w.Add(1) > 1 {
		w.t.Error("two members work at once")
	}
}

// join starts a member that works until it no longer leads, and then takes a while to end.
func join(t *testing.T, b *embedded.Broker, name string, busy *atWork, change ...func(*leader.Configuration)) *member {
	t.Helper()
	c := configuration(t, b)
	for _, f := range change {
		f(&c)
	}
	ctx, cancel := context.WithCancel(t.Context())
	m := &member{name: name, leads: make(chan context.Context, 100), stop: cancel, ended: make(chan error, 1)}
	go func() {
		m.ended <- leader.New(c).Run(ctx, func(leading context.Context) bool {
			busy.enter()
			defer busy.Add(-1)
			m.leads <- leading
			<-leading.Done()
			<-time.After(50 * time.Millisecond) // work takes a while to end, in which nobody else may begin
			return c.Urgent
		})
	}()
	t.Cleanup(func() { m.leave(t) })
	return m
}

func (m *member) leave(t *testing.T) {
	t.Helper()
	m.stop()
	select {
	case err := <-m.ended:
		if err != nil {
			t.Errorf("%s ended with %v", m.name, err)
		}
		m.ended <- nil
	case <-time.After(patience):
		t.Fatalf("%s does not end", m.name)
	}
}

// mustLead waits for a member's next lead.
func (m *member) mustLead(t *testing.T) context.Context {
	t.Helper()
	select {
	case leading := <-m.leads:
		return leading
	case <-time.After(patience):
		t.Fatalf("%s is not given the lead", m.name)
		return nil
	}
}

func mustEnd(t *testing.T, leading context.Context) {
	t.Helper()
	select {
	case <-leading.Done():
	case <-time.After(patience):
		t.Fatal("the lead does not end")
	}
}

func TestTheLeadPassesOnWhenTheLeaderLeaves(t *testing.T) {
	t.Parallel()
	b, busy := broker(t), &atWork{t: t}
	first := join(t, b, "first", busy)
	first.mustLead(t)
	second := join(t, b, "second", busy)
	// the generation that takes the second in gives the lead to the first again
	first.mustLead(t)
	if len(second.leads) > 0 {
		t.Error("a process that starts takes the lead from another")
	}
	first.leave(t)
	second.mustLead(t)
}

func TestALeaderThatIsCutOffLosesTheLead(t *testing.T) {
	t.Parallel()
	b, busy := broker(t), &atWork{t: t}
	first := join(t, b, "first", busy)
	leading := first.mustLead(t)
	b.Close()
	mustEnd(t, leading)
}

func TestAnUrgentMemberLeadsAtOnceAndGivesTheLeadBack(t *testing.T) {
	t.Parallel()
	b, busy := broker(t), &atWork{t: t}
	standing := join(t, b, "standing", busy)
	before := standing.mustLead(t)
	urgent := join(t, b, "urgent", busy, func(c *leader.Configuration) { c.Urgent = true })
	urgent.mustLead(t)
	mustEnd(t, before)
	third := join(t, b, "third", busy)
	urgent.stop()
	select {
	case <-standing.leads:
	case <-third.leads:
	case <-time.After(patience):
		t.Fatal("nobody leads after the urgent member")
	}
}

func TestWorkThatIsDoneLeavesTheGroup(t *testing.T) {
	t.Parallel()
	b := broker(t)
	if err := leader.New(configuration(t, b)).Run(t.Context(), func(context.Context) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if g := b.Cluster().GroupInfo(topic); g == nil || len(g.Members) != 0 {
		t.Errorf("the member did not leave the group: %+v", g)
	}
	if b.Cluster().PartitionInfo(topic, 0) == nil || b.Cluster().PartitionInfo(topic, 1) != nil {
		t.Error("the topic was not made with one partition")
	}
}

func TestWithoutABrokerItSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	b := broker(t)
	c := configuration(t, b)
	b.Close()
	var log strings.Builder
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := leader.New(c).Run(ctx, func(context.Context) bool { t.Error("it leads without a broker"); return true }); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "waiting for the topic") {
		t.Errorf("it does not say what it waits for: %s", log.String())
	}
}
