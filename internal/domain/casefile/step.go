package casefile

import "errors"

// ErrConflict says that a case, or an entry of the list, has events which the person had not seen.
var ErrConflict = errors.New("there are newer events")

// ErrNotFound says that there is no such case, or no such entry of the list.
var ErrNotFound = errors.New("no such case or entry")

// Step is an action on one case, by somebody who has seen its events up to Seq.
type Step struct {
	CaseID string
	Seq    uint32
	Action Action
}

// Outcome is what came of a step: the event in the log and the case after it, or why there is none. The error is
// ErrNotFound, ErrConflict, a *Refusal, or that the log could not be written.
type Outcome struct {
	CaseID string
	Event  Event
	Case   Case
	Err    error
}

// EntryChoice is an action that an entry's stage, and a person's role and territory, allow. Refusal says what forbids it
// today all the same, such as a period that has not ended; nil when nothing does but what is still to be filled in.
type EntryChoice struct {
	Kind    EntryActionKind
	Refusal *Refusal
}
