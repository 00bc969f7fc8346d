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
	// Settling is how long storing a batch may take: a pass looks again at what was stored that long before the pass it
	// goes on from. Keep it above ingest.insert_timeout.
	Settling time.Duration `yaml:"settling"`
}

// DefaultConfiguration runs two detectors at once by the default schedule.
func DefaultConfiguration() Configuration {
	return Configuration{Schedule: schedule.DefaultConfiguration(), Parallel: 2, Settling: 150 * time.Second}
}

// Validate tells what is wrong and what would be accepted.
func (c Configuration) Validate() error {
	var problems []error
	if c.Parallel < 1 {
		problems = append(problems, fmt.Errorf("detectors.parallel is %d: want at least 1", c.Parallel))
	}
	if c.Settling < 0 {
		problems = append(problems, fmt.Errorf("detectors.settling is %v: want a duration from 0s, such as 150s", c.Settling))
	}
	return errors.Join(append(problems, c.Schedule.Validate())...)
}
