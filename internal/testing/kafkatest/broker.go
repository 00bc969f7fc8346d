// Package kafkatest gives tests a real Apache Kafka broker: one node in KRaft mode, started as a child process from jars
// that Maven fetches (pom.xml pins the version), with an open listener and one that wants TLS and SASL/SCRAM-SHA-512.
// What another implementation of the protocol accepts is no proof of what Kafka does.
package kafkatest

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl/scram"

	"github.com/anxin-project/anxin/internal/testing/need"
)

// Bounds of what a broker may take. It starts in about five seconds and formats its folder in two, on two idle cores.
const (
	formatTime = 2 * time.Minute
	startTime  = 2 * time.Minute
	stopTime   = 30 * time.Second
	pollEvery  = 50 * time.Millisecond

	metadataTime = 2 * time.Second
)

// User is the name that the secure listener knows.
const User = "anxin"

// Options of a broker.
type Options struct {
	// Config adds lines to server.properties, or replaces those there are.
	Config map[string]string
}

// Broker is a running Kafka broker. Its methods are for the test's own goroutine.
type Broker struct {
	t         testing.TB
	dir       string
	classpath string
	ports     ports
	password  string
	process   *process
}

// Start returns once the broker answers on both listeners, and stops it when the test ends. A test is skipped where java or
// mvn is missing, and where Maven cannot fetch the jars, unless CI is set: there that is a failure. A broker that has its
// jars and does not start is a failure everywhere.
func Start(t testing.TB, options Options) *Broker {
	t.Helper()
	for _, tool := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			need.Missing(t, tool+" is not installed, so there is no Apache Kafka to test against: install Java 17 or later and Maven (Debian: apt-get install openjdk-17-jre-headless maven)")
		}
	}
	classpath, err := jars(t.Context())
	if err != nil {
		need.Missing(t, fmt.Sprintf("Maven cannot fetch Apache Kafka: %v", err))
	}
	b := &Broker{t: t, dir: t.TempDir(), classpath: classpath, password: rand.Text()}
	if b.ports, err = freePorts(); err != nil {
		t.Fatal(err)
	}
	if err := writeCertificates(b.dir); err != nil {
		t.Fatalf("make certificates for Kafka: %v", err)
	}
	if err := os.WriteFile(b.file("server.properties"), properties(b.dir, b.ports, options.Config), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.format(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // after a failure too, and after Kill, when there is nothing to do
		b.Kill()
		if t.Failed() {
			t.Logf("the end of what Kafka wrote:\n%s", b.log())
		}
	})
	b.Restart()
	return b
}

// Addr is the listener without encryption or authentication.
func (b *Broker) Addr() string { return b.ports.open.String() }

// SecureAddr is the listener with TLS and SASL/SCRAM-SHA-512, for User and Password.
func (b *Broker) SecureAddr() string { return b.ports.secure.String() }

// Password belongs to User. It is made anew for every broker.
func (b *Broker) Password() string { return b.password }

// CAFile holds the certificate, in PEM, that vouches for the secure listener.
func (b *Broker) CAFile() string { return b.file(caFile) }

// Kill ends the broker at once, as kill -9 or a lost machine does; what it had written stays.
func (b *Broker) Kill() {
	if b.process == nil {
		return
	}
	_ = b.process.cmd.Process.Kill() // fails only when it has ended by itself
	<-b.process.ended
	b.process = nil
}

// Stop shuts the broker down in order.
func (b *Broker) Stop() {
	b.t.Helper()
	if b.process == nil {
		return
	}
	_ = b.process.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-b.process.ended:
		b.process = nil
	case <-time.After(stopTime):
		b.Kill()
		b.t.Errorf("Kafka did not stop in %v and was killed", stopTime)
	}
}

// Restart starts the broker after Kill or Stop, with its data and under its addresses, and returns once it answers.
func (b *Broker) Restart() {
	b.t.Helper()
	if b.process != nil {
		b.t.Fatal("kafkatest: Restart of a broker that runs: Kill or Stop it first")
	}
	log, err := os.OpenFile(b.file(logFile), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	defer log.Close() // the child has a descriptor of its own
	if b.process, err = start(b.java("kafka.Kafka", b.file("server.properties")), log); err != nil {
		b.t.Fatalf("start Kafka: %v", err)
	}
	if err := b.waitUntilItAnswers(); err != nil {
		b.t.Fatalf("%v; the end of what it wrote:\n%s", err, b.log())
	}
}

// CreateTopics makes topics with so many partitions and returns once the broker serves them.
func (b *Broker) CreateTopics(topics map[string]int) {
	b.t.Helper()
	open, _, err := b.transports()
	if err != nil {
		b.t.Fatal(err)
	}
	defer open.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(b.Addr()), Transport: open}
	request := &kafka.CreateTopicsRequest{}
	for name, partitions := range topics {
		request.Topics = append(request.Topics, kafka.TopicConfig{Topic: name, NumPartitions: partitions, ReplicationFactor: 1})
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), startTime)
	defer cancel()
	made, err := client.CreateTopics(ctx, request)
	if err != nil {
		b.t.Fatalf("create topics: %v", err)
	}
	for name, err := range made.Errors {
		if err != nil {
			b.t.Fatalf("create topic %s: %v", name, err)
		}
	}
	// The controller has the topics now; the broker serves them a moment later.
	for !serves(ctx, client, topics) {
		select {
		case <-ctx.Done():
			b.t.Fatalf("Kafka does not serve its new topics within %v", startTime)
		case <-time.After(pollEvery):
		}
	}
}

