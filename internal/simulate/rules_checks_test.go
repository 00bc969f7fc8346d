package simulate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// checkRunway asks of each account, each day, whether it covers all that is to be paid by the next pay day.
func checkRunway(t *testing.T, w *World) {
	d := w.Today()
	for _, p := range w.projects {
		if d < p.startOn || d >= p.endOn {
			continue
		}
		payDay := d.Month().Day(p.payDay)
		if payDay <= d {
			payDay = (d.Month() + 1).Day(p.payDay)
		}
		coming, owed := int64(0), int64(0)
		for m := d.Month(); m <= payDay.Month(); m++ {
			if f := p.fundingDay(m) + p.fundingDelay(m); f > d && f < payDay {
				coming += p.funding(m)
			}
		}
		for i := range p.slips {
			owed += p.slips[i].owed()
		}
		for i := range p.crew {
			k := &p.crew[i]
			if p.month.createOn > d {
				owed += k.earned(int(k.prev), int(k.prevQ))
			}
			if payDay.Month() > d.Month() {
				owed += k.earned(int(k.cur), int(k.curQ)) + k.earned(26, 26*34)/30*int64(d.Month().Last()-d)
			}
		}
		if p.ledger.balance+coming < owed {
			t.Errorf("%v %s: the account has %d and gets %d before %v, for %d", d, p.id, p.ledger.balance/100, coming/100, payDay, owed/100)
		}
	}
}

func checkAccounts(t *testing.T, h *history, to civil.Date) {
	balance := map[string]int64{}
	for id, p := range h.latest["projects"] {
		funded := map[civil.Date]int64{} // by the day on which it was known
		for n := 1; ; n++ {
			e := h.latest["account_entries"][fmt.Sprintf("ENT-%s-%04d", id, n)]
			if e == nil {
				break
			}
			at, _ := time.Parse(time.RFC3339, e.text("booked_at"))
			switch e.text("kind") {
			case "labor_cost_in":
				balance[id] += e.fen("yuan")
				funded[civil.DateOf(e.recorded())] += e.fen("yuan")
				if lag := civil.DateOf(e.recorded()) - civil.DateOf(at); civil.DateOf(at) > to-300 && lag > 6 {
					t.Errorf("%s: told after %d days: %v", id, lag, e)
				}
			case "wage_out":
				balance[id] -= e.fen("yuan")
			default:
				t.Errorf("%s: %v", id, e)
			}
			if balance[id] != e.fen("balance_yuan") || balance[id] < 0 {
				t.Errorf("%s: balance %d: %v", id, balance[id], e)
			}
		}
		start, day := p.date("started_on"), int(p.fen("labor_cost_day")/100)
		if start == 0 {
			continue
		}
		end := to - 9
		if c := p.date("completed_on"); c != 0 {
			end = min(end, c)
		}
		for m, agreed := start.Month(), int64(0); m.Day(day) < end; m++ {
			if m.Day(day) < start {
				continue
			}
			agreed += p.fen("labor_cost_yuan")
			got := int64(0)
			for on, fen := range funded {
				if on <= m.Day(day)+9 {
					got += fen
				}
			}
			if m.First() > to-300 && got < agreed {
				t.Errorf("%s: of %d agreed so far %d had come nine days after %v", id, agreed, got, m.Day(day))
			}
		}
	}
}

// checkSilence looks at each building project day by day, with the status recorded by then.
func checkSilence(t *testing.T, h *history, days map[string]map[civil.Date]bool, to civil.Date) {
	for id, versions := range h.all["projects"] {
		quiet := 0
		for d := max(versions[0].date("contract_signed_on"), to-380); d <= to; d++ {
			status := ""
			best := int64(-1)
			for _, p := range versions {
				if civil.DateOf(p.recorded()) <= d && p["v"].(int64) > best {
					best, status = p["v"].(int64), p.text("status")
				}
			}
			quiet++
			if days[id][d] || status != "building" {
				quiet = 0
			}
			if quiet >= 15 {
				t.Errorf("%s: building, and silent for 15 days on %v", id, d)
				break
			}
		}
	}
}

func checkLeads(t *testing.T, h *history) {
	bySubject := map[string][]civil.Date{}
	for id, versions := range h.all["complaints"] {
		l := h.latest["complaints"][id]
		received := l.date("received_on")
		switch l.text("status") {
		case "resolved", "rejected", "withdrawn":
			if l.text("conclusion") == "" || l.text("concluded_by") == "" || l.date("accepted_on") == 0 {
				t.Errorf("%s is closed and nobody says what was found: %v", id, l)
			}
		}
		for _, v := range versions {
			day := civil.DateOf(v.recorded())
			limit := 60
			if v.text("status") == "accepted" {
				limit = 4
			}
			if n, err := calendar.China().WorkdaysBetween(received, day); err != nil || n > limit {
				t.Errorf("%s %s after %d working days", id, v.text("status"), n)
			}
		}
		key := l.text("township") + l.text("employer_uscc") + l.text("project_id")
		bySubject[key] = append(bySubject[key], received)
	}
	for key, dates := range bySubject {
		for i, a := range dates {
			for _, b := range dates[i+1:] {
				if b-a < 31 && a-b < 31 {
					t.Errorf("%s: two leads within a month", key)
				}
			}
		}
	}
	if len(bySubject) == 0 {
		t.Error("no background leads at all")
	}
	if n := len(h.latest["proceedings"]); n != 0 {
		t.Errorf("%d proceedings where nothing is owed", n)
	}
}

func checkSignals(t *testing.T, h *history) {
	adverse := map[string]int{}
	months := map[string][]float64{}
	const first = 12 * 50 // January 2020
	for _, s := range h.latest["signals"] {
		v, _ := s["value"].(json.Number).Float64()
		who := s.text("employer_uscc")
		month, _ := civil.ParseMonth(s.text("month"))
		switch k := s.text("indicator"); k {
		case "electricity_kwh", "water_m3", "gas_m3", "insured_headcount":
			key := who + " " + k
			for len(months[key]) <= int(month-first) {
				months[key] = append(months[key], 0)
			}
			months[key][month-first] = v
		case "social_insurance_arrears_months":
			if v >= 2 {
				adverse[who]++
			}
		case "loan_overdue_days":
			if v > 30 {
				adverse[who]++
			}
		default:
			if v > 0 && k != "legal_person_changes" {
				adverse[who]++
			}
		}
	}
	for key, v := range months {
		least := 0.5
		if strings.HasSuffix(key, "insured_headcount") {
			least = 0.8
		}
		for i := 3; i < len(v); i++ {
			if v[i] > 0 && v[i-3] > 0 && v[i] <= least*(v[i-1]+v[i-2]+v[i-3])/3 {
				t.Errorf("%s: %v", key, v)
			}
		}
	}
	if len(adverse) > 0 {
		t.Errorf("adverse signals of healthy employers: %v", adverse)
	}
}
