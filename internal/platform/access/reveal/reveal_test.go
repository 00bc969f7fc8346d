package reveal

import (
	"context"

	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// opener opens "sealed:x" as x, and tells how many entries the audit log had when it did.
type opener struct {
	conn driver.Conn
	log  *audit.Log
	seen []string
}

func (o *opener) Open(field string, sealed []byte) ([]byte, error) {
	o.seen = nil
	_ = o.log.List(context.Background(), audit.Filter{}, func(e audit.Entry) error {
		o.seen = append(o.seen, strings.Join([]string{e.Actor, e.Action, e.Object, e.Purpose, e.Outcome}, "|"))
		return nil
	})
	clear, ok := strings.CutPrefix(string(sealed), "sealed "+field+":")
	if !ok {
		return nil, errors.New("not sealed so")
	}
	return []byte(clear), nil
}

func vault(t *testing.T) (*Vault, *opener) {
	t.Helper()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	l, err := audit.Open(t.Context(), audit.Dependencies{Conn: conn, Clock: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	o := &opener{conn: conn, log: l}
	return NewVault(o, l, nil), o
}

var (
	inspector = &access.Person{ID: "wang.li", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	worker    = Worker{Subject: "project:P-1", Key: "00ff", Where: access.At("331024001", "housing"), Name: "sealed name:李四", Phone: "sealed phone:13800000000"}
)

func TestAValueIsOpenedAfterItIsWrittenDown(t *testing.T) {
	v, o := vault(t)
	got, err := v.Open(t.Context(), inspector, worker, " 核实十月工资 ", "10.0.0.7")
	if err != nil || got != (Clear{"李四", "13800000000"}) {
		t.Errorf("%+v, %v", got, err)
	}
	if len(o.seen) != 1 || o.seen[0] != "wang.li|reveal|project:P-1 worker 00ff|核实十月工资|done" {
		t.Errorf("when it was opened the log had %q", o.seen)
	}
}

func TestNothingIsOpenedWithoutRightPurposeAndLog(t *testing.T) {
	v, o := vault(t)
	head := &access.Person{ID: "head", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"}
	elsewhere := worker
	elsewhere.Where = access.At("331002001", "")
	for name, try := range map[string]struct {
		who     *access.Person
		what    Worker
		purpose string
		want    error
	}{
		"nobody":                {nil, worker, "核实十月工资", ErrForbidden},
		"a head of a township":  {head, worker, "核实十月工资", ErrForbidden},
		"another territory":     {inspector, elsewhere, "核实十月工资", ErrForbidden},
		"no purpose":            {inspector, worker, "  x ", ErrPurpose},
		"a purpose without end": {inspector, worker, strings.Repeat("x", 201), ErrPurpose},
	} {
		if got, err := v.Open(t.Context(), try.who, try.what, try.purpose, ""); !errors.Is(err, try.want) || got != (Clear{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := v.Open(ctx, inspector, worker, "核实十月工资", ""); err == nil || got != (Clear{}) {
		t.Errorf("for somebody who has gone: %+v, %v", got, err)
	}
	if o.seen != nil {
		t.Error("something was opened")
	}
	if err := o.conn.Exec(t.Context(), "RENAME TABLE audit_log TO gone"); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(t.Context(), inspector, worker, "核实十月工资", ""); err == nil || got != (Clear{}) || o.seen != nil {
		t.Errorf("without a log: %+v, %v", got, err)
	}
	if err := o.conn.Exec(t.Context(), "RENAME TABLE gone TO audit_log"); err != nil {
		t.Fatal(err)
	}
	if _, err := NewVault(nil, v.audit, nil).Open(t.Context(), inspector, worker, "核实十月工资", ""); !errors.Is(err, ErrNoKeys) {
		t.Errorf("without keys: %v", err)
	}
	refused := 0
	_ = v.audit.List(t.Context(), audit.Filter{Action: "reveal"}, func(e audit.Entry) error {
		if e.Outcome == audit.Refused {
			refused++
		}
		return nil
	})
	if refused != 3 {
		t.Errorf("%d refusals are in the log", refused)
	}
}
