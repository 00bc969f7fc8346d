package simulate

import (
	"math"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// What a clean project's records say of wages must fit together, whatever they are set against.

// checkClaims: what slips say was paid from the account ten days ago has left it by its ledger.
func checkClaims(t *testing.T, h *history, to civil.Date) {
	type flow struct{ claimed, booked map[civil.Date]int64 }
	flows := map[string]*flow{}
	of := func(id string) *flow {
		if flows[id] == nil {
			flows[id] = &flow{map[civil.Date]int64{}, map[civil.Date]int64{}}
		}
		return flows[id]
	}
	for _, s := range h.latest["payroll"] {
		if s.text("channel") == "special_account" && s.fen("paid_yuan") > 0 {
			of(s.text("project_id")).claimed[s.date("paid_on")] += s.fen("paid_yuan")
		}
	}
	for _, e := range h.latest["account_entries"] {
		if e.text("kind") == "wage_out" {
			of(e.text("project_id")).booked[civil.DateOf(e.recorded())] += e.fen("yuan")
		}
	}
	for id, f := range flows {
		claimed, booked := int64(0), int64(0)
		for d := to - 500; d <= to; d++ {
			claimed += f.claimed[d-10]
			if booked += f.booked[d]; booked < claimed {
				t.Errorf("%s: on %v the account shows %d, and slips say %d", id, d, booked, claimed)
				break
			}
		}
	}
}

// checkEstimates: no slip is below what the days at the gate earn by the registered wage, nor below the minimum wage.
func checkEstimates(t *testing.T, h *history) {
	type engagement struct{ worker, project string }
	type workMonth struct {
		engagement
		month string
	}
	type work struct{ days, equivalents, hours float64 }
	worked, seen := map[workMonth]*work{}, map[string]bool{}
	for _, a := range h.latest["attendance"] {
		key := workMonth{engagement{a.text("id_number"), a.text("project_id")}, a.date("work_date").Month().String()}
		if once := a.text("id_number") + a.text("project_id") + a.text("work_date"); seen[once] {
			continue
		} else {
			seen[once] = true
		}
		if worked[key] == nil {
			worked[key] = &work{}
		}
		hours := 8.0
		if a["hours"] != nil {
			hours = float64(a.fen("hours")) / 100
		}
		w := worked[key]
		w.days++
		w.hours += hours
		w.equivalents += min(hours/8, 1)
	}
	wages := map[engagement]fields{}
	for _, k := range h.latest["workers"] {
		wages[engagement{k.text("id_number"), k.text("project_id")}] = k
	}
	const minimum = 249000 // the highest of Zhejiang
	for _, s := range h.latest["payroll"] {
		key := workMonth{engagement{s.text("id_number"), s.text("project_id")}, s.text("wage_month")}
		w, k := worked[key], wages[key.engagement]
		if w == nil || k == nil {
			continue
		}
		estimate, wage := 0.0, float64(k.fen("wage_yuan"))
		switch k.text("wage_basis") {
		case "month":
			estimate = wage * min(w.days/21.75, 1)
		case "day":
			estimate = wage * w.equivalents
		case "hour":
			estimate = wage * w.hours
			if wage < 2400 {
				t.Errorf("an hour below the minimum: %v", k)
			}
		}
		if gross := float64(s.fen("gross_yuan")); gross < math.Floor(estimate) || gross < minimum/21.75*w.days {
			t.Errorf("%v worked %+v by %s of %.2f and the slip says %.2f", key, *w, k.text("wage_basis"), wage/100, gross/100)
		}
	}
}

// checkNobodySilent: of whoever is registered through a month on a site that is open there is a slip by the day to pay.
func checkNobodySilent(t *testing.T, h *history, from, to civil.Date) {
	type workMonth struct{ worker, project, month string }
	slips := map[workMonth]bool{}
	for _, s := range h.latest["payroll"] {
		slips[workMonth{s.text("id_number"), s.text("project_id"), s.text("wage_month")}] = true
	}
	for _, k := range h.latest["workers"] {
		p := h.latest["projects"][k.text("project_id")]
		if p == nil {
			continue
		}
		entered, left, completed := k.date("entered_on"), k.date("left_on"), p.date("completed_on")
		for m := from.Month(); (m + 1).Last() < to; m++ {
			if entered > m.First() || left != 0 && left < m.Last() || completed != 0 && completed <= m.Last() {
				continue
			}
			if !slips[workMonth{k.text("id_number"), k.text("project_id"), m.String()}] {
				t.Errorf("in %v nothing was heard of %v", m, k)
			}
		}
	}
}

// checkNoMassExit: nowhere ten people and a tenth of the crew leave within 30 days, but at the end of the works.
func checkNoMassExit(t *testing.T, h *history) {
	left, crew := map[string]map[civil.Date]int{}, map[string][]fields{}
	for _, k := range h.latest["workers"] {
		key := k.text("project_id") + k.text("employer_uscc")
		if p := k.text("project_id"); p != "" {
			key = p
			if done := h.latest["projects"][p].date("completed_on"); done != 0 && k.date("left_on") >= done-1 {
				continue
			}
		}
		crew[key] = append(crew[key], k)
		if on := k.date("left_on"); on != 0 {
			if left[key] == nil {
				left[key] = map[civil.Date]int{}
			}
			left[key][on]++
		}
	}
	for key, days := range left {
		for first := range days {
			gone, there := 0, 0
			for d := first; d < first+30; d++ {
				gone += days[d]
			}
			for _, k := range crew[key] {
				if k.date("entered_on") <= first && (k.date("left_on") == 0 || k.date("left_on") >= first) {
					there++
				}
			}
			if gone >= 20 || gone >= 10 && 10*gone >= there {
				t.Errorf("%s: %d of %d leave within 30 days of %v", key, gone, there, first)
			}
		}
	}
}

// checkPermits: the platform knows every project that was permitted.
func checkPermits(t *testing.T, h *history, to civil.Date) {
	if len(h.latest["permits"]) == 0 {
		t.Error("no permits")
	}
	for _, p := range h.latest["permits"] {
		known := false
		for id, project := range h.latest["projects"] {
			same := project.text("developer_uscc") == p.text("developer_uscc") && project.text("contractor_uscc") == p.text("contractor_uscc")
			signed := project.date("contract_signed_on")
			known = known || id == p.text("project_id") || same && max(signed-p.date("permit_on"), p.date("permit_on")-signed) <= 180
		}
		if !known {
			t.Errorf("a permit of an unknown project: %v", p)
		}
	}
	for id, p := range h.latest["projects"] {
		if on := p.date("permit_on"); on != 0 && on+1 < to && h.latest["permits"]["PMT-"+id[4:]] == nil {
			t.Errorf("%s has no permit of %v", id, on)
		}
	}
}

// checkVoices: in a world where everybody pays nobody says that he was not paid, but for a slip or two that a bank sent back.
func checkVoices(t *testing.T, h *history) {
	said := map[string]int{}
	for _, v := range h.latest["voices"] {
		said[v.text("answer")]++
	}
	if said["paid"] == 0 || said["unpaid"]+said["partly"] > 0 {
		t.Errorf("the workers' answers are %v", said)
	}
}
