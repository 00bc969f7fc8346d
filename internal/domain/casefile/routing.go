package casefile

import "github.com/anxin-project/anxin/internal/domain/catalog"

// Route returns the department in charge by industry ("管行业管欠薪"): a project goes to the regulator of its sector,
// everything else, an employer's own industry letter included, to human resources.
func Route(scope catalog.Scope, sector string) Department {
	if scope != catalog.Project {
		return HumanResources
	}
	switch sector {
	case "construction":
		return Housing
	case "transport":
		return Transport
	case "water":
		return Water
	case "energy":
		return Energy
	case "railway":
		return Railway
	case "aviation":
		return Aviation
	}
	return HumanResources
}
