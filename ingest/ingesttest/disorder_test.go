package ingesttest

import (
	"encoding/json"
	"testing"
)

func TestDisorderLosesNothingAndDoesAllItSays(t *testing.T) {
	type identity struct{ topic, source, id string }
	type version struct {
		identity
		version int64
	}
	parse := func(r Record) version {
		var head struct {
			Source  string `json:"source"`
			ID      string `json:"id"`
			Version int64  `json:"version"`
		}
		if err := json.Unmarshal(r.Value, &head); err != nil {
			return version{} // a bad record
		}
		return version{identity{string(r.Topic), head.Source, head.ID}, head.Version}
	}
	sent, seconds, arrived := map[string]int{}, map[string]bool{}, map[string]int{}
	newest := map[identity]int64{}
	overtaken, again, delayed, taken := 0, 0, 0, 0
	arrive := func(r Record) {
		v := parse(r)
		if v.version < newest[v.identity] {
			overtaken++
		}
		newest[v.identity] = max(newest[v.identity], v.version)
		at, fromFirst := sent[string(r.Value)]
		switch arrived[string(r.Value)]++; {
		case arrived[string(r.Value)] > 1:
			again++
		case fromFirst && taken > at+20_000:
			delayed++
		}
	}
	d := NewDisorder(1)
	Simulate(t, "county", 1, 60_000, func(r Record) {
		taken++
		sent[string(r.Value)] = taken
		if second := d.Take(r, arrive); second.Value != nil {
			seconds[string(second.Value)] = true
		}
	})
	d.End(arrive)
	for value := range sent {
		if arrived[value] == 0 {
			t.Fatalf("lost: %s", value)
		}
	}
	for value := range seconds {
		if arrived[value] == 0 {
			t.Fatalf("lost: %s", value)
		}
	}
	if len(arrived) != len(sent)+len(seconds) {
		t.Errorf("%d different records arrived of %d and %d of a second source", len(arrived), len(sent), len(seconds))
	}
	t.Logf("%d versions came after later ones, %d records late, %d again, %d from a second source", overtaken, delayed, again, len(seconds))
	if overtaken < 10 || delayed < 100 || again < 1_500 || len(seconds) < 1_000 {
		t.Error("that is too little disorder")
	}
}
