package causal

// A span is a range that something is drawn from.
type span struct{ lo, hi float64 }

// family says how money moves in a kind of world: who fails and how, and which oddities mean nothing.
type family struct {
	name     string
	counties []string

	// Developers. Those that weaken pay less and less, later and later, or stop, until nothing comes; a dip ends.
	weakens, dips float64 // shares of developers
	fade          span    // months from the first lesser payment to none
	shrink, slip  float64 // of those that weaken, the shares that pay less and that pay later; others stop from one cycle to the next
	monthly       float64 // shares of funding habits; the rest pay by progress, at odd times
	quarterly     float64
	tardy         float64 // always late, and always pay
	agreed        span    // labour cost agreed, as a multiple of wages
	tardiness     span    // days

	// General contractors: reserves in months of a site's wages, for each site.
	reserve      span
	fails        float64 // share
	drains       float64 // of those that fail, the share that takes money from wage accounts
	hides        float64 // of those that fail, the share whose signals say nothing
	scares       float64 // share of sound ones whose signals worsen for some months
	signals      float64 // share of firms that send signals
	interruption float64 // shares of projects: causes out of nothing, of which no record tells
	withholding  float64

	// Oddities.
	late     float64 // share of sites that pay some days late by habit
	unbanked float64 // share of sites whose bank was never connected
	slowBank span    // days until an entry is recorded, of a third of the banks
	gates    float64 // share of sites whose gate fails for some weeks
	gateless float64
	winter   float64 // share of sites that stop in winter
	cash     float64 // share of sites with small misuse of the account that comes back
	rumours  float64 // leads about nothing, per site and month

	factories       int // for each county
	factoriesFail   float64
	factoriesSeason float64 // share with a season in which power falls and wages are paid
}

