package ingest_test

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
)

func TestAGracefulStopStoresCommitsAndLeavesFast(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Config.BatchTime = time.Hour // only the stop flushes
	in := w.Start(t)
	w.Produce(t, ingesttest.Records(t, "tiny", 11, 5_000)...)
	ingesttest.Eventually(t, patience, "all is read", func() bool { return in.Value(t, "anxin_ingest_read_records_total") == 5_000 })
	if took := in.Stop(t); took > w.Config.Drain {
		t.Errorf("stopping took %v", took)
	}
	if done, err := in.CaughtUp(t.Context()); err != nil || !done {
		t.Errorf("not all was committed: %v", err)
	}
	w.Check(t)
	if g := w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group); g == nil || len(g.Members) != 0 {
		t.Errorf("the member did not leave the group: %+v", g)
	}
}

func TestAnAbruptStopCostsOnlyAReplay(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Config.BatchRows, w.Config.Drain = 700, time.Millisecond // nothing in hand survives a stop
	w.Produce(t, ingesttest.Records(t, "tiny", 12, 10_000)...)
	for range 4 {
		in := w.Start(t)
		ingesttest.Eventually(t, patience, "something is read", func() bool { return in.Value(t, "anxin_ingest_read_records_total") > 500 })
		in.Stop(t)
	}
	w.Start(t)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

func TestStoppingNeverHangs(t *testing.T) {
	t.Parallel()
	for name, arrange := range map[string]func(*testing.T, *ingesttest.World){
		"while there is no broker":              func(_ *testing.T, w *ingesttest.World) { w.Broker.Close() },
		"while the store is away":               func(_ *testing.T, w *ingesttest.World) { w.Door.Set(ingesttest.Shut) },
		"while the store does not answer":       func(_ *testing.T, w *ingesttest.World) { w.Door.Set(ingesttest.Silent) },
		"while the group waits for a late join": func(_ *testing.T, w *ingesttest.World) { swallow(w, kmsg.JoinGroup) },
		"while heartbeats get no answer":        func(_ *testing.T, w *ingesttest.World) { swallow(w, kmsg.Heartbeat) },
		"while commits get no answer":           func(_ *testing.T, w *ingesttest.World) { swallow(w, kmsg.OffsetCommit) },
		"while dead letters get no answer": func(_ *testing.T, w *ingesttest.World) {
			swallow(w, kmsg.Produce)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
			w.Config.Drain = time.Second
			w.Send(t, ingesttest.Records(t, "tiny", 13, 3_000)...)
			arrange(t, w)
			in := w.Start(t)
			busy, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
			defer cancel()
			<-busy.Done() // a while, in which nothing can be observed from outside
			if took := in.Stop(t); took > w.Config.Drain+10*time.Second {
				t.Errorf("stopping took %v", took)
			}
		})
	}
}

// swallow lets requests of a kind go without an answer.
func swallow(w *ingesttest.World, key kmsg.Key) {
	w.Broker.Cluster().ControlKey(int16(key), func(kmsg.Request) (kmsg.Response, error, bool) {
		w.Broker.Cluster().KeepControl()
		return nil, nil, true
	})
}

func TestNoGoroutineOutlivesAStop(t *testing.T) {
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	for range 2 {
		in := w.Start(t)
		w.Produce(t, ingesttest.Records(t, "tiny", 14, 2_000)...)
		ingesttest.Eventually(t, patience, "something is stored", func() bool { return in.Value(t, "anxin_ingest_stored_records_total") > 0 })
		in.Stop(t)
		var left string
		ingesttest.Eventually(t, patience, "its goroutines have ended", func() bool {
			buf := make([]byte, 1<<20)
			left = string(buf[:runtime.Stack(buf, true)])
			return !strings.Contains(left, "ingest.(*") && !strings.Contains(left, "kafka-go.(*ConsumerGroup)") && !strings.Contains(left, "kafka-go.(*Generation)")
		})
	}
}

