package produce

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/record"
)

func TestCharactersOfGB18030sUsersAreDecoded(t *testing.T) {
	for _, c := range []struct {
		bytes string
		want  rune
	}{
		// The corners of the standard's areas, and how iconv decodes the others.
		{"\xAA\xA1", 0xE000}, {"\xAF\xFE", 0xE233}, {"\xF8\xA1", 0xE234}, {"\xFE\xFE", 0xE4C5}, {"\xA1\x40", 0xE4C6},
		{"\xA1\x7E", 0xE504}, {"\xA1\x80", 0xE505}, {"\xA2\x40", 0xE526}, {"\xA7\xA0", 0xE765}, {"\xA2\xAB", 0xE766}, {"\xA6\xD9", 0xFE10},
		{"\xA9\xFE", 0xE80F}, {"\xD7\xFE", 0xE814}, {"\xFE\x59", 0x9FB4}, {"\xFE\x51", 0x20087}, {"\xFE\xA0", 0x9FBB}, {"\xA8\xBC", 0x1E3F},
	} {
		if got := notation.OwnCharacter(c.bytes[0], c.bytes[1]); got != c.want {
			t.Errorf("%x is %U, want %U", c.bytes, got, c.want)
		}
	}
	// Every pair of GB18030 is one character, and no two pairs are the same.
	seen := map[rune]string{}
	decode := simplifiedchinese.GB18030.NewDecoder()
	for a := 0x81; a <= 0xFE; a++ {
		for b := 0x40; b <= 0xFE; b++ {
			pair := []byte{byte(a), byte(b)}
			text, ok := notation.DecodeOwn(nil, pair, decode)
			if b == 0x7F {
				if ok {
					t.Errorf("%x is taken", pair)
				}
				continue
			}
			r := []rune(string(text))
			if !ok || len(r) != 1 {
				t.Fatalf("%x is not decoded", pair)
			}
			if seen[r[0]] != "" && string(pair) != "\xA3\xA0" { // which the library takes for a blank, as browsers do
				t.Errorf("%x and %x are both %U", pair, seen[r[0]], r[0])
			}
			seen[r[0]] = string(pair)
		}
	}
}

func TestARowWithARareNameIsReadAndOneThatIsNoGB18030IsNot(t *testing.T) {
	m := mapping(t, mini("encoding: gb18030", "  id: id\n  yuan: y\n  counterparty: c"))
	text := "id,y,c\n1,2,\xD6\xA3\xFE\x59\n2,3,\xAA\xA1|\x81\x30\x81\x30\n3,4,\xAA\n4,5,\xFF\xFF\n5,6,\x81\x30\n6,7,\xAA\x7F\n"
	s := Source{Path: write(t, "f.csv", text), Topic: m.Topic, Mapping: m}
	got := all(t, s)
	if len(got) != 6 || !strings.Contains(string(got[0].Value), `"counterparty":"郑龴"`) || !strings.Contains(string(got[1].Value), "\"counterparty\":\"\uE000|\u0080\"") {
		t.Errorf("%d records: %s", len(got), got[0].Value)
	}
	for _, one := range got[2:] {
		if len(one.Problems) != 1 || !strings.Contains(one.Problems[0].Error(), "is not GB18030") {
			t.Errorf("line %d: %v", one.Line, one.Problems)
		}
	}
	report, err := s.Check(t.Context(), record.Rules{}, testNow, nil)
	if err != nil || report.Rejected != 5 { // a control character is none of the contract's text
		t.Errorf("the dry run says %+v (%v)", report, err)
	}
}
