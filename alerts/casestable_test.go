package alerts

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// What pay slips say is owed and what is an estimate stand apart: the greatest figure of the warnings may be either.
func TestTheTableOfCasesTellsAnEstimateFromPaySlips(t *testing.T) {
	cases := []casefile.Case{
		{ID: "project:P-1", Workers: 128, AmountFen: 230_298_000, Owed: &casefile.Owed{Listed: &casefile.Claim{Workers: 65, AmountFen: 135_798_000}, Estimated: &casefile.Claim{Workers: 63, AmountFen: 94_500_000}}},
		{ID: "project:P-2", Workers: 5, Owed: &casefile.Owed{}},
		{ID: "project:P-3", Workers: 5},
	}
	got := string(casesTable(cases, "").CSV())
	for _, want := range []string{"工资表在册欠付人数,工资表在册欠付（元）,无工资表出勤估算欠付（元）,已付", "128,2302980.00,65,1357980.00,945000.00,0.00", "5,金额待核,0,0.00,0.00,0.00", "5,金额待核,,,,0.00"} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %q:\n%s", want, got)
		}
	}
}

func TestTheTableOfCasesSaysEveryCodeInWords(t *testing.T) {
	due := civil.NewDate(2026, 11, 20)
	cases := []casefile.Case{{
		ID: "employer:E1", Name: "甲公司", Scope: catalog.Employer, Department: casefile.HumanResources, Stage: casefile.Ordered, Level: catalog.Red, OpenedOn: due,
		Deadlines: []casefile.Deadline{{Kind: casefile.ToAccept, Due: &due, DoneOn: &due, State: casefile.Met}, {Kind: casefile.ToPay, Due: &due, State: casefile.Passed}, {Kind: casefile.ToInvestigate, State: casefile.Unknown}},
	}}
	for lang, want := range map[string][]string{
		"": {"对象代码,对象,", "期限状态代码,期限状态", "employer,企业,", "human_resources,人力资源和社会保障部门,ordered,已责令支付,red,红,no,否,0,金额待核,",
			"order; investigation,责令支付；调查办结,2026-11-20; ?,passed; unknown,逾期；缺节假日安排"},
		"en": {"scope_code,scope,", "deadline_state_code,deadline_state", "employer,Employer,", "human_resources,Human resources and social security,ordered,Ordered to pay,red,Red,no,no,0,to be checked,",
			"order; investigation,order to pay; end of the investigation,2026-11-20; ?,passed; unknown,Late; Holiday notice missing"},
	} {
		got := string(casesTable(cases, lang).CSV())
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("lang %q: the table lacks %q:\n%s", lang, w, got)
			}
		}
	}
}

func TestAWorkbookOfCasesSaysWhoMadeItAndWithWhichFilter(t *testing.T) {
	q := url.Values{"level": {"red"}, "search": {"甲"}, "limit": {"3"}}
	by := caller{person: access.Person{ID: "li", Name: "李青"}}
	now := time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC)
	cases := []casefile.Case{{ID: "project:P-1", Workers: 1128, AmountFen: 230_298_050, OpenedOn: civil.NewDate(2026, 11, 20)}}
	content, err := casesTable(cases, "").Workbook(aboutCases(q, by, now))
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("数据")
	if err != nil {
		t.Fatal(err)
	}
	if row := strings.Join(rows[1], "|"); !strings.Contains(row, "|1,128|2,302,980.50|") || !strings.Contains(row, "|2026-11-20") {
		t.Errorf("the case is %s", row)
	}
	about, err := f.GetRows("说明")
	if want := "[[表名 案件] [导出时间 2026-11-21 00:30:00] [导出人 李青 (li)] [筛选条件 级别: 红; 查找: 甲] [依据 导出时的案件] [行数 1] [单位 金额单位为元，时间为北京时间]]"; err != nil || fmt.Sprint(about) != want {
		t.Errorf("it says %v, %v; want %s", about, err, want)
	}
	service := aboutCases(url.Values{"lang": {"en"}}, caller{service: true}, now)
	if service.Facts[0].Value != "a service (by token)" || service.Facts[1].Value != "none (everything)" {
		t.Errorf("a service's says %+v", service.Facts)
	}
}
