package alerts_test

import "testing"

func TestTheLatestCheckOfTheScorecardIsPublished(t *testing.T) {
	r := newRig(t, nil)
	r.exec(t, `INSERT INTO scorecard_checks (checked_at, scorecard, scope, first_date, last_date, events, warnings, precision, recall, calibration, drift, drifted) VALUES
		('2026-01-02 00:00:00', 'old', 'project', '2025-06-01', '2025-09-01', 5, 9, 0.9, 0.9, 0.01, 0.02, 'late'),
		('2026-02-02 00:00:00', 'new', 'project', '2025-07-01', '2025-10-01', 4, 8, 0.5, 0.75, 0.12, 0.3, 'power'),
		('2026-02-02 00:00:00', 'new', 'employer', '2025-07-01', '2025-10-01', 0, 0, 0, 0, 0.02, 0.05, 'late')`)
	r.run(t, "2026-03-08", 1)
	r.refresh(t)
	r.expect(t, `
# HELP anxin_risk_calibration_error Mean distance between the odds that arrears-risk would have told and what came, by the latest anxin risk check.
# TYPE anxin_risk_calibration_error gauge
anxin_risk_calibration_error{scope="employer"} 0.02
anxin_risk_calibration_error{scope="project"} 0.12
# HELP anxin_risk_drift Population stability index of the feature that moved most since the scorecard was fitted, by the latest anxin risk check.
# TYPE anxin_risk_drift gauge
anxin_risk_drift{feature="late",scope="employer"} 0.05
anxin_risk_drift{feature="power",scope="project"} 0.3
# HELP anxin_risk_precision Share of warnings of arrears-risk that were followed by arrears, by the latest anxin risk check.
# TYPE anxin_risk_precision gauge
anxin_risk_precision{scope="project"} 0.5
# HELP anxin_risk_recall Share of arrears that arrears-risk foresaw, by the latest anxin risk check.
# TYPE anxin_risk_recall gauge
anxin_risk_recall{scope="project"} 0.75
`, "anxin_risk_calibration_error", "anxin_risk_drift", "anxin_risk_precision", "anxin_risk_recall")
}
