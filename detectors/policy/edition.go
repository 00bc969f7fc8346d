package policy

import (
	"fmt"
	"math"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// EditionDay is the day as of which the edition of a month has its data: one of the next month (policy editions.as_of_day), so
// that pay lists and banks have come.
func (p *Policy) EditionDay(month civil.Month) (civil.Date, error) {
	day, err := p.Number("editions", "as_of_day", "", month.Last())
	if err == nil && (day < 1 || day > 27 || day != math.Trunc(day)) {
		err = fmt.Errorf("editions.as_of_day is %v in policy: want a day of every month but its last, from 1 to 27", day)
	}
	if err != nil {
		return 0, fmt.Errorf("the editions: %w", err)
	}
	return (month + 1).Day(int(day)), nil
}

// EditionOf is the month whose edition a monthly run as of a date makes. Before editions had a day of the next month they had
// their month's last.
func EditionOf(asOf civil.Date) civil.Month {
	if asOf == asOf.Month().Last() {
		return asOf.Month()
	}
	return asOf.Month() - 1
}
