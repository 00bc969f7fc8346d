package detectors

import (
	"fmt"

	"github.com/robfig/cron/v3"

	"github.com/anxin-project/anxin/internal/civil"
)

// Configuration of the detectors component.
type Configuration struct {
	// Catalog is a folder with detectors of one's own, beside those shipped; empty for none.
	Catalog string `yaml:"catalog"`
	// Schedule says when passes run, as a cron line in Asia/Shanghai.
	Schedule string `yaml:"schedule"`
	// Parallel is how many detectors run at once.
	Parallel int `yaml:"parallel"`
}

// DefaultConfiguration runs a pass every ten minutes.
func DefaultConfiguration() Configuration {
	return Configuration{Schedule: "*/10 * * * *", Parallel: 2}
}

// Validate tells what is wrong and what would be accepted.
func (c Configuration) Validate() error {
	if c.Parallel < 1 {
		return fmt.Errorf("detectors.parallel is %d: want at least 1", c.Parallel)
	}
	if _, err := cron.ParseStandard(c.Schedule); err != nil {
		return fmt.Errorf("detectors.schedule %q: want a cron line such as %q: %w", c.Schedule, "*/10 * * * *", err)
	}
	return nil
}

// schedule prepares the clockwork that calls pass; a turn that comes while the last still runs is left out.
func (c Configuration) schedule(pass func()) (*cron.Cron, error) {
	clock := cron.New(cron.WithLocation(civil.Zone), cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger)))
	if _, err := clock.AddFunc(c.Schedule, pass); err != nil {
		return nil, fmt.Errorf("detectors.schedule %q: %w", c.Schedule, err)
	}
	return clock, nil
}
