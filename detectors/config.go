package detectors

import (
	"errors"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/detectors/schedule"
)

// Configuration of the detectors component.
type Configuration struct {
	// Catalog is a folder with detectors of one's own, beside those shipped; empty for none.
	Catalog string `yaml:"catalog"`
	// Schedule says when runs are made.
	Schedule schedule.Configuration `yaml:"schedule"`
	// Parallel is how many detectors run at once.
	Parallel int `yaml:"parallel"`
	// DetectorTimeout is how long one query of a detector may take. One that takes longer has failed: its warnings stay as they
	// were, marked as not judged anew, and the others are published.
	DetectorTimeout time.Duration `yaml:"detector_timeout"`
	// MostWarnings is how many warnings a detector may return; one that returns more has failed.
	MostWarnings int `yaml:"most_warnings"`
	// Settling is how long storing a batch may take: a pass looks again at what was stored that long before the pass it
	// goes on from. Keep it above ingest.insert_timeout.
	Settling time.Duration `yaml:"settling"`
	// KeepRuns is how many runs of each date are kept: the last ones. Earlier ones are removed with their warnings and index as
	// soon as pages no longer show them.
	KeepRuns int `yaml:"keep_runs"`
	// KeepAttempts is how long the history tells of fast runs; 0 for ever. Of the other kinds it always does.
	KeepAttempts time.Duration `yaml:"keep_attempts"`
}

// DefaultConfiguration runs two detectors at once by the default schedule, and keeps the last run of each date.
func DefaultConfiguration() Configuration {
	return Configuration{Schedule: schedule.DefaultConfiguration(), Parallel: 2, DetectorTimeout: 5 * time.Minute, MostWarnings: 200_000, Settling: 150 * time.Second, KeepRuns: 1, KeepAttempts: 31 * 24 * time.Hour}
}

// Validate tells what is wrong and what would be accepted.
func (c Configuration) Validate() error {
	var problems []error
	if c.Parallel < 1 {
		problems = append(problems, fmt.Errorf("detectors.parallel is %d: want at least 1", c.Parallel))
	}
	if c.DetectorTimeout < time.Second {
		problems = append(problems, fmt.Errorf("detectors.detector_timeout is %v: want at least 1s, such as 5m", c.DetectorTimeout))
	}
	if c.MostWarnings < 1 {
		problems = append(problems, fmt.Errorf("detectors.most_warnings is %d: want at least 1, such as 200000", c.MostWarnings))
	}
	if c.Settling < 0 {
		problems = append(problems, fmt.Errorf("detectors.settling is %v: want a duration from 0s, such as 150s", c.Settling))
	}
	if c.KeepRuns < 1 {
		problems = append(problems, fmt.Errorf("detectors.keep_runs is %d: want at least 1, the last run of each date", c.KeepRuns))
	}
	if c.KeepAttempts < 0 {
		problems = append(problems, fmt.Errorf("detectors.keep_attempts is %v: want a duration such as 744h, or 0s to keep all", c.KeepAttempts))
	}
	return errors.Join(append(problems, c.Schedule.Validate())...)
}
