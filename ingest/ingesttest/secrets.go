package ingesttest

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/anxin-project/anxin/ingest/record"
)

// Secrets finds what may not come out in the clear. A text is looked up by its first eight bytes at every place, so that
// gigabytes can be searched for thousands of texts.
type Secrets struct {
	kinds map[string]string   // by text: what it is
	heads map[uint64][]string // texts of eight bytes and more
	// Count is how many texts are known, by kind.
	Count map[string]int
}

// personal fields, by the kind of what they hold. Names are personal in registrations only: elsewhere they are firms'.
var (
	personal = regexp.MustCompile(`"(id_number|legal_person_id|phone|bank_account|payee_account|account_id|legal_person)"\s*:\s*"([^"\\]+)"`)
	account  = regexp.MustCompile(`"account"\s*:\s*\{\s*"id"\s*:\s*"([^"\\]+)"`)
	called   = regexp.MustCompile(`"name"\s*:\s*"([^"\\]+)"`)
)

// NewSecrets knows nothing yet.
func NewSecrets() *Secrets {
	return &Secrets{kinds: map[string]string{}, heads: map[uint64][]string{}, Count: map[string]int{}}
}

// Learn takes what is personal from a message, broken or not.
func (s *Secrets) Learn(r Record) {
	for _, m := range personal.FindAllSubmatch(r.Value, -1) {
		s.Add(string(m[1]), string(m[2]))
	}
	for _, m := range account.FindAllSubmatch(r.Value, -1) {
		s.Add("account_id", string(m[1]))
	}
	if r.Topic == record.TopicWorkers {
		for _, m := range called.FindAllSubmatch(r.Value, -1) {
			s.Add("name", string(m[1]))
		}
	}
}

// Add takes a text, as it is and in small and capital letters. Of two characters a name may stand in a firm's or a place's
// by chance: it is looked for as a whole field, between quotes, as the tables' rows are read back.
func (s *Secrets) Add(kind, text string) {
	if (kind == "name" || kind == "legal_person") && utf8.RuneCountInString(text) <= 2 {
		text = `"` + text + `"`
	}
	if len(text) < 8 || s.kinds[text] != "" {
		return
	}
	s.Count[kind]++
	for _, text := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		if s.kinds[text] != "" {
			continue
		}
		s.kinds[text] = kind
		head := binary.LittleEndian.Uint64([]byte(text))
		s.heads[head] = append(s.heads[head], text)
	}
}

// In returns a text that stands in b and what it is, or nothing. A number of few digits does not count inside a longer
// row of digits: there it is chance.
func (s *Secrets) In(b []byte) (text, kind string) {
	for i := 0; i+8 <= len(b); i++ {
		for _, text := range s.heads[binary.LittleEndian.Uint64(b[i:])] {
			if !bytes.HasPrefix(b[i:], []byte(text)) {
				continue
			}
			end := i + len(text)
			if len(text) < 15 && (digit(b, i) && digit(b, i-1) || digit(b, end-1) && digit(b, end)) {
				continue
			}
			return text, s.kinds[text]
		}
	}
	return "", ""
}

func digit(b []byte, i int) bool { return i >= 0 && i < len(b) && b[i]-'0' <= 9 }

// Absent fails the test if a secret stands in b; the message names the kind and the place, and the text, which is invented.
func (s *Secrets) Absent(t *testing.T, where string, b []byte) {
	t.Helper()
	if text, kind := s.In(b); kind != "" {
		t.Errorf("%s holds a %s in the clear: %s", where, kind, text)
	}
}
