package view

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Sources names sending systems by their codes, as policy does.
type Sources map[string]catalog.Text

// Called is what a sending system is called in policy; its code where policy does not name it.
func (s Sources) Called(l language.Locale, code string) string {
	if t, ok := s[code]; ok {
		return t.In(string(l))
	}
	return code
}
