// Package people is the register of who may use the system: people and machines, their roles and territory, passwords,
// tokens and identities at an OpenID provider.
//
// The truth is a ledger (table people_events, internal/platform/ledger); what it adds up to is held in memory and read on when
// another process, such as the command, has written. Nobody is ever removed, only disabled: an id stands in case events
// and in the audit log for one person for ever.
package people

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/platform/ledger"
)

// Table is where the register's ledger is kept.
const Table = "people_events"

// ErrUnknown says that there is no such person.
var ErrUnknown = errors.New("no such person")

// Refusal says why the register refused a change, in both languages. As an error it is in English.
type Refusal struct{ catalog.Text }

func (r Refusal) Error() string { return r.EN }

// refused makes a Refusal of a text in Chinese and one in English, both filled with the same values.
func refused(zh, en string, values ...any) error {
	return Refusal{catalog.Text{ZH: fmt.Sprintf(zh, values...), EN: fmt.Sprintf(en, values...)}}
}

// Account is what the register knows of a person.
type Account struct {
	access.Person
	Disabled   bool
	MustChange bool    // the password is the one an administrator gave
	Password   bool    // has one
	Subject    Subject // at the OpenID provider
	Tokens     []Token // that are valid
	AddedAt    time.Time
	Seq        uint64 // of the last event about the person
	// Epoch is the event that last ended all sessions of the person: a new password, being disabled or enabled.
	Epoch uint64

	hash string // of the password
}

// Subject is who somebody is at an OpenID provider.
type Subject struct {
	Issuer string `json:"issuer"`
	ID     string `json:"id"`
}

// Token is a machine's secret, known by its hash.
type Token struct {
	Label  string    `json:"label"`
	Hash   string    `json:"hash"`
	MadeAt time.Time `json:"-"`
}

// The kinds of events, and what their detail holds.
const (
	added       = "added"        // access.Person
	changed     = "changed"      // access.Person
	passwordSet = "password_set" // passwordDetail
	disabled    = "disabled"
	enabled     = "enabled"
	linked      = "linked"      // Subject; empty: the link is ended
	tokenMade   = "token_made"  // Token
	tokenEnded  = "token_ended" // Token, by label
)

type passwordDetail struct {
	Hash    string `json:"hash"`
	Initial bool   `json:"initial"`
}

// Dependencies of the register.
type Dependencies struct {
	Conn  driver.Conn
	Clock func() time.Time
	Cost  Cost // of hashing passwords
}

// Register is the register. It may be used from many goroutines and beside other processes.
type Register struct {
	ledger  *ledger.Ledger
	clock   func() time.Time
	hashing *hashing
	lockout *lockout

	writing sync.Mutex // one change of this process at a time
	mu      sync.RWMutex
	last    ledger.Entry
	read    time.Time // when the ledger was last looked at
	byID    map[string]*Account
	byToken map[string]string  // hash of the token → id
	bySub   map[Subject]string // → id
}

// Open reads the register.
func Open(ctx context.Context, d Dependencies) (*Register, error) {
	r := &Register{
		ledger: ledger.New(d.Conn, Table, d.Clock), clock: d.Clock, hashing: newHashing(d.Cost), lockout: newLockout(),
		byID: map[string]*Account{}, byToken: map[string]string{}, bySub: map[Subject]string{},
	}
	if err := r.refresh(ctx); err != nil {
		return nil, fmt.Errorf("opening the register of people: %w", err)
	}
	return r, nil
}

// fresh is how long the register answers from memory before it looks whether another process has changed it.
const fresh = 2 * time.Second

// Fresh looks for what other processes have changed, at most every two seconds.
func (r *Register) Fresh(ctx context.Context) error {
	r.mu.RLock()
	age := r.clock().Sub(r.read)
	r.mu.RUnlock()
	if age >= 0 && age < fresh {
		return nil
	}
	return r.refresh(ctx)
}

// refresh reads on from the last event seen. An event that does not continue the chain is not believed.
func (r *Register) refresh(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.ledger.Follow(ctx, r.last, func(e ledger.Entry) error {
		if err := r.apply(e); err != nil {
			return fmt.Errorf("%s: entry %d: %w", Table, e.Seq, err)
		}
		r.last = e
		return nil
	})
	if err != nil {
		return err
	}
	r.read = r.clock()
	return nil
}

