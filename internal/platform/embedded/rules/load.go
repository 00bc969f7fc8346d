package rules

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// lookback is how old a sample may be to count as the current value; Prometheus's default.
const lookback = 5 * time.Minute

// group is a sequence of rules that see each other's recorded series.
type group struct {
	name     string
	interval time.Duration // 0: every evaluation
	last     time.Time
	rules    []*rule
}

// rule is an alerting rule, or a recording rule when record is not empty.
type rule struct {
	name        string
	record      string
	query       string
	hold        time.Duration // for
	keepFiring  time.Duration
	labels      []text
	annotations []text
	active      map[string]*alert // by the bytes of its labels
}

// load reads every *.yml in the root of files, in the order of their names, and says how long samples of which metric
// must be kept for the rules; "" stands for every metric.
func load(files fs.FS, retention time.Duration) ([]*group, map[string]time.Duration, error) {
	names, err := fs.Glob(files, "*.yml")
	if err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		return nil, nil, errors.New("no rule files (*.yml)")
	}
	var groups []*group
	keep := map[string]time.Duration{}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, nil, fmt.Errorf("rule file %s: %w", name, err)
		}
		parsed, errs := rulefmt.Parse(content, false, model.LegacyValidation)
		if len(errs) > 0 {
			return nil, nil, fmt.Errorf("rule file %s: %w", name, errors.Join(errs...))
		}
		for _, g := range parsed.Groups {
			read, err := readGroup(g, keep, retention)
			if err != nil {
				return nil, nil, fmt.Errorf("rule file %s: group %s: %w", name, g.Name, err)
			}
			groups = append(groups, read)
		}
	}
	return groups, keep, nil
}

func readGroup(g rulefmt.RuleGroup, keep map[string]time.Duration, retention time.Duration) (*group, error) {
	switch {
	case g.QueryOffset != nil:
		return nil, errors.New("query_offset is not supported by the embedded evaluator")
	case g.Limit != 0:
		return nil, errors.New("limit is not supported by the embedded evaluator")
	}
	read := &group{name: g.Name, interval: time.Duration(g.Interval)}
	for _, r := range g.Rules {
		name := r.Alert + r.Record
		if err := lookBack(r.Expr, keep, retention); err != nil {
			return nil, fmt.Errorf("rule %s: %w", name, err)
		}
		ruleLabels := maps.Clone(g.Labels)
		if ruleLabels == nil {
			ruleLabels = map[string]string{}
		}
		maps.Copy(ruleLabels, r.Labels)
		read.rules = append(read.rules, &rule{
			name:        name,
			record:      r.Record,
			query:       r.Expr,
			hold:        time.Duration(r.For),
			keepFiring:  time.Duration(r.KeepFiringFor),
			labels:      texts(ruleLabels),
			annotations: texts(r.Annotations),
			active:      map[string]*alert{},
		})
	}
	return read, nil
}

func texts(m map[string]string) []text {
	var all []text
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, newText(name, m[name]))
	}
	return all
}

// lookBack raises keep to what the expression needs.
func lookBack(query string, keep map[string]time.Duration, retention time.Duration) error {
	expr, err := parser.ParseExpr(query)
	if err != nil {
		return err
	}
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		need := lookback
		for _, above := range path {
			switch n := above.(type) {
			case *parser.MatrixSelector:
				need += n.Range
			case *parser.SubqueryExpr:
				need += n.Range + max(n.OriginalOffset, 0)
			}
		}
		need += max(selector.OriginalOffset, 0)
		if selector.Timestamp != nil || need > retention+lookback {
			err = errors.Join(err, fmt.Errorf("it looks back more than rules.retention (%s): raise that, or write the rule over a metric that holds the past value", retention))
			return nil
		}
		name := metricName(selector)
		keep[name] = max(keep[name], need)
		return nil
	})
	return err
}

// metricName is the one metric a selector can select from, or "" when there may be several.
func metricName(s *parser.VectorSelector) string {
	for _, m := range s.LabelMatchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return ""
}
