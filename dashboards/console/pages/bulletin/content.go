package bulletin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Content is what a bulletin says. It is made once, when it is drafted, and stays as it was when it is published.
type Content struct {
	Place       string         `json:"place"`
	Name        string         `json:"name"`
	Period      string         `json:"period"` // 2026-10 or 2026-Q4
	Edition     uint32         `json:"edition"`
	With        uint32         `json:"with"` // the edition it is compared with; 0: none
	AsOf        civil.Date     `json:"as_of"`
	Policy      string         `json:"policy_version"`
	Watched     uint32         `json:"monitored_workers"`
	People      uint32         `json:"arrears_workers"`
	Fen         int64          `json:"arrears_fen"`
	Lights      map[string]int `json:"lights"`  // of its townships
	Ranking     []Row          `json:"ranking"` // counties of a prefecture, townships of a county
	Fell        []Row          `json:"fell"`    // townships, the worst first
	Rose        []Row          `json:"rose"`
	Named       []Named        `json:"named"`
	Rates       []Rate         `json:"rates"`
	Departments []Department   `json:"departments"`
	Casework    bool           `json:"casework"` // false: cases were not known, and departments say nothing
	Text        []Block        `json:"text"`
}

// Row is a unit of the ranking, and how it moved.
type Row struct {
	Code    string   `json:"code"`
	Name    string   `json:"name"`
	Rank    uint32   `json:"rank"` // 0: unranked
	Index   *float64 `json:"index"`
	Light   string   `json:"light"`
	Watched uint32   `json:"monitored_workers"`
	People  uint32   `json:"arrears_workers"`
	Fen     int64    `json:"arrears_fen"`
	Moved   *float64 `json:"moved"`  // points since the edition compared with; null where nothing can be compared
	Reason  string   `json:"reason"` // the component, or cap, that moved it most; empty where nothing moved
	Points  float64  `json:"points"` // by so many
}

// Named is a project or an employer that the policy lets a bulletin name.
type Named struct {
	Ground  string     `json:"ground"` // listed, ordered or red
	Scope   string     `json:"scope"`
	ScopeID string     `json:"scope_id"`
	Name    string     `json:"name"`
	Place   string     `json:"place"` // code
	Since   civil.Date `json:"since"`
	Workers uint32     `json:"workers"`
	Fen     int64      `json:"amount_fen"`
}

// Rate is a reported rate of the place.
type Rate struct {
	Measure     string  `json:"measure"`
	Numerator   uint32  `json:"numerator"`
	Denominator uint32  `json:"denominator"`
	Least       float64 `json:"least"`
	Aim         float64 `json:"aim"`
	Light       string  `json:"light"`
}

// Share is the rate, 0 to 1.
func (r Rate) Share() float64 { return float64(r.Numerator) / float64(max(r.Denominator, 1)) }

// Department is what a department has in hand.
type Department struct {
	Department string `json:"department"`
	Open       int    `json:"open"`
	Unaccepted int    `json:"unaccepted"`
	Near       int    `json:"near"`
	Late       int    `json:"late"`
}

// digest names exactly this content: what somebody publishes is what they saw.
func (c *Content) digest() (string, error) {
	raw, err := json.Marshal(c)
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

var periodForm = regexp.MustCompile(`^(\d{4})-(?:(0[1-9]|1[0-2])|Q([1-4]))$`)

// lastMonth is the last month of a period, and how many months it has; false for what is no period.
func lastMonth(period string) (civil.Month, int, bool) {
	found := periodForm.FindStringSubmatch(period)
	if found == nil {
		return 0, 0, false
	}
	year, _ := strconv.Atoi(found[1])
	if found[2] != "" {
		month, _ := strconv.Atoi(found[2])
		return civil.NewDate(year, time.Month(month), 1).Month(), 1, true
	}
	quarter, _ := strconv.Atoi(found[3])
	return civil.NewDate(year, time.Month(3*quarter), 1).Month(), 3, true
}

// periodsOf are the month, and the quarter that ends with it.
func periodsOf(m civil.Month) []string {
	first := m.First()
	all := []string{m.String()}
	if month := int(first.Time().Month()); month%3 == 0 {
		all = append(all, fmt.Sprintf("%d-Q%d", first.Year(), month/3))
	}
	return all
}

func periodName(l language.Locale, period string) string {
	m, months, ok := lastMonth(period)
	switch {
	case !ok:
		return period
	case months == 1:
		return l.Month(m)
	}
	return language.Fill(l, "bulletin.quarter", strconv.Itoa(m.First().Year()), period[len(period)-1:])
}

// why says what moved a unit most.
func why(l language.Locale, row Row) string {
	if row.Reason == "" {
		return "—"
	}
	word := l.Word("component", row.Reason)
	if row.Reason == "cap" {
		word = language.Message(l, "bulletin.cap")
	}
	return word + " " + l.Signed(row.Points)
}
