package record

import (
	"strings"
)

// The readers below take the field's index in the schema, note a fault with fail and then return the zero value.
// Those named opt… accept an absent or null field.

// given says whether a field that must be there is, once.
func (d *Decoder) given(f int) bool {
	switch t := &d.tok[f]; {
	case t.kind == absent || t.kind == null:
		d.fail(f, MissingField, "a value")
		return false
	case t.twice:
		d.fail(f, BadValue, "the field once")
	}
	return true
}

// offered says whether an optional field is there.
func (d *Decoder) offered(f int) bool {
	if d.tok[f].twice {
		d.fail(f, BadValue, "the field once")
	}
	return d.tok[f].kind > null
}

func (d *Decoder) raw(f int) []byte { return d.value[d.tok[f].from:d.tok[f].to] }

// str returns the text of a field that is there; want says what the text should be.
func (d *Decoder) str(f int, want string) ([]byte, bool) {
	t := &d.tok[f]
	if t.kind != text {
		d.fail(f, BadType, want+", as a string")
		return nil, false
	}
	b := d.value[t.from:t.to]
	if t.escaped {
		var ok bool
		if b, ok = d.unescape(b); !ok {
			d.fail(f, BadValue, want+", in characters that exist")
			return nil, false
		}
	}
	return b, true
}

const (
	maxID   = 64
	maxText = 256
	maxNote = 1000 // a person's reasons
	maxList = 100

	wantID       = "1 to 64 characters of A-Z a-z 0-9 . _ : -"
	wantIDs      = "a list of at most 100 ids, each 1 to 64 characters of A-Z a-z 0-9 . _ : -"
	wantKey      = "a key as it is shown, 32 hexadecimal digits that are not all 0"
	wantNobody   = "a text without the person's own identity, phone or account number in it, for it is stored and shown as it is"
	wantDate     = "a date YYYY-MM-DD from 1970-01-01 to 2149-06-06"
	wantMonth    = "a month YYYY-MM from 1970-01 to 2149-06"
	wantInstant  = "an RFC 3339 time with offset, from 1970-01-01 to 2106-02-07"
	wantYuan     = "an amount in yuan, not negative, with at most two decimals"
	wantUSCC     = "a unified social credit code, 18 characters of 0-9 A-Z without I O S V Z (GB 32100-2015)"
	wantResident = "a resident identity number of 18 characters (GB 11643-1999)"
	wantTownship = "a statistical division code of 9 or 12 digits"
	wantBool     = "true or false"
)

// enum is a closed set of words. Its members are constants: a record's enum field never points into a message.
type enum []string

func (d *Decoder) enum(f int, e enum) string {
	if !d.given(f) {
		return ""
	}
	return d.anEnum(f, e)
}

func (d *Decoder) optEnum(f int, e enum) string {
	if !d.offered(f) {
		return ""
	}
	return d.anEnum(f, e)
}

func (d *Decoder) anEnum(f int, e enum) string {
	if d.tok[f].kind == text {
		if b, ok := d.str(f, ""); ok {
			for _, word := range e {
				if string(b) == word {
					return word
				}
			}
		}
		d.fail(f, UnknownEnum, "one of "+strings.Join(e, ", "))
		return ""
	}
	d.fail(f, BadType, "one of "+strings.Join(e, ", ")+", as a string")
	return ""
}

func (d *Decoder) boolean(f int) bool {
	if !d.given(f) {
		return false
	}
	if d.tok[f].kind != boolean {
		d.fail(f, BadType, wantBool)
		return false
	}
	return d.value[d.tok[f].from] == 't'
}

// members says whether a field with members of its own is there; its members are then read by their own indexes.
func (d *Decoder) members(f int) bool {
	if !d.offered(f) {
		return false
	}
	if d.tok[f].kind != object {
		d.fail(f, BadType, "an object")
		return false
	}
	return true
}
