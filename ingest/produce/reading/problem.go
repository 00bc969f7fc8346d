package reading

import (
	"fmt"
	"strings"
)

// Problem says where in an input something cannot be read, and what is expected there. It never quotes what stands
// there, which may be personal data, so that it can be printed and logged as it is.
type Problem struct {
	Path   string
	Line   int64  // from 1; 0 for the file as a whole
	Column string // as the mapping calls it
	Field  string // of the contract
	Want   string
}

// Error returns "october.csv, line 17, column 实发金额 (paid_yuan): expected …".
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Path)
	if p.Line > 0 {
		fmt.Fprintf(&b, ", line %d", p.Line)
	}
	if p.Column != "" || p.Field != "" {
		b.WriteString(", " + p.Cell())
	}
	b.WriteString(": " + p.Want)
	return b.String()
}

func (p *Problem) Cell() string {
	switch {
	case p.Column == "":
		return p.Field
	case p.Field == "":
		return "column " + p.Column
	}
	return "column " + p.Column + " (" + p.Field + ")"
}
