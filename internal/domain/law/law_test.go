package law

import (
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func TestACitationIsNamedInBothLanguagesAndSaysWhetherItsTextWasRead(t *testing.T) {
	r := Shipped()
	for _, c := range []struct {
		name, code string
		want       catalog.Text
		checked    bool
	}{
		{"an article of the Regulation", "Reg. 31", catalog.Text{ZH: "保障农民工工资支付条例第31条", EN: "Wage Payment Regulation, art. 31"}, true},
		{"an article of another law", "Labour Inspection Regulation 17", catalog.Text{ZH: "劳动保障监察条例第17条", EN: "Labour Inspection Regulation, art. 17"}, true},
		{"after a number", "法释〔2013〕3号 art. 3", catalog.Text{ZH: "法释〔2013〕3号第3条", EN: "Supreme People's Court interpretation 2013 No. 3, art. 3"}, true},
		{"an article that was added later", "Criminal Law 276-1", catalog.Text{ZH: "刑法第276条之一", EN: "Criminal Law, art. 276-1"}, true},
		{"an order that nobody could read", "MOHRSS Order 45 of 2021", catalog.Text{ZH: "人社部令第45号", EN: "MOHRSS Order 45 of 2021"}, false},
		{"an article of what nobody could read", "Inspection Implementing Provisions 18", catalog.Text{ZH: "关于实施《劳动保障监察条例》若干规定第18条", EN: "Inspection Implementing Provisions, art. 18"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := r.Cite(c.code)
			if err != nil || got.Name() != c.want || got.Checked() != c.checked || got.Says().ZH == "" || got.Says().EN == "" {
				t.Errorf("%q is %+v, %+v, checked %v, %v", c.code, got.Name(), got.Says(), got.Checked(), err)
			}
		})
	}
	kept := r.Resolve("a law of one's own")
	if kept.Name().ZH != "a law of one's own" || kept.Says().ZH != "" || kept.Checked() {
		t.Errorf("an unknown citation is shown as %+v", kept)
	}
}

func TestACitationThatIsNotRegisteredIsAnErrorThatSaysWhatIs(t *testing.T) {
	r := Shipped()
	for _, c := range []struct{ name, code, want string }{
		{"a law that there is not", "Wage Law 3", "is no registered law: want one of Reg., "},
		{"an article that there is not", "Reg. 65", "article 65 of Reg. is not registered (registered: 1, 2, 3"},
		{"an article of what is cited as a whole", "MOHRSS 2021 No. 65 art. 3", "registered: none: cite the law as a whole"},
		{"another name of a law", "劳动保障监察条例 17", "cited by its id: Labour Inspection Regulation"},
		{"no article", "Reg. twelve", "comes the number of an article"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := r.Cite(c.code); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
		})
	}
}

func TestMentionsAreFoundInRunningText(t *testing.T) {
	r := Shipped()
	for _, c := range []struct {
		name, text string
		want       []string // law id and articles of each mention
	}{
		{"a list in English", "The safeguards (Reg. 24, 26, 28 and 34): how many", []string{"Reg. 24 26 28 34"}},
		{"a figure after an article", "Reg. 12, 14, 60 days", []string{"Reg. 12 14"}},
		{"a list in Chinese", "依据条例第24、28、34条和第57条", []string{"Reg. 24 28 34 57"}},
		{"a title with an article in characters", "依据《劳动保障监察条例》第二十六条，责令", []string{"Labour Inspection Regulation 26"}},
		{"a number after a name", "劳动保障监察条例 17（Labour Inspection Regulation 17）", []string{"Labour Inspection Regulation 17", "Labour Inspection Regulation 17"}},
		{"an article that was added later", "刑法 276 之一；法释〔2013〕3号第3条", []string{"Criminal Law 276-1", "法释〔2013〕3号 3"}},
		{"a number of a document is not an article", "MOHRSS 2021 No. 65: 1% to 3%", []string{"MOHRSS 2021 No. 65"}},
		{"an article after a number", "Supreme People's Court interpretation 2013 No. 3, art. 3: three months", []string{"法释〔2013〕3号 3"}},
		{"a regulation that is not registered", "贵州省社会信用条例第3条", nil},
		{"the province's own", "浙江省劳动保障监察条例第23条", []string{"Zhejiang Labour Inspection Regulation 23"}},
		{"a name within another", "关于实施《劳动保障监察条例》若干规定第18条", []string{"Inspection Implementing Provisions 18"}},
		{"an abbreviation without an article", "See Reg. for that", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, m := range r.Find(c.text) {
				got = append(got, strings.Join(append([]string{m.Law.ID}, m.Articles...), " "))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestATextIsAnnotatedInTheLanguageOfTheMention(t *testing.T) {
	text := "依据《保障农民工工资支付条例》和《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》列入 (MOHRSS Order 45 of 2021)."
	want := "依据《保障农民工工资支付条例》和《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》（未核对原文）列入 (MOHRSS Order 45 of 2021 (text not checked))."
	r := Shipped()
	if got := r.Annotate(text); got != want {
		t.Errorf("annotated: %s", got)
	}
	if got := r.Annotate(want); got != want {
		t.Errorf("annotated twice: %s", got)
	}
}

func TestWhoHasReadATextSaysSoInAFileOfOnesOwn(t *testing.T) {
	r, err := Shipped().With([]byte(`
- id: MOHRSS Order 45 of 2021
  checked: the text of 10 November 2021
  articles:
    5: {zh: 列入条件, en: conditions of listing}
- id: Xianju notice 2026 No. 3
  name: {zh: 仙居县通知, en: Notice of Xianju}
  region: "331024"
  text: {zh: 示例, en: example}
`))
	if err != nil {
		t.Fatal(err)
	}
	order := r.Resolve("MOHRSS Order 45 of 2021 art. 5")
	if !order.Checked() || order.Name().ZH != "人社部令第45号第5条" || order.Says().EN != "conditions of listing" {
		t.Errorf("the order is %+v", order)
	}
	if notice := r.Resolve("Xianju notice 2026 No. 3"); notice.Checked() || notice.Name().EN != "Notice of Xianju" {
		t.Errorf("the notice is %+v", notice)
	}
	if Shipped().Resolve("MOHRSS Order 45 of 2021").Checked() {
		t.Error("the shipped register has changed")
	}
}

func TestASlipInAFileOfLawsIsAnErrorThatNamesTheLine(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a name that another law has", "- id: X\n  name: {zh: 条例, en: X law}\n  text: {zh: 甲, en: x}\n", `line 1: "条例" is a name of Reg. too`},
		{"one language", "- id: X\n  name: {zh: 甲法}\n  text: {zh: 甲, en: x}\n", "line 1: X: name needs zh and en"},
		{"an article that is no number", "- id: X\n  name: {zh: 甲法, en: X law}\n  text: {zh: 甲, en: x}\n  articles: {five: {zh: 五, en: five}}\n", `article "five" is no number`},
		{"an unknown field", "- id: X\n  cheked: yes\n", "cheked"},
		{"a region there is not", "- id: X\n  name: {zh: 甲法, en: X law}\n  text: {zh: 甲, en: x}\n  region: \"99\"\n", "not a division code"},
		{"no list", "id: X\n", "not a file of laws"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Shipped().With([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
		})
	}
}
