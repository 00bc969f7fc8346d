package console

import "github.com/anxin-project/anxin/internal/domain/region"

// china is the Regions of the program's own division data.
type china struct{}

func (china) Name(code string) string { return region.Name(code) }
func (china) Path(code string) string { return region.Path(code) }
