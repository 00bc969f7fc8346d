package record

import (
	"encoding/hex"
	"unicode/utf8"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/uscc"
)

// Codes of places and firms, papers and accounts. Those of papers and accounts return views that must be hashed, never stored.

// township returns the first 9 digits of a division code.
func (d *Decoder) township(f int) string {
	if !d.given(f) {
		return ""
	}
	b, ok := d.str(f, wantTownship)
	if !ok {
		return ""
	}
	if len(b) != 9 && len(b) != 12 || skipDigits(b, 0) != len(b) {
		d.fail(f, BadValue, wantTownship)
		return ""
	}
	return d.string(b[:9])
}

func (d *Decoder) uscc(f int) string {
	if !d.given(f) {
		return ""
	}
	return d.aUSCC(f)
}

func (d *Decoder) optUSCC(f int) string {
	if !d.offered(f) {
		return ""
	}
	return d.aUSCC(f)
}

func (d *Decoder) aUSCC(f int) string {
	b, ok := d.str(f, wantUSCC)
	if !ok {
		return ""
	}
	if why := checkUSCC(b); why != "" {
		d.failCode(f, why, wantUSCC)
		return ""
	}
	return d.string(b)
}

func (d *Decoder) failCode(f int, why Reason, want string) {
	if why == BadChecksum {
		want = "the check character that belongs to the other 17"
	}
	d.fail(f, why, want)
}

// checkUSCC returns "" for a valid unified social credit code, BadValue for another shape and BadChecksum for a wrong
// check character (GB 32100-2015, annex).
func checkUSCC(b []byte) Reason {
	shape, character := uscc.Check(b)
	switch {
	case !shape:
		return BadValue
	case !character:
		return BadChecksum
	}
	return ""
}

// ValidUSCC says whether s is a unified social credit code with the right check character.
func ValidUSCC(s string) bool { return uscc.Valid(s) }

// checkResident returns "" for a valid resident identity number, BadChecksum for a wrong check character
// (GB 11643-1999, ISO 7064 MOD 11-2) and BadValue for another shape or a birth date that no calendar has.
func checkResident(b []byte) Reason {
	if !residentShape(b) {
		return BadValue
	}
	sum := 0
	for i, w := range residentWeight {
		sum += int(b[i]-'0') * w
	}
	last := b[17]
	if last == 'x' {
		last = 'X'
	}
	if "10X98765432"[sum%11] != last {
		return BadChecksum
	}
	birth := [10]byte{b[6], b[7], b[8], b[9], '-', b[10], b[11], '-', b[12], b[13]}
	if _, err := civil.ParseDate(birth[:]); err != nil {
		return BadValue
	}
	return ""
}

func residentShape(b []byte) bool {
	return len(b) == 18 && skipDigits(b, 0) >= 17 && (b[17]-'0' <= 9 || b[17]|0x20 == 'x')
}

// ValidResident says whether s is a resident identity number with the right check character and a birth date.
func ValidResident(s string) bool { return checkResident([]byte(s)) == "" }

func (d *Decoder) paper(fType, fNumber int) (idType string, idNumber []byte) {
	idType = d.enum(fType, idTypes)
	if !d.given(fNumber) {
		return "", nil
	}
	b, ok := d.str(fNumber, wantPaper)
	if !ok {
		return "", nil
	}
	if idType == resident {
		if why := checkResident(b); why != "" {
			d.failCode(fNumber, why, wantResident)
		}
	} else if len(b) == 0 || utf8.RuneCount(b) > maxPaper || hasControl(b) || !paperWritten(d.plain(b)) {
		d.fail(fNumber, BadValue, wantPaper)
	}
	return idType, b
}

func (d *Decoder) account(f int) []byte {
	if !d.given(f) {
		return nil
	}
	b := d.line(f, 1, maxAccountNo)
	if b != nil {
		if plain := d.plain(b); len(plain) == 0 || mangled(plain) {
			d.fail(f, BadValue, wantAccount)
		}
	}
	return b
}

// plain is the plain spelling of a paper or an account, valid until the next.
func (d *Decoder) plain(b []byte) []byte {
	if allDigits(b) { // as nearly all are
		return b
	}
	d.spelled = plainSpelling(d.spelled[:0], b)
	return d.spelled
}

func (d *Decoder) optAccount(f int) []byte {
	if !d.offered(f) {
		return nil
	}
	b := d.line(f, 0, maxAccountNo)
	if mangled(d.plain(b)) {
		d.fail(f, BadValue, wantAccount)
	}
	return b
}

// optKey returns a key that was read off Anxin's own pages; zero for none.
func (d *Decoder) optKey(f int) (k Key) {
	if !d.offered(f) {
		return Key{}
	}
	b, ok := d.str(f, wantKey)
	if !ok {
		return Key{}
	}
	if len(b) != hex.EncodedLen(len(k)) {
		d.fail(f, BadValue, wantKey)
		return Key{}
	}
	if _, err := hex.Decode(k[:], b); err != nil || k.IsZero() {
		d.fail(f, BadValue, wantKey)
		return Key{}
	}
	return k
}

var residentWeight = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

var idTypes = enum{"resident", "hk_macau", "taiwan", "foreign"}

const (
	resident     = "resident"
	hkMacau      = "hk_macau"
	maxPaper     = 64
	wantPaper    = "an identity number, 1 to 64 characters, of letters and digits"
	wantAccount  = "an account number, 1 to 64 characters, with all its digits as the bank writes them"
	maxAccountNo = 64
)
