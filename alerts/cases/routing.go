package cases

import (
	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/catalog"
)

// Route returns the department in charge by industry ("管行业管欠薪"): a project goes to the regulator of its sector,
// everything else, an employer's own industry letter included, to human resources.
func Route(scope catalog.Scope, sector string) casefile.Department {
	if scope != catalog.Project {
		return casefile.HumanResources
	}
	switch sector {
	case "construction":
		return casefile.Housing
	case "transport":
		return casefile.Transport
	case "water":
		return casefile.Water
	case "energy":
		return casefile.Energy
	case "railway":
		return casefile.Railway
	case "aviation":
		return casefile.Aviation
	}
	return casefile.HumanResources
}
