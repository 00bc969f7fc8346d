package blacklist

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// Publication is the list as the law makes it public on a day: who is on it, and nothing about anybody who is not, or
// not any more. It is the same for one day however often it is made.
type Publication struct {
	On        civil.Date           `json:"on"`
	Employers []casefile.Published `json:"employers"` // by decision, the newest first
}

// Publish selects from entries, as they are on a day, what is public.
func Publish(entries []casefile.Entry, on civil.Date) Publication {
	p := Publication{On: on, Employers: []casefile.Published{}}
	for _, e := range entries {
		if !e.Stage.OnList() {
			continue
		}
		figures := e.Facts
		if e.AtDecision != nil {
			figures = *e.AtDecision
		}
		one := casefile.Published{
			Name: e.Name, USCC: e.Employer, Persons: []casefile.ListedPerson{}, Facts: Reasons(e), OrderNo: e.OrderNo,
			Workers: figures.OrderedWorkers, AmountFen: figures.UnpaidFen, FiguresOn: figures.AsOf,
			DecisionNo: e.Decision.No, DecidedOn: e.Decision.On, Until: *e.Until, Authority: Authority(e.County),
		}
		for _, person := range e.Persons {
			one.Persons = append(one.Persons, casefile.ListedPerson{Name: masked(person.Name), Capacity: person.Capacity})
		}
		p.Employers = append(p.Employers, one)
	}
	slices.SortFunc(p.Employers, func(a, b casefile.Published) int {
		return cmp.Or(-cmp.Compare(a.DecidedOn, b.DecidedOn), cmp.Compare(a.USCC, b.USCC))
	})
	return p
}

// Publication is the list of today.
func (s *Store) Publication() Publication {
	today := s.today()
	return Publish(s.all(today), today)
}

// Reasons are the grounds of a listing as a Chinese sentence. The words of the social effect are not among them: they may
// name persons.
func Reasons(e casefile.Entry) string {
	var texts []string
	for _, g := range e.Facts.Grounds {
		t, ok := casefile.Ground(g)
		if !ok {
			continue
		}
		if g == casefile.Incident && e.Effect != "" {
			t.ZH += "，造成严重不良社会影响"
		}
		texts = append(texts, t.ZH)
	}
	return strings.Join(texts, "；") + "；经责令限期支付，逾期未支付"
}

// Authority is the human-resources department of a county, which decides.
func Authority(county string) string {
	return cmp.Or(region.Name(county), county) + "人力资源和社会保障局"
}

// masked keeps the family name's first character.
func masked(name string) string {
	runes := []rune(strings.TrimSpace(name))
	for i := range runes {
		if i > 0 {
			runes[i] = '*'
		}
	}
	return string(runes)
}

// JSON is the publication as a file.
func (p Publication) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	return append(text, '\n'), err
}

// table is the publication as a table.
func (p Publication) table() *spreadsheet.Table {
	column := func(heading string, kind spreadsheet.Kind) spreadsheet.Column {
		return spreadsheet.Typed(catalog.Text{ZH: heading}, kind)
	}
	s := spreadsheet.NewTable("zh", column("用人单位名称", spreadsheet.Text), column("统一社会信用代码", spreadsheet.Text),
		column("法定代表人或主要负责人", spreadsheet.Text), column("直接责任人员", spreadsheet.Text), column("列入事由", spreadsheet.Text),
		column("责令支付文书号", spreadsheet.Text), column("涉及人数", spreadsheet.Number), column("未支付金额（元）", spreadsheet.Money),
		column("数额截至", spreadsheet.Day), column("列入决定书文号", spreadsheet.Text), column("列入日期", spreadsheet.Day),
		column("期限至", spreadsheet.Day), column("决定机关", spreadsheet.Text))
	for _, e := range p.Employers {
		s.Line(e.Name, e.USCC, people(e, casefile.LegalRepresentative), people(e, casefile.DirectlyResponsible), e.Facts, e.OrderNo,
			strconv.FormatUint(uint64(e.Workers), 10), spreadsheet.Yuan(e.AmountFen), e.FiguresOn.String(), e.DecisionNo, e.DecidedOn.String(), e.Until.String(), e.Authority)
	}
	return s
}

// workbook is the publication as an Excel workbook. What it says of itself is the list's, not whoever made the file.
func (p Publication) workbook() ([]byte, error) {
	return p.table().Workbook(spreadsheet.About{Title: "拖欠农民工工资失信联合惩戒名单", Made: p.On.Start(), Facts: []spreadsheet.Fact{
		{Name: catalog.Text{ZH: "名单日期"}, Value: p.On.String()},
		{Name: catalog.Text{ZH: "筛选条件"}, Value: "当日在列的全部用人单位"},
	}})
}

func people(e casefile.Published, as casefile.Capacity) string {
	var names []string
	for _, p := range e.Persons {
		if p.Capacity == as {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, "、")
}