func TestARefusedCommitLosesNothing(t *testing.T) {
	t.Parallel()
	for _, err := range []*kerr.Error{kerr.IllegalGeneration, kerr.UnknownMemberID, kerr.RebalanceInProgress, kerr.NotCoordinator} {
		t.Run(err.Message, func(t *testing.T) {
			t.Parallel()
			w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
			w.Config.BatchRows = 500
			refused := w.Broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Topic: "wage.attendance", Err: err, Count: 5})
			in := w.Start(t)
			w.Produce(t, ingesttest.Records(t, "tiny", 15, 3_000)...)
			w.AwaitCaughtUp(t, patience)
			if refused.Hits() == 0 {
				t.Error("no commit was refused")
			}
			if in.Value(t, "anxin_ingest_generations_total") < 2 {
				t.Error("the generation went on after its commit had been refused")
			}
			w.Check(t)
		})
	}
}

func TestMembersThatComeAndGoLoseNothing(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Config.BatchRows = 400
	records := ingesttest.Records(t, "tiny", 16, 20_000)
	var members []*ingesttest.Member
	for i := range 6 {
		members = append(members, w.Start(t))
		w.Produce(t, records[:2_000]...)
		records = records[2_000:]
		if i%2 == 1 {
			members[0].Stop(t)
			members = members[1:]
		}
	}
	w.Produce(t, records...)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

func TestConnectionsThatAreCutLoseNothing(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Config.BatchRows = 400
	w.Produce(t, ingesttest.Records(t, "tiny", 17, 5_000)...) // before: the source's connections stay whole
	var n, cuts atomic.Int64
	c := w.Broker.Cluster()
	c.Control(func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if n.Add(1)%13 == 0 && cuts.Load() < 60 {
			cuts.Add(1)
			return nil, fmt.Errorf("cut"), true
		}
		return nil, nil, false
	})
	w.Start(t)
	ingesttest.Eventually(t, patience, "many connections have been cut", func() bool { return cuts.Load() == 60 })
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

func TestABrokerThatComesBackIsReadOn(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), t.TempDir())
	records := ingesttest.Records(t, "tiny", 18, 9_000)
	w.Broker.Close()
	in := w.Start(t) // away at start, too
	ingesttest.Eventually(t, patience, "it waits for the broker", func() bool { return in.Log.Contains("waiting for the broker") })
	for range 3 {
		w.StartBroker(t)
		w.Produce(t, records[:3_000]...)
		records = records[3_000:]
		ingesttest.Eventually(t, patience, "something is read", func() bool { return in.Value(t, "anxin_ingest_read_records_total") > 0 })
		w.Broker.Close()
	}
	w.StartBroker(t)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

// A broker comes back, and at first its coordinator refuses whatever is asked of it.
func TestAMemberThatLostTheBrokerDoesNotStayInTheGroup(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Config.Session = 5 * time.Minute // how long the group would wait for that member
	records := ingesttest.Records(t, "tiny", 23, 4_000)
	in := w.Start(t)
	w.Produce(t, records[:2_000]...)
	w.AwaitCaughtUp(t, patience)
	before := w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group).Members

	var away atomic.Bool
	away.Store(true)
	c := w.Broker.Cluster()
	refused := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.LeaveGroup}, TopLevel: true, Err: kerr.NotCoordinator, Count: 3})
	c.Control(func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		switch kmsg.Key(r.Key()) {
		case kmsg.FindCoordinator, kmsg.Heartbeat:
			if away.Load() {
				return nil, fmt.Errorf("cut"), true
			}
		}
		return nil, nil, false
	})
	ingesttest.Eventually(t, patience, "the member is lost", func() bool { return in.Log.Contains("waiting for the broker") })
	away.Store(false)
	w.Produce(t, records[2_000:]...)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
	if refused.Hits() != 3 {
		t.Errorf("leaving the group was refused %d times, want 3", refused.Hits())
	}
	after := w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group).Members
	if len(before) != 1 || len(after) != 1 || before[0].MemberID == after[0].MemberID {
		t.Errorf("members before %v and after %v; want one, and another one", before, after)
	}
}

