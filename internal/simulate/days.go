package simulate

import (
	"time"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// workday follows the official calendar; for years without a notice yet, the weekdays.
func workday(d civil.Date) bool {
	if ok, err := calendar.China().IsWorkday(d); err == nil {
		return ok
	}
	if sf := springFestival(d.Year()); d >= sf-1 && d <= sf+6 {
		return false
	}
	wd := d.Weekday()
	return wd != time.Saturday && wd != time.Sunday
}

func workdayOnOrBefore(d civil.Date) civil.Date {
	for !workday(d) {
		d--
	}
	return d
}

func addWorkdays(d civil.Date, n int) civil.Date {
	for n > 0 {
		if d++; workday(d) {
			n--
		}
	}
	return d
}

// springFestival is the first day of the lunar year; a demo may run for years, so the table is long. Outside it,
// the middle of the possible range stands in.
func springFestival(year int) civil.Date {
	if i := year - 2020; i >= 0 && i < len(lunarNewYears) {
		return civil.NewDate(year, time.Month(lunarNewYears[i]/100), lunarNewYears[i]%100)
	}
	return civil.NewDate(year, time.February, 5)
}

var lunarNewYears = [...]int{125, 212, 201, 122, 210, 129, 217, 206, 126, 213, 203, 123, 211, 131, 219, 208, 128, 215, 204, 124, 212}
