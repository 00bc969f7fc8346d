// Package simulate makes wage records of an invented area of real townships: projects, employers, workers, attendance,
// pay slips, wage accounts, leads, orders and signals, in the format of the record contract.
//
// Trouble comes from causes (a developer short of money, a failing contractor, a labour boss …) that act on the same
// machinery as everybody's pay, so that arrears appear weeks after their cause and through the records a real one would
// leave. A project without a cause keeps every rule of the contract and the law. Truth says which is which.
//
// A World holds its projects, its workers and the slips not yet paid, never the records: days are made one by one.
package simulate

import (
	"context"
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/simulate/draw"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// World is a simulated area. It is not safe for concurrent use.
type World struct {
	opt       Options
	today     civil.Date
	townships []region.Township

	employers   []*employer
	contractors []int32 // indexes of employers by trade
	subs        []int32
	developers  []int32
	businesses  []*site // employers without projects
	slots       []slot
	projects    []*project // from signing until settled
	projectNum  int
	drawn       [2]int  // projects of sound and of weak contractors so far
	idle        []idler // some who left a site not long ago
	townLeads   []*lead
	townQuiet   map[string]civil.Date // no new township lead before that day
	unknown     []*unknown            // permits of projects that the platform does not know
	truths      []*Truth

	dice     draw.Dice // of the subject being stepped
	county   map[string]*countyState
	rural    map[string]bool // townships with one small site and nothing else
	busy     []string        // the others
	seen     map[int32]struct{}
	arena    []byte // this day's records except attendance
	events   []event
	sorted   []event
	counts   []int32
	line     []byte
	noise    noise
	later    map[civil.Date][]heldRecord // records of facts that their source records only then
	records  [topicCount]int64
	dayStart int64 // Unix seconds
	datePart [10]byte
	compact  [8]byte
}

// event is a record of the day that waits for its turn. Attendance is written only when its turn comes: it is nine
// records in ten, and an event is a tenth of its size.
type event struct {
	key        string
	sec        int32 // second of the day of recorded_at
	topic      uint8
	platform   bool  // attendance: also seen by the city platform
	project    int32 // attendance: index of projects
	worker     int32 // attendance: index of the crew
	start, end int32 // others: where in the arena
	in         int16 // attendance: minute of arrival
	quarters   int16 // attendance: hours × 4
	first      bool  // others: the first version of a pay slip that is not paid yet, which may be overtaken
}

// New builds the world as it stands the evening before Options.From.
func New(o Options) (*World, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	w := &World{
		opt: o, today: o.From - 1, townQuiet: map[string]civil.Date{}, county: map[string]*countyState{}, seen: map[int32]struct{}{},
		rural: map[string]bool{}, later: map[civil.Date][]heldRecord{},
	}
	w.foundTownships()
	w.foundCounties()
	w.noise.on = o.Noise
	w.noise.bad = map[string]int64{}
	w.noise.held = map[civil.Date][]heldRecord{}
	w.foundEmployers()
	w.foundProjects()
	return w, nil
}

// foundTownships lists the townships. One in two dozen is rural: its one small site has too few workers for an index.
func (w *World) foundTownships() {
	for _, c := range w.opt.Scale.Counties {
		w.townships = append(w.townships, region.Townships(c)...)
	}
	for i, t := range w.townships {
		if slotsOf(&w.opt.Scale) > len(w.townships) && (i+int(w.opt.Seed%24))%24 == 11 {
			w.rural[t.Code] = true
		} else {
			w.busy = append(w.busy, t.Code)
		}
	}
}

// Today is the last day emitted; before the first call of Day, the day before Options.From.
func (w *World) Today() civil.Date { return w.today }

// Last is Options.To, completed: the day over which causes are spread. Day may be called beyond it.
func (w *World) Last() civil.Date { return w.opt.To }

// Townships are those of the world's counties, sorted by county as given, then by code.
func (w *World) Townships() []region.Township { return slices.Clone(w.townships) }

// Stats returns what was emitted so far.
func (w *World) Stats() Stats {
	s := Stats{Records: map[string]int64{}, Duplicates: w.noise.duplicates, Bad: map[string]int64{}}
	for i, n := range w.records {
		s.Records[Topics[i]] = n
	}
	for k, n := range w.noise.bad {
		s.Bad[k] = n
	}
	return s
}

// Day emits everything recorded on the next day in order of recorded_at; with Options.Noise, duplicates and records that
// were held up on their way stand where they arrive. It has no end: days after Options.To go on.
//
// After an error (the sink's or the context's) the day is incomplete and the world must be given up.
func (w *World) Day(ctx context.Context, sink Sink) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.today++
	d := w.today
	w.arena, w.events = w.arena[:0], w.events[:0]
	w.dayStart = int64(d)*86400 - 8*3600
	line.Date(w.datePart[:0], d)
	line.CompactDate(w.compact[:0], d)

	w.projects = slices.DeleteFunc(w.projects, func(p *project) bool { return p.gone })
	w.stepWeather(d)
	w.stepEmployers(d)
	w.stepSlots(d)
	w.stepCauses(d)
	for i, p := range w.projects {
		w.stepProject(p, int32(i), d)
	}
	for _, s := range w.businesses {
		w.stepBusiness(s, d)
	}
	w.stepTownLeads(d)
	w.stepPermits(d)
	w.stepVoices(d)
	w.sortEvents()
	return w.emitDay(ctx, sink)
}

