package web

import "github.com/anxin-project/anxin/internal/domain/catalog"

// Stage is one step of the pipeline's first pass, shown while no run has completed yet.
type Stage struct {
	Title       catalog.Text
	State       StageState
	Done, Total uint64 // 0 of 0 when the amount of work is unknown
}

// StageState says how far a stage is.
type StageState string

// The states of a stage.
const (
	StageWaiting  StageState = "waiting"
	StageRunning  StageState = "running"
	StageFinished StageState = "finished"
	StageFailed   StageState = "failed"
)
