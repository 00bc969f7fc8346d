//go:build linux && amd64

package embedded

import (
	"fmt"
	"time"
)

// standsStill is after how long an insert whose figures do not change is given up. On a busy machine one was seen to stand still for
// two minutes, without using the processor, until its client gave it up and tried again; tried again, it took milliseconds. Whoever
// inserts can try again: rows replace themselves, and appends to logs carry a token that lets one through.
const standsStill = 20 * time.Second

// insert runs an insert whose data came with the request, and gives it up where it stands still. The lease is then left to the
// statement, which may still end; its data stay until it does.
func (h *interfaceHandler) insert(l *lease, q *request) (*result, error) {
	type answer struct {
		result *result
		err    error
	}
	done := make(chan answer, 1)
	data := q.data
	go func() {
		r, err := l.query(q.statement, q.format, q.params)
		done <- answer{r, err}
	}()
	look := time.NewTicker(max(l.pool.still/10, 10*time.Millisecond))
	defer look.Stop()
	figures, since := "", time.Now()
	for {
		select {
		case a := <-done:
			return a.result, a.err
		case <-look.C:
		}
		if now := l.pool.figures(l.name); now != figures {
			figures, since = now, time.Now()
		}
		if time.Since(since) < l.pool.still {
			continue
		}
		h.logger.Warn("an insert stands still and is given up", "query_id", q.queryID, "seconds", time.Since(since).Seconds(), "figures", figures)
		l.pool.kill(l.name)
		select {
		case a := <-done: // it could be cancelled, or has ended after all
			return a.result, a.err
		case <-time.After(killTakes):
		}
		l.left, q.data = true, nil
		go func() {
			if a := <-done; a.err == nil {
				a.result.free()
			}
			data.Close()
			l.session.close()
		}()
		return nil, &engineError{code: codeTimeout, text: fmt.Sprintf("Code: %d. DB::Exception: The insert stood still for %s and was given up; try it again. (TIMEOUT_EXCEEDED)", codeTimeout, l.pool.still)}
	}
}

// killTakes is how long a statement that was cancelled may take to end.
const killTakes = 2 * time.Second

// figures tells how far the statement on the connection of that name has come; empty when it is not running, or nobody can tell.
func (p *pool) figures(name string) string {
	p.controlMu.Lock()
	defer p.controlMu.Unlock()
	r, err := p.control.query([]byte("SELECT read_rows, read_bytes, written_rows, written_bytes, memory_usage, ProfileEvents['OSCPUVirtualTimeMicroseconds'], "+
		"ProfileEvents['WriteBufferFromFileDescriptorWriteBytes'] FROM system.processes WHERE Settings['log_comment'] = "+quote(name)), "TabSeparated", nil)
	if err != nil {
		p.reopenControl()
		return ""
	}
	defer r.free()
	return string(r.bytes())
}

// reopenControl replaces the connection on which a statement failed: it stays on it (see interfaceHandler.run). With controlMu held.
func (p *pool) reopenControl() {
	if fresh, err := p.lib.open(p.args); err == nil {
		p.control.close()
		p.control = fresh
	}
}