// sortEvents is a stable counting sort by second: a day of a city has hundreds of thousands of events.
func (w *World) sortEvents() {
	if len(w.events) < 4096 {
		w.sorted = append(w.sorted[:0], w.events...)
		slices.SortStableFunc(w.sorted, func(a, b event) int { return int(a.sec) - int(b.sec) })
		return
	}
	if w.counts == nil {
		w.counts = make([]int32, 86401)
	}
	clear(w.counts)
	for i := range w.events {
		w.counts[w.events[i].sec+1]++
	}
	for i := 1; i < len(w.counts); i++ {
		w.counts[i] += w.counts[i-1]
	}
	w.sorted = slices.Grow(w.sorted[:0], len(w.events))[:len(w.events)]
	for i := range w.events {
		e := &w.events[i]
		w.sorted[w.counts[e.sec]] = *e
		w.counts[e.sec]++
	}
}

func (w *World) emitDay(ctx context.Context, sink Sink) error {
	out := func(topic uint8, key string, sec int32, json []byte) error {
		w.records[topic]++
		return sink(Record{Topic: Topics[topic], Key: key, At: time.Unix(w.dayStart+int64(sec), 0).In(civil.Zone), JSON: json})
	}
	held := w.due()
	for i := range w.sorted {
		if i&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		e := &w.sorted[i]
		for len(held) > 0 && held[0].sec <= e.sec {
			h := &held[0]
			held = held[1:]
			w.records[h.topic]++
			if err := sink(Record{Topic: Topics[h.topic], Key: h.key, At: h.at, JSON: h.json}); err != nil {
				return err
			}
		}
		json := w.line[:0]
		if e.topic == topicAttendance {
			json = w.appendAttendance(json, e)
			w.line = json
		} else {
			json = w.arena[e.start:e.end]
		}
		var err error
		if w.noise.on && e.topic != topicVoices { // they are sent from here: no source in between
			err = w.emitNoisily(e, json, out)
		} else {
			err = out(e.topic, e.key, e.sec, json)
		}
		if err != nil {
			return err
		}
	}
	for i := range held {
		h := &held[i]
		w.records[h.topic]++
		if err := sink(Record{Topic: Topics[h.topic], Key: h.key, At: h.at, JSON: h.json}); err != nil {
			return err
		}
	}
	return nil
}

// open begins a record in the arena with the four fields common to all; close ends it.
func (w *World) open(id []byte, source string, version int, sec int32) {
	w.openOn(id, source, version, w.today, sec)
}

// openOn begins one that its source records on a day, which may be still to come.
func (w *World) openOn(id []byte, source string, version int, on civil.Date, sec int32) {
	b := append(w.arena, `{"id":"`...)
	b = append(b, id...)
	b = append(b, `","source":"`...)
	b = append(b, source...)
	b = append(b, '"')
	b = line.Int(b, "version", int64(version))
	b = append(b, `,"recorded_at":"`...)
	b = line.Date(b, on)
	b = line.Clock(b, int(sec))
	w.arena = append(b, '"')
}

func (w *World) close(start int, topic uint8, key string, sec int32) {
	w.arena = append(w.arena, '}')
	w.events = append(w.events, event{key: key, sec: sec, topic: topic, start: int32(start), end: int32(len(w.arena))})
}
