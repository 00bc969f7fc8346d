package produce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// Transfer sends one source, and can be taken up again after an interruption.
type Transfer struct {
	Source  Source
	State   string // where the progress is kept; default Source.Path + StateEnding
	Restart bool   // begin anew, whatever was kept
	Rate    int    // records a second at most; 0: as fast as the broker takes them
	// Progress, if set, is called now and then, and at the end.
	Progress func(Progress)

	// For tests: the clock and how to wait.
	now  func() time.Time
	wait func(context.Context, time.Duration) error
}

// Progress of a Transfer.
type Progress struct {
	Read, Size int64 // bytes of the file, compressed or not
	Records    int64 // read in this run
}

// Outcome of a Transfer.
type Outcome struct {
	From       Position // where it was taken up; zero: from the beginning
	Sent       int64    // records of this run that the broker has
	Unreadable int64    // of those, the ones that ingest will refuse for their cells
	Counts     Counts   // of this run: what was read, and what of it is no record
	First      []*Problem
	State      string // the progress file, if it was left to go on from
}

const (
	// When each of the first so many rows is unreadable, the mapping does not fit the file, and nothing is sent.
	unreadableStart = 100
	// How many problems are kept to be shown.
	shownProblems = 5
	// The state is written this often: more often only costs, less often only means more to send twice.
	stateEvery = time.Second
	// After an interruption the broker has this long to take what was read.
	lastFlush = 10 * time.Second
	// Records wait this long for others when the rate is limited.
	paceStep = 50 * time.Millisecond
)

// Transfer sends what the broker does not have yet. When it ends before the end of the file, for whatever reason, the state
// is left and the next Transfer goes on from there; else the state is removed. A record may arrive twice, none is left out.
func (p *Producer) Transfer(ctx context.Context, t Transfer) (o Outcome, err error) {
	if t.State == "" {
		t.State = t.Source.Path + StateEnding
	}
	if t.now == nil {
		t.now, t.wait = time.Now, sleep
	}
	to := p.writer.Addr.String() + " " + p.prefix + string(t.Source.Topic)
	now, err := t.Source.state(to)
	if err != nil {
		return o, err
	}
	if !t.Restart {
		kept, err := readState(t.State)
		if err != nil {
			return o, err
		}
		if kept != nil {
			if err := kept.holdsFor(now, t.Source.Path, t.State); err != nil {
				return o, err
			}
			now.Position = kept.Position
		}
	}
	r, err := t.Source.Open()
	if err != nil {
		return o, err
	}
	defer r.Close()
	if err := r.Skip(now.Position); err != nil {
		return o, err
	}
	o.From = now.Position
	run := &transfer{Transfer: t, p: p, r: r, o: &o, state: now, handed: now.Position, began: t.now()}
	if err := run.keep(); err != nil {
		return o, err
	}
	o.State = t.State
	err = run.all(ctx)
	if err != nil && !errors.Is(err, errMisfit) {
		// What was read is sent if the broker takes it soon, so that it need not be sent twice.
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
		defer cancel()
		if p.Flush(ending) == nil {
			run.acknowledged()
		}
		return o, errors.Join(err, run.keep())
	}
	o.State = ""
	if gone := os.Remove(t.State); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return o, err
}

type transfer struct {
	Transfer
	p         *Producer
	r         *Reader
	o         *Outcome
	state     state
	began     time.Time
	kept      time.Time
	handed    Position // behind the last record that the producer was given
	read      int64    // records that it was given
	bad       int64
	announced int64
}

var errMisfit = errors.New("the mapping does not fit the file")

func (t *transfer) all(ctx context.Context) error {
	for {
		one, err := t.r.Next()
		misfit := t.bad == t.read && t.read > 0 && t.o.From.Records == 0
		if err == io.EOF && !misfit {
			if err := t.p.Flush(ctx); err != nil {
				return err
			}
			t.acknowledged()
			t.tell()
			if t.o.Counts = t.r.Counts(); t.o.Counts.Records != t.read {
				return fmt.Errorf("%s: %d records were read and %d sent: please report this file's form", t.Source.Path, t.o.Counts.Records, t.read)
			}
			return t.o.Counts.whole(t.Source.Path)
		}
		if misfit && (err == io.EOF || t.read == unreadableStart) {
			t.p.drop(t.Source.Topic)
			return fmt.Errorf("%w: none of its first %d rows can be read, so they were not sent (anxin produce mapping check shows more). %w", errMisfit, t.read, t.o.First[0])
		}
		if err != nil {
			return err
		}
		if err := t.pace(ctx); err != nil {
			return err
		}
		t.read++
		t.handed = t.r.Position()
		if len(one.Problems) > 0 {
			t.bad++
			if len(t.o.First) < shownProblems {
				t.o.First = append(t.o.First, one.Problems[0])
			}
		}
		if err := t.p.Put(ctx, t.Source.Topic, one.Key, one.Value); err != nil {
			return err
		}
		if len(t.p.pending) == 0 {
			if err := t.flushed(); err != nil {
				return err
			}
		}
		if t.read-t.announced >= 1000 || t.Rate > 0 {
			t.tell()
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
}

// acknowledged notes, after a flush, that the broker has all that the producer was given.
func (t *transfer) acknowledged() {
	t.state.Position = t.handed
	t.o.Sent, t.o.Unreadable = t.read, t.bad
}

func (t *transfer) flushed() error {
	t.acknowledged()
	if t.now().Sub(t.kept) < stateEvery {
		return nil
	}
	return t.keep()
}

func (t *transfer) keep() error {
	t.kept = t.now()
	t.state.Saved = t.kept.UTC().Truncate(time.Second)
	return t.state.write(t.State)
}

func (t *transfer) tell() {
	t.announced = t.read
	if t.Progress != nil {
		t.Progress(Progress{Read: t.r.Done(), Size: t.r.Size(), Records: t.read})
	}
}

// pace holds records back so that at most Rate a second go out, those that wait included.
func (t *transfer) pace(ctx context.Context) error {
	if t.Rate <= 0 {
		return nil
	}
	due := t.began.Add(time.Duration(float64(t.read) / float64(t.Rate) * float64(time.Second)))
	ahead := due.Sub(t.now())
	if ahead < paceStep {
		return nil
	}
	if t.bad < t.read || t.o.From.Records > 0 { // else the mapping may not fit, see all
		if err := t.p.Flush(ctx); err != nil {
			return err
		}
		if err := t.flushed(); err != nil {
			return err
		}
	}
	return t.wait(ctx, ahead)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// String says what happened, for people.
func (o Outcome) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d records sent", o.Sent)
	if o.From.Records > 0 {
		fmt.Fprintf(&b, " (going on behind line %d, %d were sent before)", o.From.Line, o.From.Records)
	}
	return b.String()
}
