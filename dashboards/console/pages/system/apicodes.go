package system

import (
	"maps"
	"slices"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// codeAnswer is one code with its words.
type codeAnswer struct {
	Code string       `json:"code"`
	Text catalog.Text `json:"text"`
}

// CodesAnswer is the codebook, by enumeration, and what sending systems are called.
type CodesAnswer struct {
	Codes   map[string][]codeAnswer `json:"codes"`
	Sources []codeAnswer            `json:"sources"`
}

// CodesAnswer answers GET /api/v1/codes.
func (p *Pages) CodesAnswer(*web.Request) (web.Answer, error) {
	all := CodesAnswer{Codes: map[string][]codeAnswer{}, Sources: []codeAnswer{}}
	for _, name := range codebook.Names() {
		all.Codes[string(name)] = view.Each(codebook.Codes(name), func(code string) codeAnswer {
			text, _ := codebook.Word(name, code)
			return codeAnswer{code, text}
		})
	}
	for _, code := range slices.Sorted(maps.Keys(p.Sources)) {
		all.Sources = append(all.Sources, codeAnswer{code, p.Sources[code]})
	}
	return web.Answer{JSON: all}, nil
}
