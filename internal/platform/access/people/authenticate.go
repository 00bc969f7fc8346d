package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// ErrWrong is the one answer to a wrong name, a wrong password, a disabled person and one without a password.
var ErrWrong = errors.New("the user name or the password is wrong")

// LockedOut says for how long a name is shut out after too many failures. Standing says that it was so before this attempt.
type LockedOut struct {
	For      time.Duration
	Standing bool
}

func (l LockedOut) Error() string {
	return "too many failed attempts: try again in " + l.For.Round(time.Second).String()
}

// Authenticate returns the account of a name and password: ErrWrong, or LockedOut, which is returned with the failure that
// brings it and, without looking at the password, with every attempt until it has passed. ErrBusy is returned where too many try
// at once. from is the address the attempt comes from: failures at one lock a name out there and not everywhere.
func (r *Register) Authenticate(ctx context.Context, id, password, from string) (Account, error) {
	if err := r.Fresh(ctx); err != nil {
		return Account{}, err
	}
	a, unknown := r.Get(id) // of nobody: without a hash
	known := unknown == nil
	if wait := r.lockout.attempt(id, known, from, r.clock()); wait > 0 {
		return Account{}, LockedOut{wait, true}
	}
	if len(password) > 4*MaxPassword {
		password = ""
	}
	ok, err := r.hashing.matches(ctx, password, a.hash)
	if err != nil {
		r.lockout.undo(id, known, from)
		return Account{}, err
	}
	if !ok || a.Disabled {
		if wait := r.lockout.locked(id, known, from, r.clock()); wait > 0 {
			return Account{}, LockedOut{wait, false}
		}
		return Account{}, ErrWrong
	}
	r.lockout.succeed(id, from)
	return a, nil
}

// A token is tokenMark and 52 characters of 260 random bits; the mark lets scanners for leaked secrets find it.
const tokenMark = "anxin_"

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token)) // random enough that nothing slower is needed
	return hex.EncodeToString(sum[:])
}

// MakeToken gives a person, usually a machine's entry without a password, a token for the API and returns it. It is shown
// this once; the register keeps its hash.
func (r *Register) MakeToken(ctx context.Context, actor, id, label string) (string, error) {
	if !validID.MatchString(label) {
		return "", refused("名称 %q 不能使用：应为 2 至 32 位小写字母、数字、点、- 或 _，以字母开头",
			"the label %q cannot be used: want 2 to 32 of a–z, 0–9, dot, - and _, beginning with a letter", label)
	}
	token := tokenMark + strings.ToLower(rand.Text()+rand.Text())
	err := r.about(ctx, actor, id, tokenMade, Token{Label: label, Hash: hashToken(token)}, func(a Account) error {
		for _, t := range a.Tokens {
			if t.Label == label {
				return refused("%s 已有令牌 %s：请先作废，或换一个名称",
					"%s has a token %s already: end it first, or take another label", id, label)
			}
		}
		return nil
	})
	return token, err
}

// EndToken makes a token worthless.
func (r *Register) EndToken(ctx context.Context, actor, id, label string) error {
	return r.about(ctx, actor, id, tokenEnded, Token{Label: label}, func(a Account) error {
		for _, t := range a.Tokens {
			if t.Label == label {
				return nil
			}
		}
		return refused("%s 没有令牌 %s",
			"%s has no token %s", id, label)
	})
}

// ByToken returns whose token it is; ErrWrong when it is nobody's, or a disabled person's.
func (r *Register) ByToken(ctx context.Context, token string) (Account, error) {
	if err := r.Fresh(ctx); err != nil {
		return Account{}, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if id, ok := r.byToken[hashToken(token)]; ok && !r.byID[id].Disabled {
		return *r.byID[id], nil
	}
	return Account{}, ErrWrong
}
