package rules

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

type state uint8

const (
	pending state = iota
	firing
)

// alert is one active instance of an alerting rule.
type alert struct {
	labels      labels.Labels
	annotations labels.Labels
	state       state
	activeAt    time.Time // the expression began to return it
	firedAt     time.Time
	goneAt      time.Time // keep_firing_for runs from here; zero while the expression returns it
}

// Alert is a firing alert, as Firing tells it and Restore takes it.
type Alert struct {
	Labels      map[string]string
	Annotations map[string]string
	StartsAt    time.Time
}

var errDuplicate = errors.New("two results have the same labels after the rule's labels were applied")

// evaluate scrapes and evaluates all rules as at now. A rule that fails keeps its alerts as they are.
func (e *Evaluator) evaluate(ctx context.Context, now time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	started := time.Now()
	now = now.Truncate(time.Millisecond)
	if !now.After(e.last) {
		now = e.last.Add(time.Millisecond) // the clock was set back: time only goes on here
	}
	e.last = now
	t := now.UnixMilli()

	var errs []error
	families, err := e.gatherer.Gather()
	if err != nil {
		errs = append(errs, fmt.Errorf("gathering metrics: %w", err))
	}
	if len(families) > 0 || err == nil {
		// A collector that fails leaves the others' families usable. With nothing at all, the last values stay
		// current for PromQL's lookback, so that one failed scrape resolves no alert.
		e.window.scrape(families, t)
		e.window.finish(t)
	}
	counts := map[state]int{}
	for _, g := range e.groups {
		due := now.Sub(g.last) >= g.interval
		if due {
			g.last = now
		}
		for _, r := range g.rules {
			if due {
				if err := e.rule(ctx, r, now); err != nil {
					errs = append(errs, fmt.Errorf("group %s, rule %s: %w", g.name, r.name, err))
				}
			}
			for _, a := range r.active {
				counts[a.state]++
			}
		}
	}
	e.metrics.failures.Add(float64(len(errs)))
	e.metrics.alerts.WithLabelValues("pending").Set(float64(counts[pending]))
	e.metrics.alerts.WithLabelValues("firing").Set(float64(counts[firing]))
	e.metrics.series.Set(float64(e.window.count))
	e.metrics.duration.Observe(time.Since(started).Seconds())
	return errors.Join(errs...)
}

func (e *Evaluator) query(ctx context.Context, expression string, now time.Time) (promql.Vector, error) {
	q, err := e.engine.NewInstantQuery(ctx, e.window, nil, expression, now)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	result := q.Exec(ctx)
	if result.Err != nil {
		return nil, result.Err
	}
	switch v := result.Value.(type) {
	case promql.Vector:
		return v, nil
	case promql.Scalar:
		return promql.Vector{{T: v.T, F: v.V, Metric: labels.EmptyLabels()}}, nil
	default:
		return nil, errors.New("the result is neither a vector nor a scalar")
	}
}

func (e *Evaluator) rule(ctx context.Context, r *rule, now time.Time) error {
	result, err := e.query(ctx, r.query, now)
	if err != nil {
		return err
	}
	if r.record != "" {
		return e.record(r, result, now)
	}
	found, err := e.found(ctx, r, result, now)
	if err != nil {
		return err
	}
	for key, a := range found {
		if old, ok := r.active[key]; ok {
			old.annotations = a.annotations
			old.goneAt = time.Time{}
			continue
		}
		r.active[key] = a
	}
	for key, a := range r.active {
		if _, ok := found[key]; !ok {
			if a.state == pending {
				delete(r.active, key)
				continue
			}
			if a.goneAt.IsZero() {
				a.goneAt = now
			}
			if now.Sub(a.goneAt) >= r.keepFiring {
				delete(r.active, key)
				e.note(a, now)
				continue
			}
		}
		if a.state == pending && now.Sub(a.activeAt) >= r.hold {
			a.state, a.firedAt = firing, now
		}
		if a.state == firing {
			e.note(a, time.Time{})
		}
	}
	return nil
}

// found makes the alerts that the expression returns now, as new ones.
func (e *Evaluator) found(ctx context.Context, r *rule, result promql.Vector, now time.Time) (map[string]*alert, error) {
	x := expander{rule: r.name, now: now, external: e.external, query: e.query}
	found := make(map[string]*alert, len(result))
	builder := labels.NewBuilder(labels.EmptyLabels())
	scratch := labels.NewScratchBuilder(len(r.annotations))
	var key []byte
	var broken error
	for _, s := range result {
		builder.Reset(s.Metric)
		builder.Del(model.MetricNameLabel)
		for _, t := range r.labels {
			v, err := x.expand(ctx, t, s)
			broken = errors.Join(broken, err)
			builder.Set(t.name, v)
		}
		builder.Set(labels.AlertName, r.name)
		scratch.Reset()
		for _, t := range r.annotations {
			v, err := x.expand(ctx, t, s)
			broken = errors.Join(broken, err)
			scratch.Add(t.name, v)
		}
		a := &alert{labels: builder.Labels(), annotations: scratch.Labels(), activeAt: now}
		key = a.labels.Bytes(key)
		if found[string(key)] != nil {
			return nil, errDuplicate
		}
		found[string(key)] = a
	}
	if broken != nil {
		e.logger.Warn("expanding alert templates", "rule", r.name, "error", broken)
	}
	return found, nil
}

func (e *Evaluator) record(r *rule, result promql.Vector, now time.Time) error {
	t := now.UnixMilli()
	builder := labels.NewBuilder(labels.EmptyLabels())
	seen := map[string]bool{}
	for _, s := range result {
		builder.Reset(s.Metric)
		builder.Set(model.MetricNameLabel, r.record)
		for _, l := range r.labels {
			builder.Set(l.name, l.source) // a recording rule's labels are not templates
		}
		l := builder.Labels()
		key := string(l.Bytes(nil))
		if seen[key] {
			return errDuplicate
		}
		seen[key] = true
		e.window.put(l, s.F, t)
	}
	return nil
}

// Firing returns the alerts that fire, in no order.
func (e *Evaluator) Firing() []Alert {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []Alert
	for _, g := range e.groups {
		for _, r := range g.rules {
			for _, a := range r.active {
				if a.state == firing {
					all = append(all, Alert{Labels: a.labels.Map(), Annotations: a.annotations.Map(), StartsAt: a.firedAt})
				}
			}
		}
	}
	return all
}

// Restore tells the evaluator, before its first evaluation, which alerts the receiver still takes as firing from before
// a restart. They go on under their old start; those whose condition is gone are resolved by the usual rules, instead
// of never. An alert of a rule that no longer exists is resolved at once.
func (e *Evaluator) Restore(alerts []Alert) {
	e.mu.Lock()
	defer e.mu.Unlock()
	byName := map[string]*rule{}
	for _, g := range e.groups {
		for _, r := range g.rules {
			if r.record == "" {
				byName[r.name] = r
			}
		}
	}
	for _, known := range alerts {
		a := &alert{
			labels:      labels.FromMap(known.Labels),
			annotations: labels.FromMap(known.Annotations),
			state:       firing,
			activeAt:    known.StartsAt,
			firedAt:     known.StartsAt,
		}
		r := byName[known.Labels[labels.AlertName]]
		if r == nil {
			e.note(a, e.clock())
			continue
		}
		r.active[string(a.labels.Bytes(nil))] = a
	}
}