func serves(ctx context.Context, client *kafka.Client, topics map[string]int) bool {
	meta, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: slices.Collect(maps.Keys(topics))})
	if err != nil {
		return false
	}
	for _, topic := range meta.Topics {
		if topic.Error != nil || len(topic.Partitions) != topics[topic.Name] {
			return false
		}
		for _, p := range topic.Partitions {
			if p.Error != nil {
				return false
			}
		}
	}
	return true
}

const logFile = "broker.log"

func (b *Broker) file(name string) string { return filepath.Join(b.dir, name) }

// java is a command for one of Kafka's programs. The flags make a small, short-lived process start fast.
func (b *Broker) java(program string, args ...string) *exec.Cmd {
	flags := []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms128m", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", b.classpath, program}
	return exec.Command("java", append(flags, args...)...)
}

// format makes the data folder of a quorum of one, which knows User from the beginning.
func (b *Broker) format(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, formatTime)
	defer cancel()
	tool := b.java("kafka.tools.StorageTool", "format", "--standalone", "--cluster-id", "anxin-kafkatest-000000", "--config", b.file("server.properties"),
		"--add-scram", "SCRAM-SHA-512=[name="+User+",password="+b.password+"]")
	out, err := exec.CommandContext(ctx, tool.Path, tool.Args[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("format Kafka's data folder: %w\n%s", err, out)
	}
	return nil
}

// waitUntilItAnswers asks both listeners for the brokers until each names this one.
func (b *Broker) waitUntilItAnswers() error {
	open, secure, err := b.transports()
	if err != nil {
		return err
	}
	defer open.CloseIdleConnections()
	defer secure.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(b.t.Context(), startTime)
	defer cancel()
	for _, client := range []*kafka.Client{
		{Addr: kafka.TCP(b.Addr()), Transport: open},
		{Addr: kafka.TCP(b.SecureAddr()), Transport: secure},
	} {
		for {
			last := answers(ctx, client)
			if last == nil {
				break
			}
			select {
			case <-b.process.ended:
				b.process = nil
				return errors.New("the Kafka broker ended instead of starting")
			case <-ctx.Done():
				return fmt.Errorf("the Kafka broker did not answer on %v within %v: %w", client.Addr, startTime, last)
			case <-time.After(pollEvery):
			}
		}
	}
	return nil
}

func answers(ctx context.Context, client *kafka.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	meta, err := client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return err
	}
	if len(meta.Brokers) == 0 {
		return errors.New("it knows no broker yet")
	}
	return nil
}

// transports reach the two listeners.
func (b *Broker) transports() (open, secure *kafka.Transport, err error) {
	mechanism, err := scram.Mechanism(scram.SHA512, User, b.password)
	if err != nil {
		return nil, nil, err
	}
	ca, err := os.ReadFile(b.CAFile())
	if err != nil {
		return nil, nil, err
	}
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(ca)
	// What is learnt of a broker that is starting must not be believed for long; but kafka-go gives a question for metadata
	// no longer than that either, and dialling with TLS and SASL its DialTimeout, on a machine that may be busy.
	open = &kafka.Transport{MetadataTTL: metadataTime, DialTimeout: startTime}
	secure = &kafka.Transport{MetadataTTL: metadataTime, DialTimeout: startTime, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trust}, SASL: mechanism}
	return open, secure, nil
}

// log returns the last of what the broker wrote.
func (b *Broker) log() string {
	const most = 8 << 10
	f, err := os.Open(b.file(logFile))
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > most {
		_, _ = f.Seek(-most, io.SeekEnd)
	}
	text, _ := io.ReadAll(f)
	return string(text)
}

// process is a child that ends with this process at the latest.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// start runs cmd. The kernel kills the child when the thread that started it ends (endWithParent), so one goroutine keeps
// its thread until the child has ended: a test binary that is itself killed leaves no broker behind.
func start(cmd *exec.Cmd, log *os.File) (*process, error) {
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = endWithParent()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(p.ended)
		}
	}()
	return p, <-started
}

// ports of a broker's listeners.
type ports struct{ open, secure, controller address }

type address int

func (a address) String() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(a))) }

// freePorts lie below those that the system gives to outgoing connections: a client that tries to reach a broker that is
// down could otherwise be given the broker's own port, be connected to itself, and keep the broker from coming back.
func freePorts() (ports, error) {
	const first, last = 10_000, 32_000
	var found []address
	var seed [2]byte
	for tries := 0; len(found) < 3; tries++ {
		if tries == 1000 {
			return ports{}, fmt.Errorf("no free ports for Kafka between %d and %d", first, last)
		}
		_, _ = rand.Read(seed[:]) // never fails
		a := address(first + (int(seed[0])<<8|int(seed[1]))%(last-first))
		l, err := net.Listen("tcp", a.String())
		if err != nil {
			continue
		}
		defer l.Close() // at the end, so that all three differ
		found = append(found, a)
	}
	return ports{found[0], found[1], found[2]}, nil
}
