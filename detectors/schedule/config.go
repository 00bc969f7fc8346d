package schedule

import (
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// Configuration says when runs are made: a cron line in Asia/Shanghai for each kind; with an empty line there are none of the kind.
type Configuration struct {
	// Fast judges today, as far as it has come.
	Fast string `yaml:"fast"`
	// Nightly judges the day that has ended from all records, and before it every day that was missed.
	Nightly string `yaml:"nightly"`
	// Daily judges the day that has ended once more, with what sources delivered overnight: the index of the day.
	Daily string `yaml:"daily"`
	// Monthly makes the edition of the month before, once the day of its data has ended (policy editions.as_of_day).
	Monthly string `yaml:"monthly"`
	// CatchUpDays is how many days back missed runs are made up for.
	CatchUpDays int `yaml:"catch_up_days"`
	// A run that failed is tried again after RetryFirst, then after ever longer pauses up to RetryMost.
	RetryFirst time.Duration `yaml:"retry_first"`
	RetryMost  time.Duration `yaml:"retry_most"`
}

// DefaultConfiguration judges today every ten minutes and the day that has ended at a quarter past one; the index of the day
// and the edition of the month are there when offices open.
func DefaultConfiguration() Configuration {
	return Configuration{
		Fast: "*/10 * * * *", Nightly: "15 1 * * *", Daily: "0 7 * * *", Monthly: "30 7 11 * *",
		CatchUpDays: 31, RetryFirst: 30 * time.Second, RetryMost: 15 * time.Minute,
	}
}

// Validate tells what is wrong and what would be accepted.
func (s Configuration) Validate() error {
	var problems []error
	for _, line := range []struct{ kind, text, example string }{
		{"fast", s.Fast, "*/10 * * * *"}, {"nightly", s.Nightly, "15 1 * * *"}, {"daily", s.Daily, "0 7 * * *"}, {"monthly", s.Monthly, "30 7 11 * *"},
	} {
		if line.text == "" {
			continue
		}
		if _, err := cron.ParseStandard(line.text); err != nil {
			problems = append(problems, fmt.Errorf("detectors.schedule.%s %q: want a cron line such as %q, or an empty one: %w", line.kind, line.text, line.example, err))
		}
	}
	if s.CatchUpDays < 1 {
		problems = append(problems, fmt.Errorf("detectors.schedule.catch_up_days is %d: want at least 1, the day that has just ended", s.CatchUpDays))
	}
	if s.RetryFirst < time.Second || s.RetryMost < s.RetryFirst {
		problems = append(problems, fmt.Errorf("detectors.schedule.retry_first is %v and retry_most %v: want at least 1s, and most no less than first", s.RetryFirst, s.RetryMost))
	}
	return errors.Join(problems...)
}