// kafka-go tells of a member only once it has work: one that joined and then lost the broker must not stay either.
func TestAMemberThatLostTheBrokerWhileJoiningDoesNotStayInTheGroup(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Config.Session = 5 * time.Minute
	c := w.Broker.Cluster()
	refused := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.LeaveGroup}, TopLevel: true, Err: kerr.NotCoordinator, Count: 2})
	c.ControlKey(int16(kmsg.OffsetFetch), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, fmt.Errorf("cut"), true })
	records := ingesttest.Records(t, "tiny", 24, 2_000)
	w.Start(t)
	w.Produce(t, records...)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
	if members := c.GroupInfo(w.Config.Kafka.Group).Members; len(members) != 1 || refused.Hits() != 2 {
		t.Errorf("members %v, leaving refused %d times; want one member and 2", members, refused.Hits())
	}
}

func TestTopicsThatComeLaterAreRead(t *testing.T) {
	t.Parallel()
	all := ingesttest.Topics()
	some := maps.Clone(all)
	delete(some, "wage.attendance")
	delete(some, "wage.signals")
	w := ingesttest.NewWorld(t, some, "")
	in := w.Start(t)
	ingesttest.Eventually(t, patience, "it works", func() bool { return in.Value(t, "anxin_ingest_generations_total") >= 1 })
	for _, name := range []string{"wage.attendance", "wage.signals"} {
		if err := w.Broker.Cluster().CreateTopic(name, all[name], nil); err != nil {
			t.Fatal(err)
		}
	}
	w.Produce(t, ingesttest.Records(t, "tiny", 19, 3_000)...)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
	if n := in.Value(t, "anxin_ingest_generations_total"); n > 4 {
		t.Errorf("%v generations for one change of topics", n)
	}
}

func TestRecordsDeletedBeforeTheyWereReadAreReported(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	records := ingesttest.Records(t, "tiny", 20, 4_000)
	first := w.Start(t)
	w.Produce(t, records[:2_000]...)
	w.AwaitCaughtUp(t, patience)
	first.Stop(t)
	w.Send(t, records[2_000:3_000]...)
	for p := range int32(4) {
		if err := w.Broker.Cluster().DeleteRecords("wage.attendance", p, -1); err != nil {
			t.Fatal(err)
		}
	}
	in := w.Start(t)
	for _, r := range records[2_000:3_000] {
		if r.Topic != "attendance" {
			w.Truth.Add(t, r)
		}
	}
	w.AwaitCaughtUp(t, patience) // what is deleted need not be read
	w.Produce(t, records[3_000:]...)
	w.AwaitCaughtUp(t, patience)
	w.Truth.Check(t, w.Conn)
	if in.Value(t, "anxin_ingest_retention_gaps_total") == 0 {
		t.Error("the gap is not counted")
	}
}

func TestAGroupFromTheFutureOfATopicReadsItAnew(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	records := ingesttest.Records(t, "tiny", 21, 4_000)
	first := w.Start(t)
	w.Produce(t, records[:3_000]...)
	w.AwaitCaughtUp(t, patience)
	first.Stop(t)
	// the broker comes back empty, but somebody restored the group's offsets
	var commits []kmsg.OffsetCommitRequestTopic
	for topic, partitions := range w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group).Commits {
		c := kmsg.NewOffsetCommitRequestTopic()
		c.Topic = topic
		for p, at := range partitions {
			cp := kmsg.NewOffsetCommitRequestTopicPartition()
			cp.Partition, cp.Offset = p, at.Offset+10
			c.Partitions = append(c.Partitions, cp)
		}
		commits = append(commits, c)
	}
	request := kmsg.NewPtrOffsetCommitRequest()
	request.Group, request.Generation, request.Topics = w.Config.Kafka.Group, -1, commits
	w.Broker.Close()
	w.StartBroker(t)
	send(t, w, request)
	if info := w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group); info == nil || len(info.Commits) == 0 {
		t.Fatal("the group's offsets were not restored")
	}
	w.Start(t)
	w.Produce(t, records[3_000:]...)
	w.AwaitStored(t, patience)
	w.Truth.Check(t, w.Conn)
}

