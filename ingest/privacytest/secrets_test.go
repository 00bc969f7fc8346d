package privacytest

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"testing"
	"unicode/utf8"

	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
)

// secrets finds what may not come out in the clear. A text is looked up by its first eight bytes at every place, so that
// gigabytes can be searched for thousands of texts.
type secrets struct {
	kinds map[string]string   // by text: what it is
	heads map[uint64][]string // texts of eight bytes and more
	count map[string]int      // texts by kind
}

// personal fields, by the kind of what they hold. Names are personal in registrations only: elsewhere they are firms'.
var (
	personal = regexp.MustCompile(`"(id_number|legal_person_id|phone|bank_account|payee_account|account_id|legal_person)"\s*:\s*"([^"\\]+)"`)
	account  = regexp.MustCompile(`"account"\s*:\s*\{\s*"id"\s*:\s*"([^"\\]+)"`)
	called   = regexp.MustCompile(`"name"\s*:\s*"([^"\\]+)"`)
)

func newSecrets() *secrets {
	return &secrets{kinds: map[string]string{}, heads: map[uint64][]string{}, count: map[string]int{}}
}

// learn takes what is personal from a message, broken or not.
func (s *secrets) learn(r ingesttest.Record) {
	for _, m := range personal.FindAllSubmatch(r.Value, -1) {
		s.add(string(m[1]), string(m[2]))
	}
	for _, m := range account.FindAllSubmatch(r.Value, -1) {
		s.add("account_id", string(m[1]))
	}
	if r.Topic == record.TopicWorkers {
		for _, m := range called.FindAllSubmatch(r.Value, -1) {
			s.add("name", string(m[1]))
		}
	}
}

// add takes a text. Of two characters a name may stand in a firm's or a place's by chance: it is looked for as a whole
// field, between quotes, as the tables' rows are read back.
func (s *secrets) add(kind, text string) {
	if (kind == "name" || kind == "legal_person") && utf8.RuneCountInString(text) <= 2 {
		text = `"` + text + `"`
	}
	if len(text) < 8 || s.kinds[text] != "" {
		return
	}
	s.kinds[text] = kind
	s.count[kind]++
	head := binary.LittleEndian.Uint64([]byte(text))
	s.heads[head] = append(s.heads[head], text)
}

// in returns a text that stands in b and what it is, or nothing. A number of few digits does not count inside a longer
// row of digits: there it is chance.
func (s *secrets) in(b []byte) (text, kind string) {
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

// absent fails the test if a secret stands in b; the message names the kind and the place, and the text, which is invented.
func (s *secrets) absent(t *testing.T, where string, b []byte) {
	t.Helper()
	if text, kind := s.in(b); kind != "" {
		t.Errorf("%s holds a %s in the clear: %s", where, kind, text)
	}
}

func TestSecretsAreFoundWhereTheyStand(t *testing.T) {
	s := newSecrets()
	s.learn(ingesttest.Record{Topic: record.TopicWorkers, Value: []byte(`{"id_number":"522601199810192213","name":"吴娜","phone":"13845733420","bank_account":"623933506349220423`)})
	s.learn(ingesttest.Record{Topic: record.TopicEmployers, Value: []byte(`{"name":"演示企业","legal_person":"王秀英"}`)})
	for text, want := range map[string]string{
		"id=522601199810192213.":   "id_number",
		"x522601199810192213":      "id_number",
		"tel 13845733420":          "phone",
		"913845733420":             "",
		`["P-1","吴娜",3]`:           "name",
		`["吴娜建设"]`:                 "",
		"the owner is 王秀英":         "legal_person",
		"演示企业":                     "",
		"623933506349220423":       "",
		"52260119981019 522601199": "",
	} {
		if _, got := s.in([]byte(text)); got != want {
			t.Errorf("in %q a %q was found, want %q", text, got, want)
		}
	}
}
