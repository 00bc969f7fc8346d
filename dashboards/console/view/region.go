package view

import "github.com/anxin-project/anxin/internal/domain/region"

// China is the Regions of the program's own division data.
type China struct{}

// Name is what a division is called.
func (China) Name(code string) string { return region.Name(code) }

// Path is what a division is called, after the divisions above it.
func (China) Path(code string) string { return region.Path(code) }

// Regions names administrative divisions by their statistical codes; both return "" for an unknown code.
type Regions interface {
	Name(code string) string
	Path(code string) string
}

// Lights are the lower bounds of green and yellow on the index.
type Lights struct{ Green, Yellow float64 }
