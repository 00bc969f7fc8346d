package console

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/subjects"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestASiteWithoutPayListsSaysWhoWorkedAndWhatTheyAreOwed(t *testing.T) {
	s := serve(t, small)
	for _, c := range []struct {
		name, path string
		has, lacks []string
	}{
		{"work that no list names is owed by estimate", "/subjects/project/QUIET-1", []string{
			"无工资单：63 人在 2026年3月至9月 出勤而没有工资单，按估算欠 220.5万元。", "欠薪金额 · 估算", "登记的日工资、本项目平均工资", "自 2026年4月21日 起欠付",
			"没有收到工资单", "考勤只到 2026年9月30日", "31至90天", "91至365天", "63", "/subjects/project/QUIET-1/owed.csv"}, []string{"到期未付工资", "被欠人数（最多的月份）", "没有收到专户流水"}},
		{"the same in English", "/subjects/project/QUIET-1?lang=en", []string{"63 workers worked in Mar–Sep 2026 and are on no pay list; by estimate they are owed ¥2,205,000", "91 to 365 days"}, nil},
		{"silence is not said to be payment", "/subjects/project/MUTE-1", []string{"不明", "不能据此认为没有欠薪", "在册无记录", "<b>12</b>", "没有收到考勤", "没有收到专户流水"}, []string{">0元</b>", "没有到期未付的工资"}},
		{"a project with lists has listed, underlisted and unbooked wages", "/subjects/project/" + projectID, []string{"工资单到期未付清", "少列：1 人", "银行账目没有对应支出：1 人，2025年8月，共 3,000元", "超过365天", "法院裁判", "周监察", "吴负责"},
			[]string{"SECRETNOTE", "尚不掌握"}},
		{"nothing owed where lists have come", "/subjects/project/CALM-1", []string{"不明"}, []string{">0元</b>"}},
		{"an employer's projects say what is owed on them", "/subjects/employer/" + employerID, []string{"没有收到项目之外的工资单", "欠薪金额 220.5万元", "所承包项目欠薪"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, _, body := s.get(t, c.path)
			if status != 200 {
				t.Fatalf("%s answers %d", c.path, status)
			}
			for _, text := range c.has {
				if !strings.Contains(body, text) {
					t.Errorf("%s lacks %q", c.path, text)
				}
			}
			for _, text := range c.lacks {
				if strings.Contains(body, text) {
					t.Errorf("%s has %q", c.path, text)
				}
			}
		})
	}
}

func TestTheAPISaysWhatIsOwed(t *testing.T) {
	s := serve(t, small)
	quiet := asked[subjects.SubjectAnswer](t, s, "/api/v1/subjects/project/QUIET-1").Owed
	if quiet.State != "owed" || quiet.Workers != 63 || quiet.Fen != 220_500_000 || quiet.Estimated != 220_500_000 || *quiet.Since != civil.NewDate(2026, 4, 21) || len(quiet.Months) != 7 ||
		quiet.Months[0].Days != 1260 || !slices.Equal(quiet.Months[0].EstimateBy, []string{"day", "project_mean"}) || !slices.Equal(quiet.Missing, []string{"lists", "gate"}) {
		t.Errorf("the site without lists owes %+v", quiet)
	}
	var bands []string
	sum := int64(0)
	for _, b := range quiet.Bands {
		bands = append(bands, b.Band)
		sum += b.Fen
	}
	if !slices.Equal(bands, []string{"90", "365"}) || sum != quiet.Fen {
		t.Errorf("its bands are %+v", quiet.Bands)
	}
	mute := asked[subjects.SubjectAnswer](t, s, "/api/v1/subjects/project/MUTE-1").Owed
	if mute.State != "unknown" || mute.Fen != 0 || mute.Since != nil || len(mute.Unheard) != 1 || mute.Unheard[0].Workers != 12 || mute.Unheard[0].Kind != "silent" {
		t.Errorf("the site of which nothing came owes %+v", mute)
	}
	main := asked[subjects.SubjectAnswer](t, s, "/api/v1/subjects/project/"+projectID).Owed
	total := int64(0)
	for _, k := range main.Kinds {
		total += k.Fen
	}
	if main.State != "owed" || total != main.Fen || main.Estimated != 45_000 || len(main.Kinds) != 3 || len(main.Closures) != 1 || main.Closures[0].Reason != "court_decision" || !main.Closures[0].OneWorker || len(main.Missing) != 0 {
		t.Errorf("the main project owes %+v", main)
	}
}

func TestWhatIsOwedIsExportedByMonthAndKind(t *testing.T) {
	s := serve(t, small)
	status, header, body := s.get(t, "/subjects/project/QUIET-1/owed.csv?lang=en")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF"))).ReadAll()
	if status != 200 || err != nil || len(rows) != 8 || !strings.Contains(header.Get("Content-Disposition"), "anxin-owed-QUIET-1-2026-11-20.csv") {
		t.Fatalf("%d, %v, %d rows, %s", status, err, len(rows), header.Get("Content-Disposition"))
	}
	want := []string{"2026-11-20", "project", "Project", "QUIET-1", "城西安置房三期工程", "2026-03", "unlisted", "unlisted (estimated)", "yes", "yes", "day; project_mean", "the registered daily wage; the project's mean wage",
		"63", "1260", "315000.00", "315000.00", "2026-04-20", "214"}
	if !slices.Equal(rows[1], want) {
		t.Errorf("the first row is %q, want %q", rows[1], want)
	}
}

func TestTheListOfWorkersSaysWhatEachIsOwed(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	list := asked[subjects.WorkersAnswer](t, s, "/api/v1/subjects/project/"+projectID+"/workers")
	one := slices.IndexFunc(list.Workers, func(w subjects.WorkerAnswer) bool { return w.Worker == workerOne })
	if one < 0 || list.Workers[one].OwedFen != 60_000 || list.Workers[one].OwedMonths != 1 || list.Workers[one].Unheard != "" || list.Workers[1-one].OwedFen != 0 || list.Workers[1-one].Unheard != "unaccounted" || list.Others != 62 {
		t.Errorf("the workers are %+v", list)
	}
	if owed := asked[subjects.SubjectAnswer](t, s, "/api/v1/subjects/project/"+projectID).Owed; owed.Fen != list.OthersFen+60_000 || owed.Workers != 63 {
		t.Errorf("the project owes %d to %d, its list says %d and 60000", owed.Fen, owed.Workers, list.OthersFen)
	}
	_, _, page := s.get(t, "/subjects/project/"+projectID+"/workers")
	for _, want := range []string{"600元（1个工资月）", "去向不明", "另有 62 人没有实名登记而被欠"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of workers lacks %q", want)
		}
	}
}
