package demo

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anxin-project/anxin/dashboards/console"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// simulatedClock shows the evening of the simulated day, and from there goes on like any clock.
type simulatedClock struct{ ahead atomic.Int64 }

// evening is when a simulated day's last records have come in.
const evening = 23*time.Hour + 30*time.Minute

// set puts the clock to the evening of the day that begins at start.
func (c *simulatedClock) set(start time.Time) { c.ahead.Store(int64(time.Until(start.Add(evening)))) }

func (c *simulatedClock) now() time.Time {
	return time.Now().Add(time.Duration(c.ahead.Load())).Round(0)
}

// stages are the steps of the demo's start, as the console shows them until there is something to see.
type stages struct {
	mu  sync.Mutex
	all []console.Stage
	ids []string
}

func newStages() *stages {
	s := &stages{}
	for _, one := range []struct{ id, zh, en string }{
		{"engines", "启动内嵌引擎", "Starting the embedded engines"},
		{"records", "模拟并接入一年的数据", "Simulating and ingesting a year of records"},
		{"detectors", "运行检测器，计算安薪指数", "Running the detectors and the index"},
		{"cases", "告警与立案", "Alerts and cases"},
	} {
		s.ids = append(s.ids, one.id)
		s.all = append(s.all, console.Stage{Title: catalog.Text{ZH: one.zh, EN: one.en}, State: console.StageWaiting})
	}
	return s
}

func (s *stages) list() []console.Stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

func (s *stages) change(id string, to func(*console.Stage)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to(&s.all[slices.Index(s.ids, id)])
}

func (s *stages) begin(id string) {
	s.change(id, func(one *console.Stage) { one.State = console.StageRunning })
}

func (s *stages) at(id string, done, total uint64) {
	s.change(id, func(one *console.Stage) { one.Done, one.Total = done, total })
}

func (s *stages) finish(id string) {
	s.change(id, func(one *console.Stage) { one.State, one.Done = console.StageFinished, one.Total })
}
