package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/ledger"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

const good = "four plain words here"

var wang = access.Person{ID: "wang.li", Name: "王莉", Roles: []access.Role{access.Inspector}, Territory: "331024"}
var root = access.Person{ID: "root", Name: "管理员", Roles: []access.Role{access.Administrator}}

// tester is a register over an empty database, with a clock that the test turns.
type tester struct {
	*Register
	conn driver.Conn
	now  time.Time
}

func register(t *testing.T) *tester {
	t.Helper()
	t.Parallel()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	s := &tester{conn: conn, now: time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)}
	s.Register = s.another(t)
	return s
}

// another is the register as a second process has it.
func (s *tester) another(t *testing.T) *Register {
	t.Helper()
	r, err := Open(t.Context(), Dependencies{Conn: s.conn, Clock: func() time.Time { return s.now }, Cost: Cost{64, 1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// isRefusal also sees to it that the reason is there in both languages.
func isRefusal(err error) bool {
	var r Refusal
	return errors.As(err, &r) && r.ZH != "" && r.EN != "" && !strings.Contains(r.ZH+r.EN, "%!")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *tester) add(t *testing.T, p access.Person, password string) {
	t.Helper()
	must(t, s.Add(t.Context(), "command", p))
	if password != "" {
		must(t, s.SetPassword(t.Context(), "command", p.ID, password, false))
	}
}

func TestAPersonSignsInAndAnotherProcessKnowsThem(t *testing.T) {
	s := register(t)
	if !s.Empty() {
		t.Error("a new register is not empty")
	}
	s.add(t, wang, good)
	for name, r := range map[string]*Register{"this process": s.Register, "a new one": s.another(t)} {
		a, err := r.Authenticate(t.Context(), wang.ID, good, "10.0.0.7")
		if err != nil || a.Name != wang.Name || !slices.Equal(a.Roles, wang.Roles) || a.Territory != wang.Territory || a.MustChange {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

func TestWrongNamesAndPasswordsSoundTheSame(t *testing.T) {
	s := register(t)
	s.add(t, wang, good)
	s.add(t, root, "")
	for name, try := range map[string][2]string{
		"a wrong password":         {wang.ID, "wrong plain words here"},
		"an empty password":        {wang.ID, ""},
		"an unknown name":          {"nobody", good},
		"somebody without one":     {root.ID, ""},
		"a password far too long":  {wang.ID, strings.Repeat(good, 1000)},
		"a name in another script": {"王莉", good},
	} {
		if _, err := s.Authenticate(t.Context(), try[0], try[1], "10.0.0.7"); err != ErrWrong {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGuessingIsSlowedDownMoreAndMore(t *testing.T) {
	s := register(t)
	s.add(t, wang, good)
	for _, name := range []string{wang.ID, "nobody"} { // an unknown name behaves the same
		var locks []time.Duration
		for range 12 {
			_, err := s.Authenticate(t.Context(), name, "wrong plain words here", "10.0.0.7")
			var locked LockedOut
			if errors.As(err, &locked) {
				locks = append(locks, locked.For)
				if _, err := s.Authenticate(t.Context(), name, good, "10.0.0.7"); !errors.As(err, &locked) {
					t.Errorf("while %s is locked out the right password says %v", name, err)
				}
				s.now = s.now.Add(locked.For)
			} else if err != ErrWrong {
				t.Fatal(err)
			}
		}
		second := time.Second
		if want := []time.Duration{30 * second, 60 * second, 120 * second, 240 * second, 480 * second, 900 * second, 900 * second, 900 * second}; !slices.Equal(locks, want) {
			t.Errorf("%s is locked out for %v, want %v", name, locks, want)
		}
	}
	if _, err := s.Authenticate(t.Context(), wang.ID, good, "10.0.0.7"); err != nil {
		t.Errorf("after the time has passed: %v", err)
	}
	for range freeFailures - 1 { // a success has wiped the slate
		if _, err := s.Authenticate(t.Context(), wang.ID, "x", "10.0.0.7"); err != ErrWrong {
			t.Errorf("after a success: %v", err)
		}
	}
}

func TestManyGuessesAtOnceDoNotSlipThrough(t *testing.T) {
	s := register(t)
	s.add(t, wang, good)
	var group sync.WaitGroup
	var mu sync.Mutex
	tried := 0
	for range 50 {
		group.Go(func() {
			_, err := s.Authenticate(t.Context(), wang.ID, "wrong plain words here", "10.0.0.7")
			mu.Lock()
			defer mu.Unlock()
			if err == ErrWrong {
				tried++
			}
		})
	}
	group.Wait()
	if tried >= freeFailures {
		t.Errorf("%d guesses at once were tried", tried)
	}
}

func TestPasswordsAreJudgedByLengthAndObviousness(t *testing.T) {
	s := register(t)
	s.add(t, wang, "")
	for password, reason := range map[string]string{
		"elevenchars": "short", strings.Repeat("长长长", 50): "long", "my wang.li password": "name", "abababababababab": "plain",
		"十二个汉字组成的一句口令": "", "all lower case and long": "", "Tr0ub4dor&3": "short",
	} {
		err := s.SetPassword(t.Context(), "command", wang.ID, password, false)
		var weak ErrWeakPassword
		if errors.As(err, &weak); weak.Reason != reason || (reason == "") != (err == nil) {
			t.Errorf("%q: %v, want %q", password, err, reason)
		}
	}
}

func TestAnInitialPasswordMustBeChangedIntoAnother(t *testing.T) {
	s := register(t)
	s.add(t, wang, "")
	must(t, s.SetPassword(t.Context(), "root", wang.ID, good, true))
	a, err := s.Authenticate(t.Context(), wang.ID, good, "10.0.0.7")
	if err != nil || !a.MustChange {
		t.Fatalf("%+v, %v", a, err)
	}
	var weak ErrWeakPassword
	if err := s.ChangePassword(t.Context(), wang.ID, good, good, "10.0.0.7"); !errors.As(err, &weak) || weak.Reason != "same" {
		t.Errorf("the same again: %v", err)
	}
	if err := s.ChangePassword(t.Context(), wang.ID, "not the old one", "a different phrase", "10.0.0.7"); err != ErrWrong {
		t.Errorf("without the old one: %v", err)
	}
	must(t, s.ChangePassword(t.Context(), wang.ID, good, "a different phrase", "10.0.0.7"))
	b, err := s.Authenticate(t.Context(), wang.ID, "a different phrase", "10.0.0.7")
	if err != nil || b.MustChange || b.Epoch == a.Epoch {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestNobodyIsRemovedAndNoIDUsedTwice(t *testing.T) {
	s := register(t)
	s.add(t, root, good)
	s.add(t, wang, good)
	before, _ := s.Get(wang.ID)
	must(t, s.Disable(t.Context(), root.ID, wang.ID))
	if _, err := s.Authenticate(t.Context(), wang.ID, good, "10.0.0.7"); err != ErrWrong {
		t.Errorf("a disabled person signs in: %v", err)
	}
	if err := s.Add(t.Context(), root.ID, wang); !isRefusal(err) {
		t.Errorf("a used name is given again: %v", err)
	}
	if err := s.Disable(t.Context(), root.ID, wang.ID); !isRefusal(err) {
		t.Errorf("disabled twice: %v", err)
	}
	must(t, s.Enable(t.Context(), root.ID, wang.ID))
	after, err := s.Authenticate(t.Context(), wang.ID, good, "10.0.0.7")
	if err != nil || after.Epoch == before.Epoch {
		t.Errorf("enabled again: %+v, %v", after, err)
	}
	if err := s.Disable(t.Context(), root.ID, "nobody"); !errors.Is(err, ErrUnknown) {
		t.Errorf("disabling nobody: %v", err)
	}
}

func TestThereIsAlwaysAnAdministrator(t *testing.T) {
	s := register(t)
	s.add(t, root, good)
	demoted := root
	demoted.Roles = []access.Role{access.Auditor}
	for name, err := range map[string]error{
		"disabling":  s.Disable(t.Context(), "command", root.ID),
		"oneself":    s.Disable(t.Context(), root.ID, root.ID),
		"demoting":   s.Change(t.Context(), "command", demoted),
		"an unknown": s.Change(t.Context(), "command", wang),
	} {
		if err == nil {
			t.Errorf("%s the last administrator is allowed", name)
		}
	}
	second := root
	second.ID = "root2"
	s.add(t, second, good)
	must(t, s.Disable(t.Context(), second.ID, root.ID))
	if err := s.Change(t.Context(), "command", access.Person{ID: "root2", Name: "x", Roles: []access.Role{access.Auditor}}); !isRefusal(err) {
		t.Errorf("the other one is disabled: %v", err)
	}
}

func TestAPersonIsCheckedBeforeTheyAreEntered(t *testing.T) {
	for name, p := range map[string]access.Person{
		"no name":                 {ID: "abc", Roles: []access.Role{access.Auditor}},
		"no role":                 {ID: "abc", Name: "x"},
		"an unknown role":         {ID: "abc", Name: "x", Roles: []access.Role{"king"}},
		"capital letters":         {ID: "Abc", Name: "x", Roles: []access.Role{access.Auditor}},
		"the system":              {ID: "system", Name: "x", Roles: []access.Role{access.Auditor}},
		"no territory":            {ID: "abc", Name: "x", Roles: []access.Role{access.Inspector}},
		"a territory nowhere":     {ID: "abc", Name: "x", Roles: []access.Role{access.Inspector}, Territory: "999999"},
		"a territory cut short":   {ID: "abc", Name: "x", Roles: []access.Role{access.Inspector}, Territory: "33102"},
		"a head of a county":      {ID: "abc", Name: "x", Roles: []access.Role{access.TownshipHead}, Territory: "331024"},
		"an auditor's territory":  {ID: "abc", Name: "x", Roles: []access.Role{access.Auditor}, Territory: "331024"},
		"an officer of nothing":   {ID: "abc", Name: "x", Roles: []access.Role{access.DepartmentOfficer}, Territory: "331024"},
		"an inspector of housing": {ID: "abc", Name: "x", Roles: []access.Role{access.Inspector}, Territory: "331024", Department: "housing"},
	} {
		if err := Check(p); !isRefusal(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, p := range []access.Person{wang, root,
		{ID: "li.na", Name: "李娜", Roles: []access.Role{access.DepartmentOfficer, access.Operator}, Territory: "3310", Department: "housing"},
		{ID: "zhao", Name: "赵", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"}} {
		if err := Check(p); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
	}
}

func TestTokensOpenTheAPIAndEnd(t *testing.T) {
	s := register(t)
	s.add(t, root, good)
	s.add(t, wang, "")
	token, err := s.MakeToken(t.Context(), root.ID, wang.ID, "feed")
	must(t, err)
	if a, err := s.another(t).ByToken(t.Context(), token); err != nil || a.ID != wang.ID {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := s.MakeToken(t.Context(), root.ID, wang.ID, "feed"); !isRefusal(err) {
		t.Errorf("a label twice: %v", err)
	}
	for _, wrong := range []string{"", token + "x", token[:20]} {
		if _, err := s.ByToken(t.Context(), wrong); err != ErrWrong {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	must(t, s.Disable(t.Context(), root.ID, wang.ID))
	if _, err := s.ByToken(t.Context(), token); err != ErrWrong {
		t.Errorf("of a disabled person: %v", err)
	}
	must(t, s.Enable(t.Context(), root.ID, wang.ID))
	must(t, s.EndToken(t.Context(), root.ID, wang.ID, "feed"))
	if _, err := s.ByToken(t.Context(), token); err != ErrWrong {
		t.Errorf("an ended token: %v", err)
	}
	var stored uint64
	must(t, s.conn.QueryRow(t.Context(), "SELECT countIf(position(detail, ?) > 0) FROM people_events", token).Scan(&stored))
	if stored != 0 {
		t.Error("the token itself is stored")
	}
}

func TestASubjectIsOnePersons(t *testing.T) {
	s := register(t)
	s.add(t, root, good)
	s.add(t, wang, "")
	subject := Subject{"https://id.example", "0042"}
	must(t, s.Link(t.Context(), root.ID, wang.ID, subject))
	if a, err := s.BySubject(subject); err != nil || a.ID != wang.ID {
		t.Errorf("%+v, %v", a, err)
	}
	if err := s.Link(t.Context(), root.ID, root.ID, subject); !isRefusal(err) {
		t.Errorf("a subject of two: %v", err)
	}
	must(t, s.Link(t.Context(), root.ID, wang.ID, Subject{}))
	for _, none := range []Subject{subject, {}} {
		if _, err := s.BySubject(none); err != ErrUnknown {
			t.Errorf("%v: %v", none, err)
		}
	}
}

func TestTwoProcessesChangeTheRegisterWithoutLosingAnything(t *testing.T) {
	s := register(t)
	other := s.another(t)
	s.add(t, root, good)
	must(t, other.Add(t.Context(), "command", wang)) // has not seen root
	if len(s.List()) != 1 {
		t.Error("looked at the ledger without being asked")
	}
	s.now = s.now.Add(fresh)
	must(t, s.Fresh(t.Context()))
	if len(s.List()) != 2 || len(other.List()) != 2 {
		t.Errorf("%d and %d people", len(s.List()), len(other.List()))
	}
	same := access.Person{ID: "same", Name: "x", Roles: []access.Role{access.Auditor}}
	if err := s.Add(t.Context(), "command", same); err != nil {
		t.Error(err)
	}
	if err := other.Add(t.Context(), "command", same); !isRefusal(err) {
		t.Errorf("the same name from two processes: %v", err)
	}
}

func TestARowPutInByHandIsNotBelieved(t *testing.T) {
	s := register(t)
	s.add(t, wang, good)
	must(t, s.conn.Exec(t.Context(), `INSERT INTO people_events SELECT seq + 2, at, actor, 'changed', 'wang.li', replace(detail, 'inspector', 'administrator'), writer, hash, hash FROM people_events WHERE kind = 'added'`))
	_, err := Open(t.Context(), Dependencies{Conn: s.conn, Clock: time.Now, Cost: Cost{64, 1, 1}})
	if !ledger.IsBroken(err) {
		t.Errorf("opening says %v", err)
	}
	s.now = s.now.Add(fresh)
	if err := s.Fresh(t.Context()); !ledger.IsBroken(err) {
		t.Errorf("looking again says %v", err)
	}
	if a, _ := s.Get(wang.ID); a.Is(access.Administrator) {
		t.Error("the row made an administrator")
	}
}

func TestAHashOfAnotherCostStillMatches(t *testing.T) {
	old, now := newHashing(Cost{64, 1, 1}), newHashing(Cost{128, 2, 2})
	hash, err := old.hash(context.Background(), good)
	must(t, err)
	if ok, err := now.matches(context.Background(), good, hash); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	for _, bad := range []string{"x", strings.Replace(hash, "m=64", "m=9999999999", 1), strings.Replace(hash, "t=1", "t=0", 1), hash[:40]} {
		if ok, err := now.matches(context.Background(), good, bad); ok || err == nil {
			t.Errorf("%q: %v, %v", bad, ok, err)
		}
	}
}

func TestAFloodOfWrongOnesNeitherStallsNorUnlocks(t *testing.T) {
	l := newLockout()
	now := time.Date(2026, 10, 31, 8, 0, 0, 0, time.UTC)
	for range freeFailures {
		l.attempt("wang.li", true, "10.0.0.7", now)
	}
	if l.locked("wang.li", true, "10.0.0.7", now) == 0 {
		t.Fatal("five failures lock nobody out")
	}
	if l.locked("wang.li", true, "10.0.0.8", now) != 0 {
		t.Error("failures at one address lock the name out at another")
	}
	for n := range freeAnywhere { // by many machines, a few each
		l.attempt("wang.li", true, fmt.Sprint("machine ", n/4), now)
	}
	if l.locked("wang.li", true, "10.0.0.9", now) == 0 {
		t.Error("guessing by many machines locks the name out nowhere else")
	}
	for n := range mostNames + 100 {
		l.attempt(fmt.Sprint("invented-", n), false, fmt.Sprint(n), now.Add(time.Second))
	}
	if l.locked("wang.li", true, "10.0.0.7", now.Add(2*time.Second)) == 0 {
		t.Error("invented names have one forgotten that is locked everywhere")
	}
	if len(l.invented) > mostNames || len(l.here) > mostNames {
		t.Errorf("%d invented names are kept, %d with their addresses", len(l.invented), len(l.here))
	}

	h := newHashing(Cost{MemoryKiB: 8, Passes: 1, Lanes: 1})
	h.busy <- struct{}{}
	h.busy <- struct{}{} // two passwords are being looked at
	waiting, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range mostWaiting {
		all.Go(func() { _ = h.enter(waiting) })
	}
	for h.waiting.Load() < mostWaiting {
		time.Sleep(time.Millisecond)
	}
	if err := h.enter(t.Context()); !errors.Is(err, ErrBusy) {
		t.Errorf("one more is told %v, want ErrBusy", err)
	}
	cancel()
	all.Wait()
	if n := h.waiting.Load(); n != 0 {
		t.Errorf("%d wait still", n)
	}
}
