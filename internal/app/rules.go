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

func loadCalendar(path string) (*calendar.Calendar, error) {
	if path == "" {
		return calendar.China(), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading holidays: %w", err)
	}
	defer f.Close()
	extra, err := calendar.Parse(f)
	if err != nil {
		return nil, fmt.Errorf("holidays %s: %w", path, err)
	}
	return calendar.China().With(extra), nil
}
