// Package embedded holds the engines of a laptop: ClickHouse as a library in a supervised child process, and a Kafka broker in Go.
// `anxin demo`, `anxin assess` and the tests run the production packages on them.
package embedded

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/platform/backoff"
)

// ZoneEnv names the environment variable with the engine's time zone, UTC where it is not set. Servers have others, and nothing
// may depend on which: tests run in Asia/Shanghai too.
const ZoneEnv = "ANXIN_ENGINE_ZONE"

// Options of the embedded ClickHouse engine.
type Options struct {
	Dir         string        // the data folder; created if missing. One engine at a time.
	Binary      string        // what to run as the engine's process; default this program
	Args        []string      // its arguments; default "engine", the hidden sub-command that calls ServeEngine
	Env         []string      // added to the environment of the engine's process
	Connections int           // statements worked on at once; default 4
	MemoryLimit int64         // bytes for the engine's queries and caches; default half the machine's memory, at most 4 GiB
	Still       time.Duration // after which an insert that does nothing is given up; default 20 s
	Logger      *slog.Logger  // default slog.Default()
	Progress    io.Writer     // reports that the library is being fetched; nil reports nothing
}

// Engine is a running ClickHouse engine. Its address and password stay the same when its process crashes and is started again:
// connections made meanwhile wait.
type Engine struct {
	options  Options
	library  string
	password string
	listener *net.TCPListener
	socket   *os.File // the listener's file, handed to each child
	logger   *slog.Logger

	version string
	pid     atomic.Int64
	starts  atomic.Int64

	stop    context.CancelFunc
	stopped chan struct{}
	once    sync.Once
	err     error // of the end; read after stopped is closed
}

const (
	username     = "anxin"
	startTimeout = 2 * time.Minute // a large folder is checked part by part
	stableAfter  = 30 * time.Second
	// More than the child's own patience with running queries, and the time to write out.
	closeTimeout = 20 * time.Second
)

// restart is the wait before a process that ended by itself is started again.
var restart = backoff.Doubling{First: 100 * time.Millisecond, Most: 10 * time.Second}

// StartEngine opens the data folder and returns once queries are answered. The context bounds the start; the engine runs until Close.
func StartEngine(ctx context.Context, options Options) (*Engine, error) {
	if options.Dir == "" {
		return nil, errors.New("the embedded engine needs a data folder")
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	options.Dir = dir
	if options.Binary == "" {
		if options.Binary, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find this program to start the engine with: %w", err)
		}
	}
	if options.Args == nil {
		options.Args = []string{"engine"}
	}
	if options.Connections <= 0 {
		options.Connections = defaultSlots
	}
	if options.MemoryLimit <= 0 {
		options.MemoryLimit = defaultMemoryLimit()
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	library, err := Library(ctx, options.Progress)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the data folder: %w", err)
	}
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, fmt.Errorf("open a local port for the engine: %w", err)
	}
	socket, err := listener.File()
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("open a local port for the engine: %w", err)
	}
	e := &Engine{
		options: options, library: library, password: rand.Text(), listener: listener, socket: socket,
		logger: options.Logger.With("component", "engine"), stopped: make(chan struct{}),
	}
	first, err := e.startChild(ctx)
	if err != nil {
		e.closeListener()
		return nil, err
	}
	e.version = first.version
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.stop = stop
	go e.supervise(running, first)
	return e, nil
}

// Addr is the address of the HTTP interface, host:port.
func (e *Engine) Addr() string { return e.listener.Addr().String() }

// Username and Password let any ClickHouse HTTP client in; the password is new at each start and never written to disk.
func (e *Engine) Username() string { return username }

// Password: see Username.
func (e *Engine) Password() string { return e.password }

// Version of the ClickHouse engine.
func (e *Engine) Version() string { return e.version }

// URL is the HTTP interface with its credentials, as curl takes it. It holds the password: not for logs.
func (e *Engine) URL() string {
	return (&url.URL{Scheme: "http", User: url.UserPassword(username, e.password), Host: e.Addr(), Path: "/"}).String()
}

// DSN is what clickhouse.ParseDSN takes, for the given database. It holds the password: not for logs.
func (e *Engine) DSN(database string) string {
	return (&url.URL{Scheme: "http", User: url.UserPassword(username, e.password), Host: e.Addr(), Path: "/" + database}).String()
}

// ClickHouse is what clickhouse.Open takes, for the given database ("" for default).
func (e *Engine) ClickHouse(database string) *clickhouse.Options {
	if database == "" {
		database = "default"
	}
	return &clickhouse.Options{
		Protocol: clickhouse.HTTP,
		Addr:     []string{e.Addr()},
		Auth:     clickhouse.Auth{Database: database, Username: username, Password: e.password},
		// Loopback needs neither compression nor a proxy's opinion.
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionNone},
		DialTimeout: 10 * time.Second,
		ReadTimeout: 10 * time.Minute,
	}
}

// Pid is the engine's process now, or 0 between a crash and the next start.
func (e *Engine) Pid() int { return int(e.pid.Load()) }

// Starts counts the starts of the engine's process; more than one means that it crashed.
func (e *Engine) Starts() int { return int(e.starts.Load()) }

// Close cancels running queries, writes everything out and ends the engine's process. Calling it again waits and returns the same.
func (e *Engine) Close() error {
	e.once.Do(e.stop)
	<-e.stopped
	return e.err
}

