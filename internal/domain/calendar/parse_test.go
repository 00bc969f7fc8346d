package calendar

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// write is the inverse of Parse, without remarks.
func write(c *Calendar) string {
	var out strings.Builder
	for _, year := range slices.Sorted(maps.Keys(c.notices)) {
		fmt.Fprintf(&out, "notice %d\n", year)
		for _, d := range slices.Sorted(maps.Keys(c.notices[year])) {
			kind := "off"
			if c.notices[year][d] {
				kind = "work"
			}
			fmt.Fprintf(&out, "%s %s\n", d, kind)
		}
	}
	return out.String()
}

func TestTheFileInTheProgramRoundTrips(t *testing.T) {
	again := parse(t, write(China()))
	if !reflect.DeepEqual(again, China()) {
		t.Error("the calendar read from its own text differs")
	}
}

func TestEveryNoticeInTheProgramIsWhole(t *testing.T) {
	// 11 statutory days until 2024, 13 since; before 2008 there were 10. With weekends a notice names more.
	for year, n := range China().notices {
		off := 0
		for _, works := range n {
			if !works {
				off++
			}
		}
		if off < 10 || off > 35 || len(n)-off < 3 {
			t.Errorf("the notice for %d has %d days off and %d make-up days", year, off, len(n)-off)
		}
	}
	first, last := China().Years()
	if want := last - first + 1; len(China().notices) != want {
		t.Errorf("%d notices from %d to %d", len(China().notices), first, last)
	}
}

func TestTheNoticeFor2017IsAsPublished(t *testing.T) {
	// 国务院办公厅关于2017年部分节假日安排的通知, 2016-12-01: an independent reading of one notice.
	want := parse(t, `notice 2017
2017-01-01 off
2017-01-02 off
2017-01-22 work
2017-01-27 off
2017-01-28 off
2017-01-29 off
2017-01-30 off
2017-01-31 off
2017-02-01 off
2017-02-02 off
2017-02-04 work
2017-04-01 work
2017-04-02 off
2017-04-03 off
2017-04-04 off
2017-05-01 off
2017-05-27 work
2017-05-28 off
2017-05-29 off
2017-05-30 off
2017-09-30 work
2017-10-01 off
2017-10-02 off
2017-10-03 off
2017-10-04 off
2017-10-05 off
2017-10-06 off
2017-10-07 off
2017-10-08 off
`).notices[2017]
	if got := China().notices[2017]; !maps.Equal(got, want) {
		t.Errorf("the program has %v, the notice %v", got, want)
	}
}

func TestAFaultyFileIsRefusedWithTheLine(t *testing.T) {
	const whole = "notice 2027\n2027-01-01 off\n2027-05-01 off\n2027-10-01 off\n"
	for _, tt := range []struct {
		name string
		text string
		want string
	}{
		{"an empty file", "", "no notice"},
		{"only comments", "# 2027\n\n", "no notice"},
		{"a day before any notice", "2027-01-01 off\n", `line 1: 2027-01-01 comes before the first "notice YYYY" line`},
		{"a notice without a year", "notice\n", "line 1: "},
		{"a notice with a year that is none", "notice 二〇二七\n", "line 1: "},
		{"a notice for a far year", "notice 20277\n", "line 1: "},
		{"a second notice for a year", whole + "notice 2027\n", "line 5: a second notice for 2027"},
		{"a notice that lacks a fixed holiday", "notice 2027\n2027-01-01 off\n2027-10-01 off\n", "line 1: the notice for 2027 is incomplete: 2027-05-01"},
		{"an unfinished notice before the next", "notice 2027\n2027-01-01 off\nnotice 2028\n", "line 3: the notice for 2027 is incomplete"},
		{"an unfinished notice names where it began", "\nnotice 2027\nnotice 2028\n", "it began in line 2"},
		{"a holiday marked as work", "notice 2027\n2027-01-01 off\n2027-05-01 work\n2027-10-01 off\n", "incomplete: 2027-05-01"},
		{"a day of another year", "notice 2027\n2028-01-01 off\n", "line 2: 2028-01-01 does not belong to the notice for 2027"},
		{"a day in November before", "notice 2027\n2026-11-30 off\n", "line 2: 2026-11-30 does not belong"},
		{"a date twice", "notice 2027\n2027-01-01 off\n2027-01-01 off\n", "line 3: 2027-01-01 comes after 2027-01-01"},
		{"dates out of order", "notice 2027\n2027-01-02 off\n2027-01-01 off\n", "line 3: 2027-01-01 comes after 2027-01-02"},
		{"a date that does not exist", "notice 2027\n2027-02-29 off\n", `line 2: "2027-02-29": want a date`},
		{"a date without its kind", "notice 2027\n2027-01-01\n", "line 2: "},
		{"an unknown kind", "notice 2027\n2027-01-01 休\n", `want "off" or "work"`},
		{"a make-up day on a weekday", "notice 2027\n2027-01-04 work\n", "line 2: 2027-01-04 is a Monday"},
		{"a file in GB 18030", "notice 2027 \xb7\xc5\xbc\xd9\n", "line 1: not UTF-8"},
		{"a line without end", "notice 2027\n#" + strings.Repeat("x", 1<<17), "line 2: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Parse(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(embedded[:3000])
	f.Add(nextYears)
	f.Add("\ufeffnotice 2027\r\n2027-01-01 off 元旦\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		again := parse(t, write(c))
		if !reflect.DeepEqual(again, c) {
			t.Fatalf("read from its own text it differs:\n%s", write(c))
		}
		first, last := c.Years()
		if first < firstYear || last > lastYear || first > last {
			t.Fatalf("years are %d to %d", first, last)
		}
		China().With(c)
	})
}
