package console

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/law"
)

// TestATextThatCitesAnUnreadLawSaysSo: on the page that explains the index and wherever a law is named in running text.
func TestATextThatCitesAnUnreadLawSaysSo(t *testing.T) {
	laws := law.Shipped()
	c := language.NewCitations(laws)
	text, err := c.Noted("about.sources_text")(language.Find(language.Chinese, "about.sources_text"))
	if err != nil || !strings.Contains(text, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》（未核对原文）") || strings.Contains(text, "《劳动保障监察条例》（未核对原文）") {
		t.Errorf("the sources read %q, %v", text, err)
	}
	if c.Unchecked("nav.crumbs") {
		t.Error("a text without a law is noted")
	}
	for _, cited := range []struct {
		citation, note string
	}{{"MOHRSS Order 45 of 2021", "未核对原文"}, {"Reg. 26", ""}, {"what nobody registered", "未核对原文"}} {
		if got := language.Chinese.Article(laws, cited.citation).Note; got != cited.note {
			t.Errorf("beside %q stands %q, want %q", cited.citation, got, cited.note)
		}
	}
}