// A topic that was deleted and made again is read from its start, also when it is longer by now than the old one was.
func TestATopicMadeAgainIsReadFromItsStartHoweverLongItIs(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	records := ingesttest.Records(t, "tiny", 23, 6_000)
	first := w.Start(t)
	w.Produce(t, records[:2_000]...)
	w.AwaitCaughtUp(t, patience)
	first.Stop(t)
	var commits []kmsg.OffsetCommitRequestTopic
	for topic, partitions := range w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group).Commits {
		c := kmsg.NewOffsetCommitRequestTopic()
		c.Topic = topic
		for p, at := range partitions {
			cp := kmsg.NewOffsetCommitRequestTopicPartition()
			cp.Partition, cp.Offset = p, at.Offset
			c.Partitions = append(c.Partitions, cp)
		}
		commits = append(commits, c)
	}
	request := kmsg.NewPtrOffsetCommitRequest()
	request.Group, request.Generation, request.Topics = w.Config.Kafka.Group, -1, commits
	w.Broker.Close()
	w.StartBroker(t) // with empty topics; the group's offsets are those of the old ones
	send(t, w, request)
	if info := w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group); info == nil || len(info.Commits) == 0 {
		t.Fatal("the group's offsets were not restored")
	}
	w.Produce(t, records[2_000:]...)
	in := w.Start(t)
	w.AwaitStored(t, patience)
	w.Truth.Check(t, w.Conn)
	if in.Value(t, "anxin_ingest_topics_made_again_total") == 0 {
		t.Error("that topics were made again is not counted")
	}
}

// The same while the store is away, so that the worker stands with what it has in hand.
func TestATopicMadeAgainWhileTheStoreIsAwayIsReadFromItsStart(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	records := ingesttest.Records(t, "tiny", 24, 6_000)
	in := w.Start(t)
	w.Produce(t, records[:2_000]...)
	w.AwaitCaughtUp(t, patience)
	w.Door.Set(ingesttest.Shut)
	w.Produce(t, records[2_000:2_001]...)
	ingesttest.Eventually(t, patience, "the worker stands with it in hand", func() bool {
		return in.Value(t, "anxin_ingest_retries_total") > 0
	})
	drop, create := kmsg.NewPtrDeleteTopicsRequest(), kmsg.NewPtrCreateTopicsRequest()
	for name, partitions := range ingesttest.Topics() {
		one := kmsg.NewDeleteTopicsRequestTopic()
		one.Topic = &name
		drop.Topics, drop.TopicNames = append(drop.Topics, one), append(drop.TopicNames, name)
		again := kmsg.NewCreateTopicsRequestTopic()
		again.Topic, again.NumPartitions, again.ReplicationFactor = name, partitions, 1
		create.Topics = append(create.Topics, again)
	}
	send(t, w, drop)
	send(t, w, create)
	w.Produce(t, records[2_001:]...)
	w.Door.Set(ingesttest.Open)
	w.AwaitStored(t, patience)
	w.Truth.Check(t, w.Conn)
}

func TestMetricsTellUnknownFieldsAndLag(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Door.Set(ingesttest.Shut)
	in := w.Start(t, func(c *ingest.Configuration, _ *ingest.Dependencies) { c.Heartbeat = 50 * time.Millisecond })
	records := ingesttest.Records(t, "tiny", 22, 2_000)
	sent := 0
	for i, r := range records {
		if r.Topic == "attendance" {
			sent++
			records[i].Value = append([]byte(`{"colour":"red",`), r.Value[1:]...)
		}
	}
	w.Produce(t, records...)
	ingesttest.Eventually(t, patience, "the lag grows while the store is away", func() bool { return in.Value(t, "anxin_ingest_lag_records", "topic", "attendance") == float64(sent) })
	w.Door.Set(ingesttest.Open)
	w.AwaitCaughtUp(t, patience)
	ingesttest.Eventually(t, patience, "there is no lag", func() bool { return in.Value(t, "anxin_ingest_lag_records") == 0 })
	bad := in.Value(t, "anxin_ingest_rejected_records_total", "topic", "attendance", "reason", "not_json")
	if got := in.Value(t, "anxin_ingest_unknown_fields_total", "field", "attendance.colour"); got != float64(sent)-bad {
		t.Errorf("%v unknown fields counted, want %v", got, float64(sent)-bad)
	}
	w.Check(t)
}
