package casefile

import "github.com/anxin-project/anxin/internal/domain/catalog"

// Department is the authority in charge of a case.
type Department string

// The departments cases are routed to.
const (
	Housing        Department = "housing"
	Transport      Department = "transport"
	Water          Department = "water"
	Energy         Department = "energy"
	Railway        Department = "railway"
	Aviation       Department = "aviation"
	HumanResources Department = "human_resources"
)

var departments = map[Department]catalog.Text{
	Housing:        {ZH: "住房和城乡建设部门", EN: "Housing and urban-rural development"},
	Transport:      {ZH: "交通运输部门", EN: "Transport"},
	Water:          {ZH: "水利部门", EN: "Water resources"},
	Energy:         {ZH: "能源主管部门", EN: "Energy"},
	Railway:        {ZH: "铁路监管部门", EN: "Railway regulator"},
	Aviation:       {ZH: "民航管理部门", EN: "Civil aviation"},
	HumanResources: {ZH: "人力资源和社会保障部门", EN: "Human resources and social security"},
}

// Departments are all of them, in the order in which pages list them.
var Departments = []Department{HumanResources, Housing, Transport, Water, Energy, Railway, Aviation}

// Title is the department's name; the name itself in both languages when it is none of Departments.
func (d Department) Title() catalog.Text {
	if t, ok := departments[d]; ok {
		return t
	}
	return catalog.Text{ZH: string(d), EN: string(d)}
}
