package cases

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

// engineAt is how another process reaches the tests' engine.
type engineAt struct {
	Protocol clickhouse.Protocol
	Addr     []string
	Auth     clickhouse.Auth
}

// writerEnv makes a test binary a process that comments on a case without end, on the engine that the variable describes.
const writerEnv = "ANXIN_TEST_CASE_WRITER"

func TestMain(m *testing.M) {
	if to := os.Getenv(writerEnv); to != "" {
		fmt.Fprintln(os.Stderr, "case writer:", write(to))
		os.Exit(1)
	}
	embeddedtest.Main(m)
}

// write prints the number of each event once it is acknowledged.
func write(to string) error {
	var at engineAt
	if err := json.Unmarshal([]byte(to), &at); err != nil {
		return err
	}
	conn, err := clickhouse.Open(&clickhouse.Options{Protocol: at.Protocol, Addr: at.Addr, Auth: at.Auth})
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := Open(ctx, Dependencies{Conn: conn, Calendar: calendar.China(), Clock: time.Now})
	if err != nil {
		return err
	}
	for {
		c, _, err := s.Get(ctx, one)
		if err != nil {
			return err
		}
		done, err := s.Act(ctx, inspector, casefile.Step{CaseID: one, Seq: c.Seq, Action: because(casefile.Comment)})
		if err != nil {
			return err
		}
		fmt.Println(done.Event.Seq)
	}
}

func TestTheLogSurvivesKillNine(t *testing.T) {
	options := embeddedtest.Database(t)
	conn := databaseOf(t, options)
	at := time.Now()
	deliver(t, open(t, conn, at), warning("P-1", "red", at, time.Time{}))

	to, err := json.Marshal(engineAt{options.Protocol, options.Addr, options.Auth})
	if err != nil {
		t.Fatal(err)
	}
	last := uint32(2)
	for round := range 5 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), writerEnv+"="+string(to))
		child.Stderr = os.Stderr
		child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		acknowledged := last
		for range 4 + round { // killed in the midst of the next one
			if !lines.Scan() {
				break
			}
			n, err := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 32)
			if err != nil {
				t.Fatal(err)
			}
			acknowledged = uint32(n)
		}
		_ = child.Process.Kill()
		for lines.Scan() { // what it had still said
			n, _ := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 32)
			acknowledged = uint32(n)
		}
		_ = child.Wait()
		if acknowledged < last+4 {
			t.Fatalf("the child acknowledged only up to event %d after %d", acknowledged, last)
		}

		c, kinds := get(t, open(t, conn, time.Now()), one) // get checks that the numbers have no gap
		if c.Seq < acknowledged || c.Seq > acknowledged+1 || len(kinds) != int(c.Seq) {
			t.Errorf("killed after acknowledging event %d: the log has %d, want that or one more that was under way", acknowledged, c.Seq)
		}
		last = c.Seq
	}
}
