package console

import "github.com/anxin-project/anxin/dashboards/console/web"

// What rooms define and the rest of Anxin gives to the console goes by these names, so that nobody outside needs to know a room.
type (
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
