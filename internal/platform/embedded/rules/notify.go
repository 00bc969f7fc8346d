package rules

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/anxin-project/anxin/internal/platform/backoff"
)

// groupKey is what notifications are grouped by: one subject, one notification. Alerts about the pipeline itself have
// no subject and share one group.
type groupKey struct{ scope, scopeID string }

// notification is what the receiver should know of one group.
type notification struct {
	alerts map[model.Fingerprint]notice
	sent   uint64 // signature of what the receiver has; 0 for nothing
	sentAt time.Time
}

// notice is one alert as it is sent. Of one alert only the latest episode is kept, so that a long outage of the
// receiver cannot pile them up.
type notice struct {
	labels, annotations labels.Labels
	startsAt, endsAt    time.Time // endsAt is zero while it fires
}

// note records an alert for sending; endsAt is zero while it fires. Called with mu held.
func (e *Evaluator) note(a *alert, endsAt time.Time) {
	key := groupKey{a.labels.Get("scope"), a.labels.Get("scope_id")}
	n := e.outbox[key]
	if n == nil {
		n = &notification{alerts: map[model.Fingerprint]notice{}}
		e.outbox[key] = n
	}
	n.alerts[fingerprint(a.labels)] = notice{a.labels, a.annotations, a.firedAt, endsAt}
}

// fingerprint is Alertmanager's: the same alert has the same one in both ways of running.
func fingerprint(l labels.Labels) model.Fingerprint {
	set := make(model.LabelSet, l.Len())
	l.Range(func(p labels.Label) { set[model.LabelName(p.Name)] = model.LabelValue(p.Value) })
	return set.Fingerprint()
}

// The body of Alertmanager's webhook, version 4.
type (
	body struct {
		Version           string            `json:"version"`
		GroupKey          string            `json:"groupKey"`
		TruncatedAlerts   uint64            `json:"truncatedAlerts"` // always 0: groups are small
		Status            string            `json:"status"`
		Receiver          string            `json:"receiver"`
		GroupLabels       map[string]string `json:"groupLabels"`
		CommonLabels      map[string]string `json:"commonLabels"`
		CommonAnnotations map[string]string `json:"commonAnnotations"`
		ExternalURL       string            `json:"externalURL"`
		Alerts            []bodyAlert       `json:"alerts"`
	}
	bodyAlert struct {
		Status       string            `json:"status"`
		Labels       map[string]string `json:"labels"`
		Annotations  map[string]string `json:"annotations"`
		StartsAt     time.Time         `json:"startsAt"`
		EndsAt       time.Time         `json:"endsAt"`       // year 1 while it fires
		GeneratorURL string            `json:"generatorURL"` // Anxin's own pages: the evaluator has none
		Fingerprint  string            `json:"fingerprint"`
	}
)

// due is one notification to be posted: a copy, so that the evaluator goes on meanwhile.
type due struct {
	key       groupKey
	alerts    map[model.Fingerprint]notice
	signature uint64
}

// parallel is how many posts are under way at once: a run may open a thousand cases, and the receiver stores what
// comes together in one go.
const parallel = 8

