package alerts

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/api"
)

// notification is the body of Alertmanager's webhook, as far as it is used. Fields that are not named here may be there:
// Alertmanager adds some from time to time without a new version.
type notification struct {
	Version         string         `json:"version"`
	TruncatedAlerts uint64         `json:"truncatedAlerts"`
	Alerts          []webhookAlert `json:"alerts"`

	bad []error // why alerts were left out
}

type webhookAlert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
	Fingerprint string            `json:"fingerprint"`
}

// storeTimeout bounds what one request writes; Alertmanager itself waits for 10 seconds by default.
const storeTimeout = 30 * time.Second

// webhook takes Alertmanager's notifications, version 4. It answers 200 only after everything is in the case log, so
// what was not stored is sent again; it may be sent the same again, and in any order (see cases.Fold).
func (a *Alerts) webhook(w http.ResponseWriter, r *http.Request, _ caller) {
	outcome := stored
	defer func() { a.metrics.requests.WithLabelValues(outcome).Inc() }()

	if r.Method != http.MethodPost {
		outcome = wrongMethod
		api.RefuseMethod(w, http.MethodPost)
		return
	}
	if !a.tokenOf(r) && !a.certified(r) {
		outcome = unauthorized
		refuseToken(w)
		return
	}
	n, err := readNotification(http.MaxBytesReader(w, r.Body, a.config.MaxBody))
	if err != nil {
		if size := new(http.MaxBytesError); errors.As(err, &size) {
			outcome = tooLarge
			api.WriteProblem(w, http.StatusRequestEntityTooLarge, api.Problem{Code: api.TooLarge, Message: catalog.Text{
				ZH: fmt.Sprintf("通知超过 %d 字节：请分成较小的组", size.Limit), EN: fmt.Sprintf("the body is larger than %d bytes: group the alerts into smaller notifications", size.Limit)}})
			return
		}
		outcome = malformed
		api.WriteProblem(w, http.StatusBadRequest, badRequest("不是可用的通知："+err.Error(), err.Error()))
		return
	}

	var alerts []cases.Alert
	for _, one := range n.Alerts {
		if !cases.Opens(one.Labels) {
			continue
		}
		taken := cases.Alert{Fingerprint: one.Fingerprint, Labels: one.Labels, StartsAt: one.StartsAt}
		if one.Status == "resolved" {
			taken.EndsAt = one.EndsAt
		}
		alerts = append(alerts, taken)
	}
	told, err := a.cases.Deliver(r.Context(), alerts, a.findings.subject)
	if err != nil {
		outcome = unavailable
		a.logger.Error("storing a notification", "error", err)
		w.Header().Set("Retry-After", "10")
		api.WriteProblem(w, http.StatusServiceUnavailable, api.Problem{Code: api.Unavailable, Message: catalog.Text{
			ZH: "通知未能保存：请重发", EN: "the notification could not be stored: send it again"}})
		return
	}
	if n.TruncatedAlerts > 0 {
		outcome = truncated
		a.logger.Error("Alertmanager left alerts out of a notification: set max_alerts of this receiver to 0", "left_out", n.TruncatedAlerts)
	}
	if len(n.bad) > 0 {
		outcome = malformed
		a.logger.Error("alerts of a notification could not be taken; the others were", "refused", len(n.bad)) // not why: that may quote anything
		a.metrics.alerts.WithLabelValues("refused").Add(float64(len(n.bad)))
	}
	a.metrics.alerts.WithLabelValues("new").Add(float64(told))
	a.metrics.alerts.WithLabelValues("known").Add(float64(len(alerts) - told))
	a.metrics.alerts.WithLabelValues("no_case").Add(float64(len(n.Alerts) - len(alerts)))
	api.WriteJSON(w, http.StatusOK, map[string]int{"alerts": len(n.Alerts) + len(n.bad), "new": told, "no_case": len(n.Alerts) - len(alerts), "refused": len(n.bad)})
}

// readNotification reads and checks a body. Of several alerts those that cannot be taken are left out of it and told apart: one bad
// alert does not lose the good ones. One whose alerts are all bad is refused.
func readNotification(body io.Reader) (notification, error) {
	var n notification
	content, err := io.ReadAll(body)
	if err != nil {
		return n, fmt.Errorf("reading the body: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(content))
	if err := d.Decode(&n); err != nil {
		return n, fmt.Errorf("the body is not Alertmanager's webhook JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return n, errors.New("the body goes on after the JSON object: want one notification")
	}
	if n.Version != "4" {
		return n, fmt.Errorf("version is %q: want \"4\", as Alertmanager 0.6 and later send it", n.Version)
	}
	if len(n.Alerts) == 0 {
		return n, errors.New("alerts is empty: want at least one")
	}
	var good []webhookAlert
	for i, one := range n.Alerts {
		if err := one.check(); err != nil {
			n.bad = append(n.bad, fmt.Errorf("alerts[%d].%w", i, err))
			continue
		}
		good = append(good, one)
	}
	if len(good) == 0 {
		return n, n.bad[0]
	}
	n.Alerts = good
	return n, nil
}

// maxFingerprint is generous: Alertmanager's have 16 digits.
const maxFingerprint = 64

func (a webhookAlert) check() error {
	switch {
	case a.Status != "firing" && a.Status != "resolved":
		return fmt.Errorf("status is %q: want firing or resolved", a.Status)
	case a.Labels["alertname"] == "":
		return errors.New("labels: want alertname")
	case a.Fingerprint == "" || len(a.Fingerprint) > maxFingerprint:
		return fmt.Errorf("fingerprint has %d characters: want 1 to %d", len(a.Fingerprint), maxFingerprint)
	case !inRange(a.StartsAt):
		return fmt.Errorf("startsAt is %s: want when the alert began to fire", a.StartsAt.Format(time.RFC3339))
	case a.Status == "resolved" && (!inRange(a.EndsAt) || a.EndsAt.Before(a.StartsAt)):
		return fmt.Errorf("endsAt is %s: want, of a resolved alert, a time that is not before startsAt", a.EndsAt.Format(time.RFC3339))
	}
	return nil
}

// inRange reports whether a time is one that the log can hold exactly (nanoseconds since 1970 in an int64).
func inRange(t time.Time) bool { return t.Year() >= 1970 && t.Year() < 2262 }

// tokenOf compares in constant time, digests so that not even the length shows.
func (a *Alerts) tokenOf(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(a.config.Token))
	return a.config.Token != "" && subtle.ConstantTimeCompare(given[:], want[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// certified reports whether the request came over mutual TLS, by a client whose certificate has one of the names of
// alerts.client_names. The server has verified the certificate.
func (a *Alerts) certified(r *http.Request) bool {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return false
	}
	leaf := r.TLS.VerifiedChains[0][0]
	return slices.ContainsFunc(a.config.ClientNames, func(name string) bool {
		return leaf.Subject.CommonName == name || slices.Contains(leaf.DNSNames, name)
	})
}