// supervise owns the child from its start to Close.
func (e *Engine) supervise(ctx context.Context, c *child) {
	defer close(e.stopped)
	defer e.closeListener()
	for failures := 0; ; {
		select {
		case <-ctx.Done():
			e.err = c.close()
			return
		case <-c.exited:
		}
		e.pid.Store(0)
		if time.Since(c.started) > stableAfter {
			failures = 0
		}
		e.logger.Warn("the engine's process ended by itself; starting it again", "exit", c.state(), "after", time.Since(c.started).Round(time.Millisecond), "in", restart.After(failures))
		for c = nil; c == nil; failures++ {
			if backoff.Sleep(ctx, restart.After(failures)) != nil {
				return
			}
			next, err := e.startChild(ctx)
			if err != nil {
				if ctx.Err() == nil {
					e.logger.Error("the engine could not be started again; trying once more", "error", err, "in", restart.After(failures+1))
				}
				continue
			}
			c = next
		}
		e.logger.Info("the engine answers again", "start", e.starts.Load())
	}
}

func (e *Engine) closeListener() {
	e.socket.Close()
	e.listener.Close()
}

// child is one run of the engine's process.
type child struct {
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	exited  chan struct{}
	waitErr error // after exited
	started time.Time
	version string
	stderr  *tail
}

// startChild runs the engine's process and waits until it has opened the data folder.
func (e *Engine) startChild(ctx context.Context) (*child, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	defer statusRead.Close()

	// Not CommandContext: the child must outlive the context that started it, and be closed rather than killed.
	cmd := exec.Command(e.options.Binary, e.options.Args...)
	cmd.Env = append(os.Environ(), e.options.Env...)
	cmd.Env = append(cmd.Env, "TZ="+cmp.Or(os.Getenv(ZoneEnv), "UTC"), "GODEBUG="+godebug(os.Getenv("GODEBUG")))
	cmd.ExtraFiles = []*os.File{e.socket, statusWrite}    // listenerFD, statusFD
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // out of reach of the terminal's Ctrl-C
	c := &child{cmd: cmd, exited: make(chan struct{}), started: time.Now(), stderr: &tail{logger: e.logger}}
	cmd.Stderr = c.stderr
	if c.stdin, err = cmd.StdinPipe(); err != nil {
		statusWrite.Close()
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	err = cmd.Start()
	statusWrite.Close()
	if err != nil {
		return nil, fmt.Errorf("start the engine's process %s: %w", e.options.Binary, err)
	}
	go func() {
		c.waitErr = cmd.Wait()
		close(c.exited)
	}()
	config, err := json.Marshal(engineConfig{
		Dir: e.options.Dir, Library: e.library, Password: e.password, Slots: e.options.Connections, MemoryLimit: e.options.MemoryLimit, Still: e.options.Still,
	})
	if err == nil {
		_, err = c.stdin.Write(append(config, '\n'))
	}
	if err == nil {
		err = c.awaitReady(ctx, statusRead)
	}
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("the engine did not answer in time: %w", ctx.Err())
		}
		_ = c.close() // the first error says more
		return nil, err
	}
	e.pid.Store(int64(cmd.Process.Pid))
	e.starts.Add(1)
	return c, nil
}

func (c *child) awaitReady(ctx context.Context, status *os.File) error {
	// Ends the read below when the context does.
	release := context.AfterFunc(ctx, func() { _ = status.SetReadDeadline(time.Now()) })
	defer release()
	var answer engineStatus
	if err := json.NewDecoder(status).Decode(&answer); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_ = c.close()
		return fmt.Errorf("the engine's process ended while starting (%s): %s", c.state(), c.stderr.last())
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	c.version = answer.Version
	return nil
}

// close asks the child to end, by closing its input, and kills it when it does not.
func (c *child) close() error {
	_ = c.stdin.Close()
	timer := time.NewTimer(closeTimeout)
	defer timer.Stop()
	select {
	case <-c.exited:
	case <-timer.C:
		_ = c.cmd.Process.Kill()
		<-c.exited
		return fmt.Errorf("the engine did not close within %s and was ended; its data is complete up to the last finished insert", closeTimeout)
	}
	if c.waitErr != nil {
		return fmt.Errorf("the engine's process ended with %s: %s", c.state(), c.stderr.last())
	}
	return nil
}

func (c *child) state() string { return c.cmd.ProcessState.String() }

// godebug turns asynchronous preemption off in the child: its signals would reach threads inside libchdb.
func godebug(inherited string) string {
	if inherited == "" {
		return "asyncpreemptoff=1"
	}
	return inherited + ",asyncpreemptoff=1"
}

// tail passes the child's error output on to the log, line by line, and keeps the end of it for error messages.
type tail struct {
	logger *slog.Logger
	mu     sync.Mutex
	part   string
	lines  []string
}

const tailLines = 20

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part += string(p)
	for {
		line, rest, ok := strings.Cut(t.part, "\n")
		if !ok {
			break
		}
		t.part = rest
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		t.logger.Debug("engine: " + line)
		if t.lines = append(t.lines, line); len(t.lines) > tailLines {
			t.lines = t.lines[1:]
		}
	}
	if len(t.part) > 64<<10 {
		t.part = ""
	}
	return len(p), nil
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == 0 {
		return "it said nothing"
	}
	return strings.Join(t.lines, " | ")
}
