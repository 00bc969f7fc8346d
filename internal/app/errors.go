package app

import "errors"

// badInput marks an error that the caller can mend.
type badInput struct{ error }

func (b badInput) Unwrap() error { return b.error }

// BadInput marks an error as one that the caller can mend: a wrong option, file or configuration. The text stays the
// error's own.
func BadInput(err error) error { return badInput{err} }

// IsBadInput tells whether an error, or one that it wraps, was marked by BadInput.
func IsBadInput(err error) bool { return errors.As(err, new(badInput)) }
