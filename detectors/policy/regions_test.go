package policy

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/law"
)

func TestWhatProvincesHaveSetCountsThere(t *testing.T) {
	p := National()
	for _, c := range []struct {
		name, section, parameter, region, on string
		want                                 float64
		says                                 string // part of the English source
	}{
		{"where nothing is known the low end of the range", "blacklist-candidate", "one_worker_fen", "610102001", "2026-10-31", 500_000, "default: low end"},
		{"in Zhejiang too, as a default", "blacklist-candidate", "many_workers_fen", "330502001", "2026-10-31", 3_000_000, "default: low end"},
		{"Guizhou", "blacklist-candidate", "one_worker_fen", "520102001", "2026-10-31", 1_000_000, "High Court of Guizhou"},
		{"Guizhou, ten workers", "blacklist-candidate", "many_workers_fen", "520102001", "2026-10-31", 5_000_000, "High Court of Guizhou"},
		{"Guizhou before its high court had decided", "blacklist-candidate", "many_workers_fen", "520102001", "2013-12-16", 3_000_000, "default: low end"},
		{"Zhaoqing", "blacklist-candidate", "one_worker_fen", "441202001", "2026-10-31", 1_000_000, "High Court of Guangdong"},
		{"Zhaoqing, ten workers", "blacklist-candidate", "many_workers_fen", "441202001", "2026-10-31", 6_000_000, "High Court of Guangdong"},
		{"Guangzhou is narrower than Guangdong", "blacklist-candidate", "many_workers_fen", "440103001", "2026-10-31", 10_000_000, "first class"},
		{"Shaoguan is as Guangdong", "blacklist-candidate", "many_workers_fen", "440203001", "2026-10-31", 6_000_000, "second class"},
		{"Jiangsu", "blacklist-candidate", "many_workers_fen", "320102001", "2026-10-31", 6_000_000, "High Court of Jiangsu"},
		{"Liaoning", "blacklist-candidate", "many_workers_fen", "210102001", "2026-10-31", 5_000_000, "High Court of Liaoning"},
		{"Hunan", "blacklist-candidate", "one_worker_fen", "430102001", "2026-10-31", 600_000, "High Court of Hunan"},
		{"Henan", "blacklist-candidate", "one_worker_fen", "410102001", "2026-10-31", 800_000, "High Court of Henan"},
		{"the hourly minimum in Zhejiang", "underpaid-work", "minimum_wage_hourly_fen", "331024001", "2026-10-31", 2_000, "third class"},
		{"the monthly minimum in Guizhou", "below-minimum-wage", "minimum_wage_fen", "520102001", "2026-10-31", 166_000, "third class"},
		{"accepting a complaint in Zhejiang", "complaint-late", "accept_workdays", "331024001", "2026-10-31", 5, "Zhejiang Labour Inspection Regulation 23"},
		{"accepting a complaint elsewhere", "complaint-late", "accept_workdays", "520102001", "2026-10-31", 5, "Inspection Implementing Provisions 18"},
	} {
		t.Run(c.name, func(t *testing.T) {
			on := date(t, c.on)
			got, err := p.Number(c.section, c.parameter, c.region, on)
			s, _ := p.Lookup(c.section, c.parameter, c.region, on)
			if err != nil || got != c.want || !strings.Contains(s.Source.EN, c.says) || strings.HasPrefix(c.says, "default") != strings.HasPrefix(s.Source.ZH, "默认") && s.Region == "" {
				t.Errorf("got %v by %+v, %v; want %v by %q", got, s.Source, err, c.want, c.says)
			}
		})
	}
}

// TestTheFilesOfRegionsSetTheirOwnRegionAlone: by the code their name begins with.
func TestTheFilesOfRegionsSetTheirOwnRegionAlone(t *testing.T) {
	files, err := fs.Glob(regions, "regions/*.yaml")
	if err != nil || len(files) < 7 {
		t.Fatalf("files of regions: %v, %v", files, err)
	}
	for _, name := range files {
		code, _, _ := strings.Cut(path.Base(name), "-")
		text, err := fs.ReadFile(regions, name)
		if err != nil {
			t.Fatal(err)
		}
		own, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for section, parameters := range own.sections {
			for parameter, settings := range parameters {
				for _, s := range settings {
					if !strings.HasPrefix(s.Region, code) {
						t.Errorf("%s sets %s.%s for %q", name, section, parameter, s.Region)
					}
				}
			}
		}
	}
}

// TestAmountsOfRefusedWagesLieWithinTheRange of 法释〔2013〕3号 art. 3.
func TestAmountsOfRefusedWagesLieWithinTheRange(t *testing.T) {
	p := National()
	for name, most := range map[string][2]int{"one_worker_fen": {500_000, 2_000_000}, "many_workers_fen": {3_000_000, 10_000_000}} {
		for _, s := range p.Settings("blacklist-candidate", name) {
			if v, _ := s.Value.(int); v < most[0] || v > most[1] {
				t.Errorf("%s is %v in %q", name, s.Value, s.Region)
			}
		}
	}
}

// TestAShippedValueByALawThatNobodyReadIsUnverified, and one by laws that were read alone is not.
func TestAShippedValueByALawThatNobodyReadIsUnverified(t *testing.T) {
	laws, p := law.Shipped(), National()
	for _, section := range p.Sections() {
		for _, name := range p.Names(section) {
			for _, s := range p.Settings(section, name) {
				if unread := laws.Unchecked(s.Source.ZH) || laws.Unchecked(s.Source.EN); unread && !s.Unverified {
					t.Errorf("%s.%s in %q cites what nobody read and is not unverified: %s", section, name, s.Region, s.Source.ZH)
				}
				zh, en := cited(laws, s.Source.ZH), cited(laws, s.Source.EN)
				if !slices.Equal(zh, en) {
					t.Errorf("%s.%s in %q cites %q in Chinese and %q in English", section, name, s.Region, zh, en)
				}
			}
		}
	}
}

// cited are the laws and articles a text mentions.
func cited(laws *law.Registry, text string) []string {
	var all []string
	for _, m := range laws.Find(text) {
		all = append(all, m.Law.ID+" "+strings.Join(m.Articles, " "))
	}
	slices.Sort(all)
	return all
}

func TestAFileOfOnesOwnCountsBeforeWhatIsShipped(t *testing.T) {
	p, err := load(t, `
blacklist-candidate:
  one_worker_fen: [{value: 700000, source: the whole country}]
  many_workers_fen:
    - {value: 4500000, from: 2026-07-01, source: the whole country}
    - {value: 5500000, region: "5201", from: 2026-07-01, source: Guiyang}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, parameter, region, on string
		want                        float64
	}{
		{"a value for the whole country holds where a shipped file has another", "one_worker_fen", "520102001", "2026-10-31", 700_000},
		{"of one's own the narrower region prevails", "many_workers_fen", "520102001", "2026-10-31", 5_500_000},
		{"beside it the own value of the whole country", "many_workers_fen", "520201001", "2026-10-31", 4_500_000},
		{"before its first day what is shipped", "many_workers_fen", "520102001", "2026-06-30", 5_000_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := p.Number("blacklist-candidate", c.parameter, c.region, date(t, c.on))
			if err != nil || got != c.want {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
	if all := p.Settings("blacklist-candidate", "one_worker_fen"); len(all) != 1 {
		t.Errorf("settings without effect are kept: %+v", all)
	}
}
