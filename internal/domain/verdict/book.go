package verdict

import "slices"

// Book is every verdict that was given, as the log had them at some moment. It is never changed.
type Book struct {
	// Version is another one whenever a verdict was added.
	Version uint64
	records map[Key]Record
}

// Record is what was said of one subject by one detector.
type Record struct {
	Seq      uint32
	Verdicts []Verdict // in the order of the log
}

// With is the book with some records in the place of their former ones.
func (b *Book) With(changed map[Key]Record) *Book {
	next := &Book{Version: 1, records: make(map[Key]Record, len(changed))}
	if b != nil {
		next.Version += b.Version
		for k, r := range b.records {
			next.records[k] = r
		}
	}
	for k, r := range changed {
		next.records[k] = r
	}
	return next
}

// Record is what was said of a key; nothing where nobody said anything.
func (b *Book) Record(k Key) Record {
	if b == nil {
		return Record{}
	}
	return b.records[k]
}

// On is the verdict that stands on what a warning shows now: the last about its episode that was not taken back. nil where there is
// none.
func (b *Book) On(k Key, w Seen) *Verdict {
	all := b.Record(k).Verdicts
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Withdrawn == nil && all[i].About(w) {
			return &all[i]
		}
	}
	return nil
}

// First is the first verdict on an episode, which says when it was answered.
func (b *Book) First(k Key, w Seen) *Verdict {
	all := b.Record(k).Verdicts
	for i := range all {
		if all[i].Withdrawn == nil && all[i].About(w) {
			return &all[i]
		}
	}
	return nil
}

// All are the verdicts, the newest first.
func (b *Book) All() []Verdict {
	all := []Verdict{}
	if b == nil {
		return all
	}
	for _, r := range b.records {
		all = append(all, r.Verdicts...)
	}
	slices.SortFunc(all, func(x, y Verdict) int {
		if n := y.At.Compare(x.At); n != 0 {
			return n
		}
		if x.Key != y.Key {
			if x.Key.String() < y.Key.String() {
				return -1
			}
			return 1
		}
		return int(y.Seq) - int(x.Seq)
	})
	return all
}
