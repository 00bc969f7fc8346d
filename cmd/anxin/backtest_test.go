package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/backtest"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate"
	"github.com/anxin-project/anxin/internal/simulate/folder"
)

func TestBacktestOfASimulatedWorldFindsItsArrearsAndItsCauses(t *testing.T) {
	scale, err := simulate.ScaleByName("tiny")
	if err != nil {
		t.Fatal(err)
	}
	dir, out := filepath.Join(t.TempDir(), "world"), filepath.Join(t.TempDir(), "out")
	rates := simulate.WorseRates()
	// in this world wages of four subjects become arrears in the time, those of three after a pay day in it
	world := simulate.Options{Seed: 3, From: civil.NewDate(2026, 1, 1), To: civil.NewDate(2026, 10, 31), Scale: scale, Rates: &rates, Noise: true}
	if err := folder.Write(t.Context(), world, dir, nil); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := result(t, "backtest", dir, "--from", "2026-06-29", "--to", "2026-08-24", "--every", "14d", "--horizon", "60d", "--out", out, "--json")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var r backtest.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("the report is not JSON: %v", err)
	}
	if r.Dates != 5 || r.End != world.To || r.Rules != (backtest.Rules{ArrearsDays: 30, HorizonDays: 60, ForeseeDays: 120, WageMonths: 36}) {
		t.Errorf("%d dates, data until %s, rules %+v", r.Dates, r.End, r.Rules)
	}
	if r.Outcomes != 4 || r.Overall.Warned != 4 || r.Overall.Precision == nil || *r.Overall.Precision < 0.4 {
		t.Errorf("%d outcomes, overall %+v; want 4, all warned of, and many warnings right", r.Outcomes, r.Overall)
	}
	if p := r.Overall.PayDay; r.PayDays != 3 || p.Foreseen > 3 || p.Followed+p.NotFollowed+p.PastDue+p.CutOff != r.Overall.Warnings {
		t.Errorf("%d pay days, %+v; want 3", r.PayDays, p)
	}
	if r.Truth == nil || r.Truth.Found.Causes == 0 || r.Truth.Found.Found != r.Truth.Found.Causes || r.Truth.CleanSubjects == 0 {
		t.Errorf("truth: %+v", r.Truth)
	}
	for name, rows := range map[string]int{"figures.csv": 3 + len(r.Detectors) + len(r.Townships), "outcomes.csv": 5, "warnings.csv": 1 + r.Overall.Warnings} {
		f, err := os.Open(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if all, err := csv.NewReader(f).ReadAll(); err != nil || len(all) != rows {
			t.Errorf("%s has %d rows, want %d: %v", name, len(all), rows, err)
		}
	}
	if svg, err := os.ReadFile(filepath.Join(out, "backtest.svg")); err != nil || !strings.HasPrefix(string(svg), "<svg ") {
		t.Errorf("no plot: %v", err)
	}

	_, stderr, code = result(t, "backtest", dir, "--from", "2026-06-29", "--to", "2026-11-02")
	if code != exitUsage || !strings.Contains(stderr, "the data end on 2026-10-31") {
		t.Errorf("dates beyond the data: exit code %d, %s", code, stderr)
	}
	_, stderr, code = result(t, "backtest", dir, "--from", "2023-01-01", "--to", "2023-02-01")
	if code != exitUsage || !strings.Contains(stderr, "from 2024-01-01 on") {
		t.Errorf("dates too early to know what happened: exit code %d, %s", code, stderr)
	}
}
