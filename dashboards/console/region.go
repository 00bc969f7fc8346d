package console

import "github.com/anxin-project/anxin/internal/domain/region"

// China is the Regions of the program's own division data.
type China struct{}

func (China) Name(code string) string { return region.Name(code) }
func (China) Path(code string) string { return region.Path(code) }

// Regions names administrative divisions by their statistical codes; both return "" for an unknown code.
type Regions interface {
	Name(code string) string
	Path(code string) string
}

// lightBounds are the lower bounds of green and yellow on the index.
type lightBounds struct{ Green, Yellow float64 }
