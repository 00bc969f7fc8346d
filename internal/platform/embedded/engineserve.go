//go:build linux && amd64

package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Closing the engine: running queries are cancelled at once and get this long to end.
const (
	drainTimeout = 8 * time.Second
	flushTimeout = 300 * time.Millisecond
)

// ServeEngine is the whole life of the engine's process: it loads libchdb, opens the data folder and serves ClickHouse's HTTP interface
// on the listener it inherited, until its standard input ends. The caller exits right after.
func ServeEngine(ctx context.Context) error {
	// Ctrl-C and a service manager's SIGTERM reach every process at once. The parent still has data to flush then; it closes this process
	// when it is done, and if it dies, the pipe ends.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)

	statusFile := os.NewFile(statusFD, "status")
	listenerFile := os.NewFile(listenerFD, "listener")
	if statusFile == nil || listenerFile == nil {
		return ErrNotAChild
	}
	listener, err := net.FileListener(listenerFile)
	if err != nil {
		return ErrNotAChild
	}
	listenerFile.Close()
	defer listener.Close()

	input := bufio.NewReader(os.Stdin)
	var config engineConfig
	if line, err := input.ReadBytes('\n'); err != nil {
		return fmt.Errorf("read the engine's configuration: %w", err)
	} else if err := json.Unmarshal(line, &config); err != nil {
		return fmt.Errorf("read the engine's configuration: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with the process at the latest
		_, _ = io.Copy(io.Discard, input)
		cancel()
	}()

	report := func(status engineStatus) {
		_ = json.NewEncoder(statusFile).Encode(status) // a parent that is gone is noticed by the input's end
		statusFile.Close()
	}
	engine, err := openEngine(ctx, config)
	if err != nil {
		report(engineStatus{Error: err.Error()})
		return err
	}
	report(engineStatus{Version: engine.handler.version})
	return engine.serve(ctx, listener)
}

type engineProcess struct {
	handler *interfaceHandler
	lock    *os.File
}

func openEngine(ctx context.Context, config engineConfig) (*engineProcess, error) {
	lock, err := lockFolder(ctx, config.Dir)
	if err != nil {
		return nil, err
	}
	// The lock is held until the process ends, whatever happens.
	lib, err := loadChdb(config.Library)
	if err != nil {
		return nil, err
	}
	if err := keepSignalHandlers(func() { lib.setSignalHandlersEnabled(0) }); err != nil {
		return nil, err
	}
	// libchdb starts its background work (removing dropped tables, above all) only for a folder that already has this one;
	// without it a DROP … SYNC would never return.
	if err := os.MkdirAll(filepath.Join(config.Dir, "clickhouse", "metadata"), 0o700); err != nil {
		return nil, fmt.Errorf("create the data folder: %w", err)
	}
	pool, err := newPool(lib, engineArguments(config), config.Slots)
	if err == nil && config.Still > 0 {
		pool.still = config.Still
	}
	if err != nil {
		return nil, fmt.Errorf("open the data folder %s: %w; if it was written by another version of the engine or is damaged, use another folder or restore a copy", config.Dir, err)
	}
	first, err := pool.lease(ctx)
	if err != nil {
		return nil, err
	}
	defer first.release()
	result, err := first.query([]byte("SELECT version()"), "TabSeparated", nil)
	if err != nil {
		return nil, fmt.Errorf("ask the engine for its version: %w", err)
	}
	defer result.free()
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	return &engineProcess{
		handler: &interfaceHandler{pool: pool, password: config.Password, version: strings.TrimSpace(string(result.bytes())), logger: logger},
		lock:    lock,
	}, nil
}

// engineArguments bound the engine for a laptop. A server has many threads for mutations; with few, the second that the
// engine waits before it looks for more to do would be felt for every handful of parts, so it waits less. Nothing else is
// tuned, so that it behaves like the server.
func engineArguments(config engineConfig) []string {
	return []string{
		"clickhouse",
		"--path=" + filepath.Join(config.Dir, "clickhouse"),
		fmt.Sprintf("--max_server_memory_usage=%d", config.MemoryLimit),
		"--mark_cache_size=67108864",
		"--index_mark_cache_size=16777216",
		"--uncompressed_cache_size=0",
		"--background_pool_size=2",
		"--background_schedule_pool_size=4",
		"--background_processing_pool_thread_sleep_seconds_if_nothing_to_do=0.01",
		"--background_processing_pool_task_sleep_seconds_when_no_work_random_part=0.01",
		"--background_processing_pool_thread_sleep_seconds_random_part=0.01",
	}
}

// serve answers until the context ends, then cancels what runs, closes every connection and so writes everything out.
func (e *engineProcess) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           e.handler,
		BaseContext:       func(net.Listener) context.Context { return ctx }, // the context's end cancels every query
		ReadHeaderTimeout: time.Minute,
		MaxHeaderBytes:    16 << 20, // statements and parameters come in the URL
		ErrorLog:          slog.NewLogLogger(e.handler.logger.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve the engine: %w", err)
	case <-ctx.Done():
	}
	listener.Close()
	timeout := time.NewTimer(drainTimeout)
	defer timeout.Stop()
	select {
	case <-e.handler.gate.close():
		flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		_ = server.Shutdown(flush) // lets the last answers out; connections never used may remain
		server.Close()
	case <-timeout.C:
		server.Close()
		// Connections still in use must not be closed under a running statement. Ending the process is safe for the data: parts are complete or absent.
		return errors.New("some queries did not end in time; the engine stopped without them")
	}
	e.handler.pool.close()
	return nil
}

// lockFolder makes this process the folder's only engine. It waits a little: an engine whose parent was just killed needs a moment to close.
func lockFolder(ctx context.Context, dir string) (*os.File, error) {
	path := filepath.Join(dir, "engine.lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
	}
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(3 * time.Second); ; {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(deadline) {
			owner, _ := io.ReadAll(io.LimitReader(file, 64))
			file.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return nil, fmt.Errorf("the data folder %s is in use by another Anxin engine (process %s): stop that one, or choose another folder",
					dir, strings.TrimSpace(string(owner)))
			}
			return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, ctx.Err()
		case <-ticker.C:
		}
	}
	// For people and for the message above; the lock itself is the kernel's.
	if err := errors.Join(file.Truncate(0), writeAt0(file, fmt.Sprintf("%d\n", os.Getpid()))); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock the data folder %s: %w; is the disk full?", dir, err)
	}
	return file, nil
}

func writeAt0(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}
