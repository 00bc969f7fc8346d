package rules

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
)

// text is the template of a label or an annotation.
type text struct {
	name   string
	source string
	// parts is set when the template only quotes labels. Such templates are filled in directly, because Prometheus's
	// expander parses its text anew each time: 25 µs, a dozen times an alert, for thousands of alerts at each
	// evaluation. The tests hold both ways to the same results.
	parts []part
}

// part is a label's name, or else literal text.
type part struct {
	label   string
	literal string
}

var (
	action    = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	quoteOnly = regexp.MustCompile(`^\{\{\s*\$labels\.([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}$`)
)

func newText(name, source string) text {
	t := text{name: name, source: source}
	at := 0
	for _, span := range action.FindAllStringIndex(source, -1) {
		label := quoteOnly.FindStringSubmatch(source[span[0]:span[1]])
		if label == nil {
			t.parts = nil
			return t
		}
		t.parts = append(t.parts, part{literal: source[at:span[0]]}, part{label: label[1]})
		at = span[1]
	}
	if strings.Contains(source[at:], "{{") {
		t.parts = nil
		return t // broken: Prometheus's expander says how
	}
	t.parts = append(t.parts, part{literal: source[at:]})
	return t
}

// expander fills templates for one rule at one time.
type expander struct {
	rule     string
	now      time.Time
	query    template.QueryFunc
	external *url.URL
}

// prelude is what Prometheus puts before every alert template.
const prelude = `{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}`

func (x expander) expand(ctx context.Context, t text, s promql.Sample) (string, error) {
	if t.parts != nil {
		var b strings.Builder
		for _, p := range t.parts {
			if p.label != "" {
				b.WriteString(s.Metric.Get(p.label))
			} else {
				b.WriteString(p.literal)
			}
		}
		return b.String(), nil
	}
	data := template.AlertTemplateData(s.Metric.Map(), nil, x.external.String(), s)
	out, err := template.NewTemplateExpander(ctx, prelude+t.source, "__alert_"+x.rule, data,
		model.TimeFromUnixNano(x.now.UnixNano()), x.query, x.external, nil).Expand()
	if err != nil {
		// As Prometheus does: an alert with a broken text is better than none.
		return fmt.Sprintf("<error expanding template: %s>", err), err
	}
	return out, nil
}