// apply takes an event into the state. Called with mu held. Accounts are replaced, never changed: they have been handed out.
func (r *Register) apply(e ledger.Entry) error {
	a := &Account{AddedAt: e.At}
	if old := r.byID[e.Object]; old != nil {
		copied := *old
		a = &copied
	} else if e.Kind != added {
		return fmt.Errorf("%s of somebody who was never added", e.Kind)
	}
	var err error
	into := func(v any) { err = json.Unmarshal([]byte(e.Detail), v) }
	switch e.Kind {
	case added, changed:
		into(&a.Person)
		a.ID = e.Object
	case passwordSet:
		var d passwordDetail
		into(&d)
		a.hash, a.Password, a.MustChange, a.Epoch = d.Hash, true, d.Initial, e.Seq
		r.lockout.forget(a.ID)
	case disabled, enabled:
		a.Disabled, a.Epoch = e.Kind == disabled, e.Seq
	case linked:
		delete(r.bySub, a.Subject)
		into(&a.Subject)
		if a.Subject != (Subject{}) {
			r.bySub[a.Subject] = a.ID
		}
	case tokenMade:
		t := Token{MadeAt: e.At}
		into(&t)
		a.Tokens = append(slices.Clone(a.Tokens), t)
		r.byToken[t.Hash] = a.ID
	case tokenEnded:
		var t Token
		into(&t)
		a.Tokens = slices.DeleteFunc(slices.Clone(a.Tokens), func(one Token) bool {
			if one.Label == t.Label {
				delete(r.byToken, one.Hash)
			}
			return one.Label == t.Label
		})
	default:
		return fmt.Errorf("an event of the unknown kind %q: use a newer version of anxin", e.Kind)
	}
	a.Seq = e.Seq
	r.byID[a.ID] = a
	return err
}

// Get returns a person's account.
func (r *Register) Get(id string) (Account, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if a := r.byID[id]; a != nil {
		return *a, nil
	}
	return Account{}, fmt.Errorf("%s: %w", id, ErrUnknown)
}

// List returns all accounts by id.
func (r *Register) List() []Account {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]Account, 0, len(r.byID))
	for _, id := range slices.Sorted(maps.Keys(r.byID)) {
		all = append(all, *r.byID[id])
	}
	return all
}

// Empty reports whether nobody has been added yet.
func (r *Register) Empty() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.byID) == 0
}

// attempts bounds how often a change is tried when other processes write at the same time.
const attempts = 20

// write appends an event that decide makes from the newest state; what decide says no to is not written.
func (r *Register) write(ctx context.Context, decide func() (ledger.Draft, error)) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	for range attempts {
		if err := r.refresh(ctx); err != nil {
			return err
		}
		draft, err := decide()
		if err != nil {
			return err
		}
		if _, err = r.ledger.Append(ctx, r.last, draft); err == nil {
			return r.refresh(ctx)
		}
		if !errors.Is(err, ledger.ErrTaken) {
			return err
		}
	}
	return fmt.Errorf("changing the register of people: %w", ledger.ErrTaken)
}

var validID = regexp.MustCompile(`^[a-z][a-z0-9._-]{1,31}$`)

// names that stand for something else in logs
var reserved = []string{casefile.System, leadfile.Complainant, "command", "anxin"}

// Check says what is wrong with a person, or nil.
func Check(p access.Person) error {
	switch {
	case !validID.MatchString(p.ID) || slices.Contains(reserved, p.ID):
		return refused("用户名 %q 不能使用：应为 2 至 32 位小写字母、数字、点、- 或 _，以字母开头",
			"the user name %q cannot be used: want 2 to 32 of a–z, 0–9, dot, - and _, beginning with a letter", p.ID)
	case strings.TrimSpace(p.Name) == "" || len(p.Name) > 100:
		return refused("缺少姓名或姓名过长：姓名会显示在页面上并印在文书上",
			"the name is missing or too long: it is shown, and printed on documents")
	case len(p.Roles) == 0:
		return refused("没有选择角色：应为 %s 中的一个或多个",
			"no role is given: want one or more of %s", roleNames())
	}
	territory := false
	for _, role := range p.Roles {
		if !role.Valid() {
			return refused("%q 不是角色：应为 %s 中的一个或多个",
				"%q is no role: want one or more of %s", role, roleNames())
		}
		territory = territory || role.HasTerritory()
	}
	officer := p.Is(access.DepartmentOfficer)
	switch {
	case territory && (!access.ValidTerritory(p.Territory) || !region.Known(p.Territory)):
		return refused("辖区 %q 不存在：应为省（2 位）、市（4 位）、县（6 位）或乡镇（9 位）的区划代码",
			"the territory %q is unknown: want the division code of a province (2 digits), prefecture (4), county (6) or township (9)", p.Territory)
	case !territory && p.Territory != "":
		return refused("只有办理案件的角色才填辖区",
			"a territory goes with the roles that have casework only")
	case p.Is(access.TownshipHead) && len(p.Territory) != 9:
		return refused("乡镇负责人的辖区应为乡镇，即 9 位代码",
			"the territory of a township head is a township: want a code of 9 digits")
	case officer && !slices.Contains(casefile.Departments, casefile.Department(p.Department)):
		return refused("部门 %q 不存在：应为 %v 之一",
			"the department %q is unknown: want one of %v", p.Department, casefile.Departments)
	case !officer && p.Department != "":
		return refused("只有角色 %s 才填部门",
			"a department goes with the role %s only", access.DepartmentOfficer)
	}
	return nil
}

