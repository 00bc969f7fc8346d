package produce

import (
	"bytes"
	"encoding/json"

	"github.com/anxin-project/anxin/ingest/record"
)

// maxKey is far above the longest id: a longer one is that of no record, which needs no place in an order.
const maxKey = 256

// keyedByID says whether the key of a topic's records is their own id: those of the registries, and permits, which may not know
// their project from the first.
func keyedByID(t record.Topic) bool {
	return t == record.TopicProjects || t == record.TopicEmployers || t == record.TopicPermits
}

// Key returns the key of a record: its project, else its employer; empty when it shows neither. It looks no further than
// it must and does not check the record, which ingest does.
func Key(topic record.Topic, value []byte) []byte {
	first, second := "project_id", "employer_uscc"
	if keyedByID(topic) {
		first, second = "id", ""
	}
	var otherwise []byte
	for p := 0; ; {
		name, text, next := member(value, p)
		switch {
		case next < 0:
			return otherwise
		case len(text) == 0 || len(text) > maxKey:
		case string(name) == first:
			return text
		case string(name) == second && otherwise == nil:
			otherwise = text
		}
		p = next
	}
}

// member returns the member of an object behind p, from 0, and the position behind it; next is negative at the end. The
// text is empty for values that are not strings.
func member(v []byte, p int) (name, text []byte, next int) {
	p = skipTo(v, p)
	if p >= len(v) || v[p] != '{' && v[p] != ',' {
		return nil, nil, -1
	}
	if p = skipTo(v, p+1); p >= len(v) || v[p] != '"' {
		return nil, nil, -1
	}
	if name, p = quotedText(v, p); p < 0 {
		return nil, nil, -1
	}
	if p = skipTo(v, p); p >= len(v) || v[p] != ':' {
		return nil, nil, -1
	}
	if p = skipTo(v, p+1); p < len(v) && v[p] == '"' {
		if text, p = quotedText(v, p); p < 0 {
			return nil, nil, -1
		}
		return name, text, p
	}
	for depth := 0; p < len(v); p++ {
		switch v[p] {
		case '"':
			if _, p = quotedText(v, p); p < 0 {
				return nil, nil, -1
			}
			p--
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return name, nil, p
			}
			depth--
		case ',':
			if depth == 0 {
				return name, nil, p
			}
		}
	}
	return nil, nil, -1
}

func skipTo(v []byte, p int) int {
	for p < len(v) && (v[p] == ' ' || v[p] == '\t' || v[p] == '\r' || v[p] == '\n') {
		p++
	}
	return p
}

// quotedText reads the string whose quote is at p.
func quotedText(v []byte, p int) ([]byte, int) {
	from := p + 1
	for p = from; ; {
		n := bytes.IndexByte(v[p:], '"')
		if n < 0 {
			return nil, -1
		}
		p += n
		slashes := 0
		for p-slashes > from && v[p-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			break
		}
		p++
	}
	text := v[from:p]
	if bytes.IndexByte(text, '\\') >= 0 {
		var s string
		if json.Unmarshal(v[from-1:p+1], &s) != nil {
			return nil, p + 1
		}
		text = []byte(s)
	}
	return text, p + 1
}
