package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Cost is what computing a password's hash takes (argon2id, RFC 9106). It is kept with each hash, so it may be raised.
type Cost struct {
	MemoryKiB, Passes uint32
	Lanes             uint8
}

// DefaultCost is RFC 9106's recommendation for machines that have other things to do: about 50 to 100 ms.
var DefaultCost = Cost{MemoryKiB: 64 << 10, Passes: 3, Lanes: 4}

// Lengths of a password, in characters. There are no rules about kinds of characters: length is what counts, and such
// rules make people write passwords down.
const (
	MinPassword = 12
	MaxPassword = 128
)

// ErrWeakPassword says why a password is not taken.
type ErrWeakPassword struct{ Reason string } // short, long, name, same or plain

func (e ErrWeakPassword) Error() string {
	switch e.Reason {
	case "short":
		return fmt.Sprintf("the password is shorter than %d characters: take a few words that only you would put together", MinPassword)
	case "long":
		return fmt.Sprintf("the password is longer than %d characters", MaxPassword)
	case "name":
		return "the password contains the user name"
	case "same":
		return "the new password is the old one"
	}
	return "the password repeats itself: take a few words that only you would put together"
}

// checkPassword refuses what is guessed first: what is short, holds the user's name, or has next to no variety.
func checkPassword(id, password string) error {
	n := utf8.RuneCountInString(password)
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	switch {
	case n < MinPassword:
		return ErrWeakPassword{"short"}
	case n > MaxPassword:
		return ErrWeakPassword{"long"}
	case strings.Contains(strings.ToLower(password), id):
		return ErrWeakPassword{"name"}
	case len(distinct) < 5:
		return ErrWeakPassword{"plain"}
	}
	return nil
}

const (
	saltBytes = 16
	hashBytes = 32
)

// hashing bounds how many hashes are computed at once: each takes MemoryKiB.
type hashing struct {
	cost    Cost
	busy    chan struct{}
	waiting atomic.Int32
}

// mostWaiting is how many may wait for a password to be looked at; at two at a time the last of them waits for some seconds.
const mostWaiting = 24

// ErrBusy says that so many are signing in at once that nobody else is let wait: try again.
var ErrBusy = errors.New("too many people are signing in at once: try again in a moment")

func newHashing(c Cost) *hashing { return &hashing{cost: c, busy: make(chan struct{}, 2)} }

func (h *hashing) enter(ctx context.Context) error {
	if h.waiting.Add(1) > mostWaiting {
		h.waiting.Add(-1)
		return ErrBusy
	}
	defer h.waiting.Add(-1)
	select {
	case h.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hash returns a password's hash in the usual text form, "$argon2id$v=19$m=65536,t=3,p=4$SALT$HASH".
func (h *hashing) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer func() { <-h.busy }()
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	sum := argon2.IDKey([]byte(password), salt, h.cost.Passes, h.cost.MemoryKiB, h.cost.Lanes, hashBytes)
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.MemoryKiB, h.cost.Passes, h.cost.Lanes, text(salt), text(sum)), nil
}

// matches reports whether a password has a hash. For an empty hash it does the same work and says no: an unknown user
// takes as long as a wrong password.
func (h *hashing) matches(ctx context.Context, password, hash string) (bool, error) {
	cost, salt, want := h.cost, make([]byte, saltBytes), make([]byte, hashBytes)
	if hash != "" {
		var err error
		if cost, salt, want, err = readHash(hash); err != nil {
			return false, err
		}
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer func() { <-h.busy }()
	got := argon2.IDKey([]byte(password), salt, cost.Passes, cost.MemoryKiB, cost.Lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && hash != "", nil
}

func readHash(text string) (c Cost, salt, sum []byte, err error) {
	bad := errors.New("a stored password hash is not readable: set the password anew")
	part := strings.Split(text, "$")
	if len(part) != 6 || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, bad
	}
	if n, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Lanes); n != 3 || err != nil {
		return c, nil, nil, bad
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(part[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(part[5])
	const mostMemory, mostPasses = 1 << 20, 64 // a hash that somebody else put there must not stop the service
	if err1 != nil || err2 != nil || len(sum) < 16 || c.Passes < 1 || c.Passes > mostPasses || c.MemoryKiB > mostMemory || c.Lanes < 1 {
		return c, nil, nil, bad
	}
	return c, salt, sum, nil
}