// Families of worlds. Each has counties of its own, so that leaving its counties out leaves the family out. Nothing here was
// estimated from other worlds or from records: ranges are wide, so that what is fitted does not learn one world's habits.
var families = []family{
	{
		name: "developers", counties: []string{"330502", "330521"},
		weakens: 0.35, dips: 0.25, fade: span{1.5, 6}, shrink: 0.5, slip: 0.3, monthly: 0.75, quarterly: 0.15, tardy: 0.2, agreed: span{1.05, 1.5}, tardiness: span{3, 14},
		reserve: span{0, 1.0}, fails: 0.06, drains: 0.60, hides: 0.3, scares: 0.1, signals: 0.8, interruption: 0.01, withholding: 0.02,
		late: 0.15, unbanked: 0.04, slowBank: span{1, 5}, gates: 0.1, winter: 0.2, cash: 0.05, rumours: 0.06,
	},
	{
		name: "contractors", counties: []string{"441226", "441204"},
		weakens: 0.10, dips: 0.2, fade: span{2, 5}, shrink: 0.5, slip: 0.3, monthly: 0.60, quarterly: 0.30, tardy: 0.1, agreed: span{1.02, 1.4}, tardiness: span{2, 10},
		reserve: span{0.1, 1.2}, fails: 0.30, drains: 0.75, hides: 0.15, scares: 0.2, signals: 0.95, interruption: 0.01, withholding: 0.02,
		late: 0.2, unbanked: 0.03, slowBank: span{1, 4}, gates: 0.08, winter: 0.1, cash: 0.08, rumours: 0.08,
	},
	{
		name: "advance", counties: []string{"522601", "522634"},
		weakens: 0.25, dips: 0.15, fade: span{2, 7}, shrink: 0.6, slip: 0.2, monthly: 0.30, quarterly: 0.60, tardy: 0.05, agreed: span{1.1, 1.7}, tardiness: span{3, 12},
		reserve: span{0, 0.8}, fails: 0.16, drains: 0.80, hides: 0.3, scares: 0.1, signals: 0.9, interruption: 0.02, withholding: 0.02,
		late: 0.1, unbanked: 0.02, slowBank: span{2, 9}, gates: 0.12, winter: 0.3, cash: 0.03, rumours: 0.05,
	},
	{
		name: "tardy", counties: []string{"330523", "330522"},
		weakens: 0.18, dips: 0.3, fade: span{1, 4}, shrink: 0.3, slip: 0.5, monthly: 0.60, quarterly: 0.20, tardy: 0.6, agreed: span{1.05, 1.6}, tardiness: span{5, 25},
		reserve: span{0.1, 1.4}, fails: 0.16, drains: 0.50, hides: 0.3, scares: 0.15, signals: 0.7, interruption: 0.02, withholding: 0.02,
		late: 0.35, unbanked: 0.05, slowBank: span{1, 6}, gates: 0.1, winter: 0.15, cash: 0.05, rumours: 0.1,
	},
	{
		name: "blind", counties: []string{"331024", "331023"},
		weakens: 0.20, dips: 0.2, fade: span{2, 6}, shrink: 0.4, slip: 0.4, monthly: 0.60, quarterly: 0.30, tardy: 0.2, agreed: span{1.05, 1.5}, tardiness: span{3, 15},
		reserve: span{0, 1.0}, fails: 0.20, drains: 0.60, hides: 0.4, scares: 0.1, signals: 0.5, interruption: 0.02, withholding: 0.03,
		late: 0.2, unbanked: 0.35, slowBank: span{4, 12}, gates: 0.3, gateless: 0.15, winter: 0.2, cash: 0.05, rumours: 0.15,
		factories: 30, factoriesFail: 0.4, factoriesSeason: 0.3,
	},
	{
		name: "factories", counties: []string{"331022", "331082"},
		weakens: 0.15, dips: 0.1, fade: span{2, 5}, shrink: 0.5, slip: 0.3, monthly: 0.65, quarterly: 0.25, tardy: 0.1, agreed: span{1.05, 1.5}, tardiness: span{3, 12},
		reserve: span{0.1, 1.2}, fails: 0.15, drains: 0.70, hides: 0.2, scares: 0.1, signals: 0.9, interruption: 0.01, withholding: 0.01,
		late: 0.2, unbanked: 0.05, slowBank: span{1, 4}, gates: 0.1, winter: 0.1, cash: 0.05, rumours: 0.06,
		factories: 70, factoriesFail: 0.4, factoriesSeason: 0.35,
	},
	{
		// everybody pays, and every oddity happens
		name: "sound", counties: []string{"441283", "441224"},
		dips: 0.4, monthly: 0.35, quarterly: 0.25, tardy: 0.25, agreed: span{0.95, 1.5}, fade: span{2, 4}, shrink: 0.5, slip: 0.3, tardiness: span{3, 25},
		reserve: span{12, 20}, scares: 0.25, signals: 0.9,
		late: 0.3, unbanked: 0.08, slowBank: span{2, 10}, gates: 0.2, gateless: 0.03, winter: 0.25, cash: 0.08, rumours: 0.1,
		factories: 14, factoriesSeason: 0.5,
	},
	{
		// never fitted: a mixture with ranges of its own
		name: "kept-back", counties: []string{"522622", "522623"},
		weakens: 0.20, dips: 0.2, fade: span{1.5, 5}, shrink: 0.7, slip: 0.1, monthly: 0.60, quarterly: 0.35, tardy: 0.15, agreed: span{1.05, 1.6}, tardiness: span{3, 12},
		reserve: span{0, 1.0}, fails: 0.18, drains: 0.75, hides: 0.1, scares: 0.1, signals: 0.9, interruption: 0.02, withholding: 0.03,
		late: 0.2, unbanked: 0.06, slowBank: span{1, 7}, gates: 0.15, winter: 0.2, cash: 0.04, rumours: 0.1,
		factories: 30, factoriesFail: 0.4, factoriesSeason: 0.3,
	},
}

// KeptBack is the family that no scorecard shipped with Anxin was fitted to.
const KeptBack = "kept-back"

// Families returns the names of the kinds of worlds.
func Families() []string {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.name
	}
	return names
}
