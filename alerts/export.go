package alerts

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/platform/api"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// exportCases answers all that the filter lets through, whatever its limit: as a workbook where the address asks for one,
// else as CSV.
func (a *Alerts) exportCases(w http.ResponseWriter, r *http.Request, by caller) {
	list, _, err := a.chosen(r, by)
	if err != nil {
		api.WriteProblem(w, http.StatusBadRequest, badRequest(err.Error(), err.Error()))
		return
	}
	q := r.URL.Query()
	table := casesTable(list, q.Get("lang"))
	name, kind, content := "anxin-cases.csv", "text/csv; charset=utf-8", []byte(nil)
	if strings.HasSuffix(r.URL.Path, ".xlsx") {
		name, kind = "anxin-cases.xlsx", spreadsheet.WorkbookType
		if content, err = table.Workbook(aboutCases(q, by, a.findings.clock())); err != nil {
			a.fail(w, "writing the workbook of cases", err)
			return
		}
	} else {
		content = table.CSV()
	}
	if !by.service && !a.noted(w, r, by, "export") {
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(content)
}

// aboutCases says of a workbook of cases who made it, and with which filter.
func aboutCases(q url.Values, by caller, now time.Time) spreadsheet.About {
	who := catalog.Text{ZH: "服务（令牌）", EN: "a service (by token)"}
	if !by.service {
		who = catalog.Text{ZH: by.person.Name + " (" + by.person.ID + ")", EN: by.person.Name + " (" + by.person.ID + ")"}
	}
	lang := q.Get("lang")
	var filter []string
	for _, p := range []struct {
		name   string
		called catalog.Text
		of     codebook.Name
	}{
		{"territory", catalog.Text{ZH: "属地", EN: "place"}, ""}, {"department", catalog.Text{ZH: "主管部门", EN: "department"}, codebook.CaseOffice},
		{"scope", catalog.Text{ZH: "对象", EN: "scope"}, codebook.Scope}, {"level", catalog.Text{ZH: "级别", EN: "level"}, codebook.Level},
		{"stage", catalog.Text{ZH: "阶段", EN: "stage"}, codebook.Stage}, {"cleared", catalog.Text{ZH: "预警已消除", EN: "cleared"}, ""},
		{"assignee", catalog.Text{ZH: "承办人", EN: "assignee"}, ""}, {"deadline", catalog.Text{ZH: "期限状态", EN: "deadline"}, codebook.DeadlineState},
		{"search", catalog.Text{ZH: "查找", EN: "search"}, ""},
	} {
		if value := q.Get(p.name); value != "" {
			filter = append(filter, p.called.In(lang)+": "+codebook.In(p.of, value, lang))
		}
	}
	if len(filter) == 0 {
		filter = append(filter, catalog.Text{ZH: "无（全部）", EN: "none (everything)"}.In(lang))
	}
	return spreadsheet.About{Title: catalog.Text{ZH: "案件", EN: "Cases"}.In(lang), Made: now, Facts: []spreadsheet.Fact{
		{Name: catalog.Text{ZH: "导出人", EN: "Exported by"}, Value: who.In(lang)},
		{Name: catalog.Text{ZH: "筛选条件", EN: "Filter"}, Value: strings.Join(filter, spreadsheet.Separator)},
		{Name: catalog.Text{ZH: "依据", EN: "From"}, Value: catalog.Text{ZH: "导出时的案件", EN: "the cases at the time of export"}.In(lang)},
	}}
}

// casesTable lists cases in a language, "en" or else Chinese; codes stand beside their words.
func casesTable(list []casefile.Case, lang string) *spreadsheet.Table {
	typed := func(zh, en string, kind spreadsheet.Kind) spreadsheet.Column {
		return spreadsheet.Typed(catalog.Text{ZH: zh, EN: en}, kind)
	}
	plain := func(zh, en string) spreadsheet.Column { return typed(zh, en, spreadsheet.Text) }
	coded := func(zh, en string, of codebook.Name) spreadsheet.Column {
		return spreadsheet.Coded(catalog.Text{ZH: zh, EN: en}, of)
	}
	t := spreadsheet.NewTable(lang, plain("案件", "case"), plain("名称", "name"), coded("对象", "scope", codebook.Scope), plain("所在地", "place"), plain("办理地", "territory"),
		coded("主管部门", "department", codebook.CaseOffice), coded("阶段", "stage", codebook.Stage), coded("级别", "level", codebook.Level), coded("预警已消除", "cleared", codebook.YesNo),
		typed("涉及人数", "workers", spreadsheet.Number), typed("涉及金额（元）", "yuan", spreadsheet.Money), typed("工资表在册欠付人数", "listed_workers", spreadsheet.Number), typed("工资表在册欠付（元）", "listed_yuan", spreadsheet.Money),
		typed("无工资表出勤估算欠付（元）", "estimated_yuan", spreadsheet.Money), typed("已付（元）", "paid_yuan", spreadsheet.Money), typed("产生日期", "opened_on", spreadsheet.Day), plain("承办人", "assignee"),
		coded("期限事项", "deadline", codebook.DeadlineKind), typed("期限", "due_on", spreadsheet.Day), coded("期限状态", "deadline_state", codebook.DeadlineState))
	for _, c := range list {
		var kind, due, state []string
		for _, d := range c.Deadlines {
			if d.DoneOn == nil {
				day := "?"
				switch {
				case d.Due != nil:
					day = d.Due.String()
				case d.Provisional != nil:
					day = "≈" + d.Provisional.String()
				}
				kind, due, state = append(kind, string(d.Kind)), append(due, day), append(state, string(d.State))
			}
		}
		listedWorkers, listed, estimated := "", "", "" // until a run has told
		if o := c.Owed; o != nil {
			listedWorkers, listed = claimed(o.Listed)
			_, estimated = claimed(o.Estimated)
		}
		cleared := "no"
		if c.Cleared {
			cleared = "yes"
		}
		amount := spreadsheet.Yuan(c.AmountFen)
		if c.AmountFen == 0 { // not known to be zero
			amount = catalog.Text{ZH: "金额待核", EN: "to be checked"}.In(lang)
		}
		t.Line(c.ID, c.Name, string(c.Scope), region.Path(c.Township), region.Path(c.Territory), string(c.Department), string(c.Stage), string(c.Level), cleared,
			strconv.FormatUint(uint64(c.Workers), 10), amount, listedWorkers, listed, estimated, spreadsheet.Yuan(c.PaidFen), c.OpenedOn.String(), c.Assignee,
			strings.Join(kind, spreadsheet.Separator), strings.Join(due, spreadsheet.Separator), strings.Join(state, spreadsheet.Separator))
	}
	return t
}

// claimed are the people and the yuan of a part of what is owed; none is 0.
func claimed(c *casefile.Claim) (workers, yuan string) {
	if c == nil {
		c = &casefile.Claim{}
	}
	return strconv.FormatUint(uint64(c.Workers), 10), spreadsheet.Yuan(c.AmountFen)
}