func roleNames() string {
	names := make([]string, len(access.Roles))
	for i, r := range access.Roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

func normal(p access.Person) access.Person {
	p.Name = strings.TrimSpace(p.Name)
	p.Roles = slices.Compact(slices.SortedFunc(slices.Values(p.Roles), func(a, b access.Role) int {
		return cmp.Compare(slices.Index(access.Roles, a), slices.Index(access.Roles, b))
	}))
	return p
}

// Add enters a person. An id that was ever used is refused, also when that person is disabled.
func (r *Register) Add(ctx context.Context, actor string, p access.Person) error {
	p = normal(p)
	if err := Check(p); err != nil {
		return err
	}
	return r.write(ctx, func() (ledger.Draft, error) {
		if _, err := r.Get(p.ID); err == nil {
			return ledger.Draft{}, refused("用户名 %s 已有人使用或曾有人使用：用户名不重复使用",
				"the user name %s is or was somebody's: user names are never used again", p.ID)
		}
		return ledger.Draft{Actor: actor, Kind: added, Object: p.ID, Detail: p}, nil
	})
}

// Change replaces a person's name, roles, territory and department.
func (r *Register) Change(ctx context.Context, actor string, p access.Person) error {
	p = normal(p)
	if err := Check(p); err != nil {
		return err
	}
	return r.write(ctx, func() (ledger.Draft, error) {
		if _, err := r.Get(p.ID); err != nil {
			return ledger.Draft{}, err
		}
		if !p.Is(access.Administrator) && r.lastAdministrator(p.ID) {
			return ledger.Draft{}, refused("%s 是最后一名管理员：请先指定另一名管理员",
				"%s is the last administrator: name another one first", p.ID)
		}
		return ledger.Draft{Actor: actor, Kind: changed, Object: p.ID, Detail: p}, nil
	})
}

// lastAdministrator reports whether a person is the only administrator who can sign in.
func (r *Register) lastAdministrator(id string) bool {
	only := false
	for _, a := range r.List() {
		if a.Is(access.Administrator) && !a.Disabled {
			if a.ID != id {
				return false
			}
			only = true
		}
	}
	return only
}

// SetPassword gives a person a password; an initial one must be changed at the first sign-in. All sessions of the person
// end.
func (r *Register) SetPassword(ctx context.Context, actor, id, password string, initial bool) error {
	if err := checkPassword(id, password); err != nil {
		return err
	}
	hash, err := r.hashing.hash(ctx, password)
	if err != nil {
		return err
	}
	return r.about(ctx, actor, id, passwordSet, passwordDetail{hash, initial}, nil)
}

// ChangePassword is SetPassword by the person, who must know the old one. The new one must be another.
func (r *Register) ChangePassword(ctx context.Context, id, old, password, from string) error {
	if _, err := r.Authenticate(ctx, id, old, from); err != nil {
		return err
	}
	if old == password {
		return ErrWeakPassword{"same"}
	}
	return r.SetPassword(ctx, id, id, password, false)
}

// Disable shuts a person out, at once and everywhere.
func (r *Register) Disable(ctx context.Context, actor, id string) error {
	return r.about(ctx, actor, id, disabled, struct{}{}, func(a Account) error {
		switch {
		case a.Disabled:
			return refused("%s 已停用",
				"%s is disabled already", id)
		case actor == id:
			return refused("不能停用自己：请由另一名管理员操作",
				"nobody disables themselves: ask another administrator")
		case r.lastAdministrator(id):
			return refused("%s 是最后一名管理员：请先指定另一名管理员",
				"%s is the last administrator: name another one first", id)
		}
		return nil
	})
}

// Enable lets a person in again.
func (r *Register) Enable(ctx context.Context, actor, id string) error {
	return r.about(ctx, actor, id, enabled, struct{}{}, func(a Account) error {
		if !a.Disabled {
			return refused("%s 没有停用",
				"%s is not disabled", id)
		}
		return nil
	})
}

// Link says who a person is at an OpenID provider; the zero Subject ends the link. A subject is one person's.
func (r *Register) Link(ctx context.Context, actor, id string, s Subject) error {
	if (s.Issuer == "") != (s.ID == "") || len(s.ID) > 255 {
		return refused("应填写身份提供方和该人在其中的标识",
			"want the issuer and the person's subject there")
	}
	return r.about(ctx, actor, id, linked, s, func(Account) error {
		if other, err := r.BySubject(s); err == nil && other.ID != id {
			return refused("该标识已属于 %s",
				"this subject is %s", other.ID)
		}
		return nil
	})
}

func (r *Register) about(ctx context.Context, actor, id, kind string, detail any, check func(Account) error) error {
	return r.write(ctx, func() (ledger.Draft, error) {
		a, err := r.Get(id)
		if err == nil && check != nil {
			err = check(a)
		}
		return ledger.Draft{Actor: actor, Kind: kind, Object: id, Detail: detail}, err
	})
}

// BySubject returns who is registered for a subject at an OpenID provider.
func (r *Register) BySubject(s Subject) (Account, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if id, ok := r.bySub[s]; ok && s != (Subject{}) {
		return *r.byID[id], nil
	}
	return Account{}, ErrUnknown
}

// Verify is ledger.Verify of the register.
func (r *Register) Verify(ctx context.Context, c ledger.Checkpoint) (ledger.Checkpoint, error) {
	return r.ledger.Verify(ctx, c)
}
