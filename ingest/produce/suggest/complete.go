package suggest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/ingest/record"
)

// complete makes fields that no column holds from what else is known. What would be a claim about somebody's pay is said to be a
// guess, or left to be given.
func (g *guess) complete() {
	set := func(name, spec, why string, unsure bool) {
		if f := g.field(name); f != nil && f.spec == "" {
			f.spec, f.why, f.unsure = spec, why, unsure
		}
	}
	set("recorded_at", "{file: modified}", "no column says when a row was recorded: the time at which the file was last changed", true)
	set("version", "{time_of: recorded_at}", "what was recorded later counts", false)
	if f := g.field("id_number"); f != nil && f.column != nil {
		if f.column.share(func(s string) bool { return len(s) == 18 || len(s) == 19 && s[0] == '\'' }) >= 0.5 {
			set("id_type", "{value: resident}", "the numbers are of identity cards", false)
		}
	}
	switch g.topic {
	case record.TopicAttendance:
		g.completeAttendance(set)
	case record.TopicPayroll:
		g.completePayroll(set)
	case record.TopicAccountEntries:
		g.completeStatement(set)
	}
	g.completeID(set)
}

func (g *guess) completeAttendance(set func(name, spec, why string, unsure bool)) {
	if g.days {
		set("work_date", dayName, "the day of the column", false)
		g.tickSpec(set)
		return
	}
	in, out := g.field("check_in"), g.field("check_out")
	if in.spec != "" && out.spec != "" {
		set("hours", "{between: [check_in, check_out]}", "who forgot to check out was there for an unknown time", false)
	}
	for _, c := range g.columns {
		if h := plain(c.heading); h == "方向" || h == "进出方向" || h == "打卡方向" || h == "进出" || h == "direction" || strings.HasSuffix(h, ".direction") {
			if f := g.field("work_date"); f != nil {
				f.unsure = true
				f.why += "; rows may be single passages of a gate, of which a worker's day has several: ask the platform for days with the first and last passage"
			}
		}
	}
}

// The columns of a day and its cell, as mappings call them.
const dayName, tickName = "day", "tick"

// tickSpec says what the signs of an attendance sheet mean.
func (g *guess) tickSpec(set func(name, spec, why string, unsure bool)) {
	var parts, unknown, unsure []string
	numbers, most := false, 0.0
	seen := map[string]bool{}
	for _, c := range g.columns {
		if c.day == 0 {
			continue
		}
		for i, one := range c.cells {
			text := one.Text
			if v, err := strconv.ParseFloat(text, 64); err == nil {
				numbers, most = true, max(most, v)
				seen[text] = true
				continue
			}
			if seen[text] {
				continue
			}
			seen[text] = true
			at := slices.IndexFunc(ticks, func(t tick) bool { return t.sign == text })
			if at < 0 {
				unknown = append(unknown, fmt.Sprintf("%d (day %d)", c.lines[i], c.day))
				continue
			}
			parts = append(parts, quoted(text)+": "+ticks[at].hours)
			if why := ticks[at].unsure; why != "" && !slices.Contains(unsure, why) {
				unsure = append(unsure, why)
			}
		}
	}
	why := "a sign says that somebody was there, and not for how long"
	unit := ""
	if numbers && most <= 1 { // days and half days
		for _, part := range [][2]string{{"1", "null"}, {"0.5", "4"}, {"0", "0"}} {
			if seen[part[0]] {
				parts = append(parts, strconv.Quote(part[0])+": "+part[1])
			}
		}
		unsure = append(unsure, "numbers are taken for days: "+halfDay)
	} else if numbers {
		unit = ", unit: hour"
		why = "numbers are hours; " + why
	}
	slices.Sort(parts)
	if len(unknown) > 0 {
		unsure = append(unsure, "say what the signs of line "+strings.Join(unknown[:min(len(unknown), 5)], ", ")+" mean too")
	}
	if len(unsure) > 0 {
		why += "; " + strings.Join(unsure, "; ")
	}
	set("hours", fmt.Sprintf("{column: %s, map: {%s}%s}", tickName, strings.Join(parts, ", "), unit), why, len(unsure) > 0)
}

