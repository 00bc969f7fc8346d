// Package logs keeps out of the service's log what people typed. Errors of HTTP clients quote whole addresses, and those hold what
// was searched for: a query of the store carries it as a parameter, and a page's address as its search.
package logs

import (
	"log/slog"
	"regexp"
)

// addressed is an address or path with a query, up to what ends it in an error.
var addressed = regexp.MustCompile(`((?:https?://|/)[^\s"'?]*)\?[^\s"']+`)

// Clean cuts the queries off the addresses in a text.
func Clean(text string) string { return addressed.ReplaceAllString(text, "$1?…") }

// Replace is for slog.HandlerOptions.ReplaceAttr: it cleans every text and error of a line.
func Replace(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(Clean(a.Value.String()))
	case slog.KindAny:
		if err, ok := a.Value.Any().(error); ok {
			a.Value = slog.StringValue(Clean(err.Error()))
		}
	}
	return a
}
