package alerts

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// riskChecks are the series of what the latest check of the scorecard found. A check of between two runs shows with the next run.
func (f *findings) riskChecks(ctx context.Context) ([]prometheus.Metric, error) {
	var rows []struct {
		Scope       string    `ch:"scope"`
		At          time.Time `ch:"checked_at"`
		Calibration float64   `ch:"calibration"`
		Drift       float64   `ch:"drift"`
		Drifted     string    `ch:"drifted"`
		Precision   float64   `ch:"precision"`
		Recall      float64   `ch:"recall"`
		Events      uint32    `ch:"events"`
		Warnings    uint32    `ch:"warnings"`
	}
	err := f.conn.Select(ctx, &rows, `
		SELECT scope, checked_at, calibration, drift, drifted, precision, recall, events, warnings
		FROM scorecard_checks
		ORDER BY checked_at DESC
		LIMIT 1 BY scope`)
	if err != nil {
		return nil, fmt.Errorf("reading the checks of the scorecard: %w", err)
	}
	var series []prometheus.Metric
	add := func(d *prometheus.Desc, v float64, labels ...string) {
		series = append(series, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...))
	}
	for _, r := range rows {
		add(riskCalibrationDesc, r.Calibration, r.Scope)
		add(riskDriftDesc, r.Drift, r.Scope, r.Drifted)
		add(riskCheckedDesc, seconds(r.At), r.Scope)
		if r.Warnings > 0 { // of nothing there is no share
			add(riskPrecisionDesc, r.Precision, r.Scope)
		}
		if r.Events > 0 {
			add(riskRecallDesc, r.Recall, r.Scope)
		}
	}
	return series, nil
}