func (g *guess) completePayroll(set func(name, spec, why string, unsure bool)) {
	if len(g.months) > 0 {
		set("wage_month", "{value: "+g.months[0]+"}", "of the title, or the file's name", true)
	}
	gross, deducted, payable, paid := g.field("gross_yuan"), g.field("deducted_yuan"), g.field("payable_yuan"), g.field("paid_yuan")
	if paid.column != nil && gross.column == nil && payable.column == nil { // a bank's list: what was paid
		gross.spec, gross.why, gross.unsure = paid.spec, "only what was paid is there: it is taken for what was owed", true
		payable.spec, payable.why, payable.unsure = paid.spec, "only what was paid is there: it is taken for what was owed", true
	}
	if gross.column == nil && payable.column != nil {
		set("gross_yuan", payable.spec, "only what is left after deductions is there", true)
	}
	if payable.column == nil && gross.column != nil && deducted.column == nil {
		set("payable_yuan", gross.spec, "only what was earned is there", true)
	}
	if gross.spec != "" && gross.spec == payable.spec {
		set("deducted_yuan", "{value: 0}", "no column says that something was deducted", true)
	}
	// That wages are on a sheet does not say that they were paid.
	set("paid_yuan", "{value: 0}", "no column says what was paid: nothing, until the bank's list says otherwise", true)
	set("signed", "{value: false}", "no column says that workers signed", true)
	for _, t := range g.titles {
		if strings.Contains(t, "专用账户") || strings.Contains(t, "专户") {
			set("channel", "{value: special_account}", "by the title", true)
		}
	}
}

// Columns of a statement for what came in and what went out. A bank credits what it receives for its customer.
var cameIn, wentOut = []string{"收入", "收入金额", "存入", "存入金额", "转入", "贷方", "贷方发生额", "贷方金额", "credit", "creditamount", "deposits", "in"},
	[]string{"支出", "支出金额", "支取", "支取金额", "转出", "借方", "借方发生额", "借方金额", "debit", "debitamount", "withdrawals", "out"}

func (g *guess) completeStatement(set func(name, spec, why string, unsure bool)) {
	in, out := g.called(cameIn), g.called(wentOut)
	if in == nil || out == nil {
		return
	}
	if yuan := g.field("yuan"); yuan.column == nil || yuan.column == in || yuan.column == out {
		yuan.spec, yuan.why, yuan.unsure = fmt.Sprintf("{either: [%s, %s], unit: yuan}", g.name(in), g.name(out)), "what came and what went in two columns", false
	}
	filled := fmt.Sprintf("filled: {%s: labor_cost_in, %s: wage_out}", g.name(in), g.name(out))
	kind := g.field("kind")
	if kind.column == nil { // 摘要 says it, where it says anything
		if c := g.called([]string{"摘要", "交易摘要", "用途", "memo", "description"}); c != nil {
			one := fieldGuess{FieldInfo: kind.FieldInfo, column: c}
			if _, understood := wordsOf(g.topic, &one.FieldInfo, c); len(understood) > 0 {
				g.wordSpec(&one)
				kind.spec = strings.TrimSuffix(one.spec, "}") + ", " + filled + "}"
				kind.why, kind.unsure = "by words, else by which column is filled: who pays in else, and what else is paid out?", true
				return
			}
		}
	}
	set("kind", "{"+filled+"}", "by which column is filled: who pays in else, and what else is paid out?", true)
}

// completeID makes an id that tells records apart: of a batch and its lines, else a keyed hash of what they are about.
func (g *guess) completeID(set func(name, spec, why string, unsure bool)) {
	f := g.field("id")
	if f == nil || f.spec != "" {
		return
	}
	if g.topic == record.TopicEmployers {
		return // its credit code, or nothing
	}
	if !g.days {
		batch, number := g.called(batches), g.called(lineNumbers)
		if batch != nil && number != nil {
			set("id", fmt.Sprintf("{from: \"%s-%s\"}", g.inside(batch), g.inside(number)), "a line of a batch", false)
			return
		}
	}
	var parts []string
	personal := false
	add := func(names ...string) {
		for _, name := range names {
			if one := g.field(name); one != nil && one.column != nil && len(parts) < 5 {
				if part := g.inside(one.column); !slices.Contains(parts, part) {
					parts = append(parts, part)
					personal = personal || one.Personal
				}
			}
		}
	}
	add("id_number", "project_id", "employer_uscc", "account_id", "wage_month", "month", "indicator", "work_date", "entered_on", "booked_at", "yuan", "balance_yuan", "received_on", "opened_on")
	if g.days {
		parts = append(parts, "{"+dayName+"}")
	}
	if len(parts) == 0 {
		return
	}
	why := "no column numbers the records: a keyed hash of what they are about (--id-key)"
	if g.topic == record.TopicPayroll && g.field("wage_month").column == nil && len(g.months) > 0 {
		parts = append(parts, g.months[0])
	}
	set("id", fmt.Sprintf("{from: \"%s\", hash: true}", strings.Join(parts, "|")), why, !personal)
}

// called is the column with one of some headings.
func (g *guess) called(names []string) *column {
	for _, name := range names {
		for _, c := range g.columns {
			if plain(c.heading) == name && len(c.cells) > 0 {
				return c
			}
		}
	}
	return nil
}