// deliver posts what has changed or must be repeated. After a failure of the receiver it begins no further post and
// then waits, longer each time; a notification that the receiver refuses as such does not hold up the others.
func (e *Evaluator) deliver(ctx context.Context, now time.Time) error {
	if e.config.WebhookURL == "" {
		return nil
	}
	e.sending.Lock()
	defer e.sending.Unlock()
	if now.Before(e.retryAt) {
		return nil
	}
	all := e.due(now)
	var (
		wg       sync.WaitGroup
		mu       sync.Mutex // guards what follows
		next     int
		answered bool
		failure  error
	)
	take := func() (due, bool) {
		mu.Lock()
		defer mu.Unlock()
		if failure != nil || next == len(all) {
			return due{}, false
		}
		next++
		return all[next-1], true
	}
	for range min(parallel, len(all)) {
		wg.Go(func() {
			for d, ok := take(); ok; d, ok = take() {
				err := e.tell(ctx, d, now)
				mu.Lock()
				if err == nil {
					answered = true
				} else if failure == nil {
					failure = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if answered {
		e.failed, e.retryAt = 0, time.Time{}
	}
	if failure != nil {
		e.retryAt = now.Add(backoff.Doubling{First: e.config.MinBackoff, Most: e.config.MaxBackoff}.After(e.failed))
		e.failed++
	}
	return failure
}

// tell posts one notification; its error means that the receiver does not work, and that the notification must be sent again.
func (e *Evaluator) tell(ctx context.Context, d due, now time.Time) error {
	status, err := e.post(ctx, d)
	switch {
	case err == nil:
		e.metrics.posts.WithLabelValues("sent").Inc()
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		e.metrics.posts.WithLabelValues("refused").Inc()
		e.logger.Error("the webhook refuses a notification", "scope", d.key.scope, "scope_id", d.key.scopeID, "error", err)
	default:
		e.metrics.posts.WithLabelValues("failed").Inc()
		return err
	}
	e.sent(d, now)
	return nil
}

func (e *Evaluator) due(now time.Time) []due {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []due
	for key, n := range e.outbox {
		signature := n.signature()
		if signature == n.sent && now.Sub(n.sentAt) < e.config.RepeatInterval {
			continue
		}
		all = append(all, due{key, maps.Clone(n.alerts), signature})
	}
	slices.SortFunc(all, func(a, b due) int {
		return cmp.Or(cmp.Compare(a.key.scope, b.key.scope), cmp.Compare(a.key.scopeID, b.key.scopeID))
	})
	return all
}

// sent forgets what the receiver now knows to be resolved.
func (e *Evaluator) sent(d due, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := e.outbox[d.key]
	for fp, told := range d.alerts {
		if is := n.alerts[fp]; !is.endsAt.IsZero() && is.endsAt.Equal(told.endsAt) {
			delete(n.alerts, fp)
			delete(d.alerts, fp)
		}
	}
	if len(n.alerts) == 0 {
		delete(e.outbox, d.key)
		return
	}
	n.sent, n.sentAt = (&notification{alerts: d.alerts}).signature(), now
}

// signature changes when an alert comes, goes or starts anew; not with annotations, which may hold a moving value.
func (n *notification) signature() uint64 {
	h := fnv.New64a()
	for _, fp := range slices.Sorted(maps.Keys(n.alerts)) {
		a := n.alerts[fp]
		fmt.Fprint(h, fp, a.startsAt.UnixNano(), a.endsAt.UnixNano(), ";")
	}
	return h.Sum64()
}

func (e *Evaluator) body(d due) body {
	b := body{
		Version:     "4",
		Status:      "resolved",
		Receiver:    e.config.Receiver,
		GroupLabels: map[string]string{},
		ExternalURL: e.config.ExternalURL,
	}
	if d.key.scope != "" {
		b.GroupLabels["scope"] = d.key.scope
	}
	if d.key.scopeID != "" {
		b.GroupLabels["scope_id"] = d.key.scopeID
	}
	b.GroupKey = "{}:" + labels.FromMap(b.GroupLabels).String()
	for _, fp := range slices.Sorted(maps.Keys(d.alerts)) {
		n := d.alerts[fp]
		a := bodyAlert{
			Status:       "firing",
			Labels:       n.labels.Map(),
			Annotations:  n.annotations.Map(),
			StartsAt:     n.startsAt.UTC(),
			EndsAt:       n.endsAt.UTC(),
			GeneratorURL: e.config.ExternalURL,
			Fingerprint:  fp.String(),
		}
		if n.endsAt.IsZero() {
			b.Status = "firing"
		} else {
			a.Status = "resolved"
		}
		b.Alerts = append(b.Alerts, a)
		b.CommonLabels = common(b.CommonLabels, a.Labels)
		b.CommonAnnotations = common(b.CommonAnnotations, a.Annotations)
	}
	return b
}

// common keeps of all what next has too; all is nil before the first.
func common(all, next map[string]string) map[string]string {
	if all == nil {
		return maps.Clone(next)
	}
	maps.DeleteFunc(all, func(name, value string) bool { return next[name] != value })
	return all
}

// post returns the HTTP status, 0 when there was no answer, and an error unless it is 2xx.
func (e *Evaluator) post(ctx context.Context, d due) (int, error) {
	content, err := json.Marshal(e.body(d))
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.config.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.config.WebhookURL, bytes.NewReader(content))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	if e.config.WebhookToken != "" {
		request.Header.Set("Authorization", "Bearer "+e.config.WebhookToken)
	}
	response, err := e.client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("posting alerts: %w", err)
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, 512))
	if response.StatusCode/100 != 2 {
		return response.StatusCode, fmt.Errorf("posting alerts: %s: %s", response.Status, bytes.TrimSpace(answer))
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16)) // read to the end, so that the connection is used again
	return response.StatusCode, nil
}
