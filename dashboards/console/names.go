package console

import (
	"github.com/anxin-project/anxin/dashboards/console/pages/people"
	"github.com/anxin-project/anxin/dashboards/console/pages/public"
	"github.com/anxin-project/anxin/dashboards/console/pages/ranking"
	"github.com/anxin-project/anxin/dashboards/console/pages/warnings"
	"github.com/anxin-project/anxin/dashboards/console/web"
)

// What rooms define and the rest of Anxin gives to the console goes by these names, so that nobody outside needs to know a room.
type (
	// IndexRules are the numbers of the index in force, for the page that works it out.
	IndexRules = ranking.IndexRules
	// CurvePoint is one of the points between which a score runs in straight lines.
	CurvePoint = ranking.CurvePoint
	// Threshold is a value of a detector's parameter: in a region, with what sets it.
	Threshold = warnings.Threshold
	// Thresholds returns the values of a detector's parameter in force on a day.
	Thresholds = warnings.Thresholds
	// DemoPerson is somebody invented as whom the sign-in page of a demonstration lets anybody enter.
	DemoPerson = people.DemoPerson
	// SiteTerms are what policy says on a site's public page.
	SiteTerms = public.Terms
	// Stage is one step of the pipeline's first pass, shown while no run has completed yet.
	Stage = web.Stage
	// StageState says how far a stage is.
	StageState = web.StageState
)

// The states of a stage.
const (
	StageWaiting  = web.StageWaiting
	StageRunning  = web.StageRunning
	StageFinished = web.StageFinished
	StageFailed   = web.StageFailed
)
