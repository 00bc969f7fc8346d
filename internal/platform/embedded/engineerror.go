package embedded

import (
	"regexp"
	"strconv"
)

// Codes of ClickHouse that the engine itself gives or looks for.
const (
	codeUnknownTable     = 60
	codeSyntaxError      = 62
	codeUnknownDatabase  = 81
	codeTimeout          = 159
	codeQueryCancelled   = 394
	codeAuthentication   = 516
	codeNotImplemented   = 48
	codeCannotParseInput = 27
)

// engineError is an exception of ClickHouse with its code.
type engineError struct {
	code int
	text string
}

func (e *engineError) Error() string { return e.text }

var engineErrorCode = regexp.MustCompile(`^Code: (\d+)\.`)

func parseEngineError(text string) error {
	e := &engineError{code: 1002, text: text} // 1002: UNKNOWN_EXCEPTION
	if m := engineErrorCode.FindStringSubmatch(text); m != nil {
		e.code, _ = strconv.Atoi(m[1])
	}
	return e
}
