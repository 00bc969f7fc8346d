package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Checkpoint is an entry's number and hash, written down outside the database.
type Checkpoint struct {
	Seq  uint64
	Hash string
}

// String is the form in which a checkpoint is printed and read again: "42:9f86d0…".
func (c Checkpoint) String() string { return fmt.Sprintf("%d:%s", c.Seq, c.Hash) }

// ParseCheckpoint reads what String wrote.
func ParseCheckpoint(text string) (Checkpoint, error) {
	number, hash, ok := strings.Cut(strings.TrimSpace(text), ":")
	seq, err := strconv.ParseUint(number, 10, 64)
	if !ok || err != nil || len(hash) != 64 {
		return Checkpoint{}, fmt.Errorf("%q is no checkpoint: want NUMBER:HASH as anxin audit verify prints it", text)
	}
	return Checkpoint{seq, hash}, nil
}

// Broken is the first place where a ledger is not as it was written.
type Broken struct {
	Seq    uint64
	Reason string
}

func (b Broken) Error() string { return fmt.Sprintf("entry %d %s", b.Seq, b.Reason) }

// follow returns what is wrong with an entry that stands after another, or nil.
func (e Entry) follow(last Entry) error {
	switch {
	case e.Seq == last.Seq:
		return Broken{e.Seq, "is there twice"}
	case e.Seq != last.Seq+1:
		return Broken{last.Seq + 1, "is missing"}
	case e.Previous != last.Hash:
		return Broken{e.Seq, "does not continue the entry before it"}
	case e.Hash != e.sum():
		return Broken{e.Seq, "was changed"}
	}
	return nil
}

// Follow reads the entries after the last one seen and passes each that continues the chain; at the first that does not
// it returns a Broken.
func (l *Ledger) Follow(ctx context.Context, last Entry, each func(Entry) error) error {
	return l.Read(ctx, last.Seq, func(e Entry) error {
		if err := e.follow(last); err != nil {
			return fmt.Errorf("%s: %w", l.table, err)
		}
		last = e
		return each(e)
	})
}

// Verify reads the whole ledger. It returns the last entry that is whole, and a Broken when something is wrong, also with
// regard to a checkpoint (the zero Checkpoint: none): then the end was cut off, or the chain was written anew.
func (l *Ledger) Verify(ctx context.Context, c Checkpoint) (last Checkpoint, err error) {
	err = l.Follow(ctx, Entry{}, func(e Entry) error {
		if e.Seq == c.Seq && e.Hash != c.Hash {
			return fmt.Errorf("%s: %w", l.table, Broken{e.Seq, "is not the one of the checkpoint: the ledger was written anew up to it"})
		}
		last = Checkpoint{e.Seq, e.Hash}
		return nil
	})
	if err == nil && last.Seq < c.Seq {
		err = fmt.Errorf("%s: %w", l.table, Broken{last.Seq + 1, "is missing: the end was cut off after the checkpoint was taken"})
	}
	return last, err
}

// IsBroken reports whether an error says that a ledger is not as it was written, rather than that it cannot be read.
func IsBroken(err error) bool {
	var b Broken
	return errors.As(err, &b)
}
