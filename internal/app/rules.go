package app

import (
	"errors"
	"fmt"
	"os"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// LoadRules reads the detectors of a folder beside those shipped, and the policy that gives every one of them its
// thresholds on a day; both paths may be empty. Every error is BadInput.
func LoadRules(folder, policyPath string, on civil.Date) ([]shipped.Detector, *policy.Policy, error) {
	catalogue, err := shipped.Read(folder)
	if err != nil {
		return nil, nil, BadInput(err)
	}
	p, err := policy.Load(policyPath, shipped.Headers(catalogue))
	if err == nil {
		err = errors.Join(shipped.Supplied(catalogue, p, on), checkTerms(p))
	}
	if err != nil {
		return nil, nil, BadInput(err)
	}
	return catalogue, p, nil
}

// LoadCalendar lays a file of holiday notices over those shipped, and says what it changes; the path may be empty. Every error
// is BadInput.
func LoadCalendar(path string) (*calendar.Calendar, []calendar.Amendment, error) {
	if path == "" {
		return calendar.China(), nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, BadInput(fmt.Errorf("reading holidays: %w", err))
	}
	defer f.Close()
	amended, changes, err := calendar.China().Amend(f)
	if err != nil {
		return nil, nil, BadInput(fmt.Errorf("holidays %s: %w", path, err))
	}
	return amended, changes, nil
}
