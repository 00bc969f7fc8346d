package store

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Params are the values of query parameters ({name:Type} in SQL): dates, times, numbers, texts and lists of texts.
type Params map[string]any

var placeholder = regexp.MustCompile(`\{([A-Za-z_][A-Za-z0-9_]*):`)

// Placeholders returns the names of the parameters that a query takes.
func Placeholders(query string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(query, -1) {
		names = append(names, m[1])
	}
	return names
}

// With returns p with other's values added.
func (p Params) With(other Params) Params {
	all := maps.Clone(p)
	maps.Copy(all, other)
	return all
}

// Context returns a context that carries the parameters a query takes; one that is missing is an error, one that the
// query does not take is left out.
func (p Params) Context(ctx context.Context, query string) (context.Context, error) {
	values := clickhouse.Parameters{}
	for _, name := range Placeholders(query) {
		v, ok := p[name]
		if !ok {
			return nil, fmt.Errorf("the query takes a parameter %s that nothing sets", name)
		}
		text, err := literal(v)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		values[name] = text
	}
	if len(values) == 0 {
		return ctx, nil
	}
	return clickhouse.Context(ctx, clickhouse.WithParameters(values)), nil
}

// escaped writes a text as ClickHouse reads parameters, over HTTP and the native protocol alike: like a field of TSV.
var escaped = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`)

func literal(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return escaped.Replace(v), nil
	case civil.Date:
		return v.String(), nil
	case civil.Month:
		return v.First().String(), nil
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.000"), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case bool:
		return strconv.FormatBool(v), nil
	case []string:
		quoted := make([]string, len(v))
		for i, s := range v {
			quoted[i] = "'" + strings.ReplaceAll(escaped.Replace(s), "'", `\'`) + "'"
		}
		return "[" + strings.Join(quoted, ",") + "]", nil
	}
	return "", fmt.Errorf("a %T cannot be a query parameter", v)
}
