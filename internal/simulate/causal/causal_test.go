package causal

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

func options(families ...string) Options {
	return Options{Seed: 3, From: civil.NewDate(2025, 9, 1), To: civil.NewDate(2026, 10, 31), Families: families, Projects: 40}
}

// simulated returns the truth, a sum of all records, and how many there are by topic.
func simulated(t *testing.T, o Options, see func(topic string, record map[string]any)) ([]Truth, uint64, map[string]int) {
	t.Helper()
	sum, counts := fnv.New64a(), map[string]int{}
	truth, err := Simulate(o, func(topic string, line []byte) error {
		sum.Write(line)
		counts[topic]++
		if see != nil && topic != "attendance" {
			var record map[string]any
			if err := json.NewDecoder(bytes.NewReader(line)).Decode(&record); err != nil {
				t.Fatalf("%s: %v: %s", topic, err, line)
			}
			see(topic, record)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return truth, sum.Sum64(), counts
}

func TestTheSameOptionsGiveTheSameRecords(t *testing.T) {
	_, first, counts := simulated(t, options("developers"), nil)
	_, second, _ := simulated(t, options("developers"), nil)
	other := options("developers")
	other.Seed++
	_, third, _ := simulated(t, other, nil)
	if first != second || first == third {
		t.Errorf("sums %x, %x, of another seed %x", first, second, third)
	}
	for _, topic := range []string{"projects", "employers", "workers", "attendance", "payroll", "account_entries", "complaints", "signals"} {
		if counts[topic] == 0 {
			t.Errorf("there are no %s", topic)
		}
	}
}

func TestInTheSoundFamilyEverybodyPays(t *testing.T) {
	truth, _, counts := simulated(t, options("sound"), nil)
	for _, one := range truth {
		if one.PayDay != nil {
			t.Errorf("%s was not paid by %s: %s", one.Subject, one.PayDay, one.Cause)
		}
	}
	if counts["complaints"] == 0 || counts["account_entries"] == 0 {
		t.Errorf("nothing odd happens: %v", counts)
	}
}

// What the truth says of a pay day follows from the slips: something due on it is unpaid 30 days later, and nothing of before.
func TestTheTruthIsWhatSlipsSay(t *testing.T) {
	o := options("contractors", "factories")
	unpaid := map[string]civil.Date{} // by subject, the first day to pay of what was not paid within 30 days
	full := map[string]civil.Date{}   // by slip, when it was paid in full
	due := map[string]civil.Date{}
	of := map[string]string{}
	truth, _, _ := simulated(t, o, func(topic string, r map[string]any) {
		if topic != "payroll" {
			return
		}
		id := r["id"].(string)
		day, err := civil.ParseDate(r["due_on"].(string))
		if err != nil {
			t.Fatal(err)
		}
		due[id] = day
		if of[id] = "employer:" + r["employer_uscc"].(string); r["project_id"] != nil {
			of[id] = "project:" + r["project_id"].(string)
		}
		if r["paid_yuan"] == r["payable_yuan"] {
			if full[id], err = civil.ParseDate(r["paid_on"].(string)); err != nil {
				t.Fatal(err)
			}
		}
	})
	for id, day := range due {
		paid, ok := full[id]
		if day+30 <= o.To-15 && (!ok || paid > day+30) {
			if first, known := unpaid[of[id]]; !known || day < first {
				unpaid[of[id]] = day
			}
		}
	}
	said := 0
	for _, one := range truth {
		if one.PayDay == nil || *one.PayDay+30 > o.To-15 {
			continue
		}
		said++
		if day, ok := unpaid[one.Subject]; !ok || day != *one.PayDay {
			t.Errorf("%s: the truth says %s, slips say %s", one.Subject, one.PayDay, day)
		}
		delete(unpaid, one.Subject)
	}
	for subject, day := range unpaid {
		t.Errorf("%s: slips of %s were not paid, and the truth does not know", subject, day)
	}
	if said < 5 {
		t.Errorf("only %d pay days went wrong", said)
	}
}

func TestAnUnknownFamilyIsRefused(t *testing.T) {
	if _, err := Simulate(options("martian"), func(string, []byte) error { return nil }); err == nil {
		t.Error("it is taken")
	}
}
