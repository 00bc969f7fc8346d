package leadfile

import "strings"

// CodeAlphabet is the spelling of receipt codes and of sites' codes: Crockford's base 32, which has no I, L, O and U.
const CodeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Lengths of codes in characters, five bits each. Whoever tries a thousand receipt codes a second finds one of a million leads in
// nineteen years on average; the public pages allow far fewer. Nobody finds sites by trying either.
const (
	ReceiptLength  = 12
	SiteCodeLength = 10
)

// PlainCode undoes what people do to a code when they copy it: case, full width, hyphens and spaces, and the letters that look like
// digits. It is false for what cannot be a code of so many characters.
func PlainCode(typed string, length int) (string, bool) {
	if len(typed) > 64 {
		return "", false
	}
	code := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			r = '0' + r - '０'
		case r >= 'Ａ' && r <= 'Ｚ':
			r = 'A' + r - 'Ａ'
		case strings.ContainsRune("- 　－—", r):
			return -1
		}
		switch r {
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		if !strings.ContainsRune(CodeAlphabet, r) {
			return '?'
		}
		return r
	}, strings.ToUpper(typed))
	return code, len(code) == length && !strings.Contains(code, "?")
}

// SpacedCode writes a code in groups, as people read it: a receipt code in fours, a site's in fives.
func SpacedCode(code string) string {
	group := 4
	if len(code) == SiteCodeLength {
		group = 5
	}
	var groups []string
	for len(code) > group {
		groups, code = append(groups, code[:group]), code[group:]
	}
	return strings.Join(append(groups, code), "-")
}
