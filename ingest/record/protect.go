package record

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"io"
	"log/slog"
	"unicode/utf8"
)

// Key is a keyed hash that stands for a worker, a person or an account: the first 16 bytes of an HMAC-SHA-256. The zero
// Key means that the source sent nothing.
type Key [16]byte

// IsZero says whether the key stands for nobody.
func (k Key) IsZero() bool { return k == Key{} }

// String returns 32 hexadecimal digits.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// KeyID names the key that made a Key, as stored beside it.
type KeyID = string

// Hashed is a Key together with the id of the hash key that made it.
type Hashed struct {
	KeyID KeyID
	Key   Key
}

// Alias joins what one worker or account is called under the previous and under the current hash key, while keys are
// being rotated.
type Alias struct {
	Kind     string // AliasPerson or AliasAccount
	Previous Hashed
	Current  Hashed
}

// The kinds of Alias.
const (
	AliasPerson  = "person"
	AliasAccount = "account"
)

// Protector hashes, masks and seals. It is immutable and shared; formatting it shows nothing of its keys.
type Protector struct{ p *protector }

type protector struct {
	hash []namedSecret
	seal []sealer // current first
}

type sealer struct {
	id    string
	aead  cipher.AEAD
	nonce secret
}

// NewProtector builds a protector from keys.
func NewProtector(k Keys) (*Protector, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	p := &protector{hash: k.hash}
	for _, s := range k.seal {
		block, err := aes.NewCipher(s.key()[:])
		if err != nil {
			return nil, fmt.Errorf("seal key: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("seal key: %w", err)
		}
		derive := hmac.New(sha256.New, s.key()[:])
		derive.Write([]byte("anxin nonce v1"))
		p.seal = append(p.seal, sealer{s.id, aead, keep((*[32]byte)(derive.Sum(nil)))})
	}
	return &Protector{p}, nil
}

const hiddenProtector = "record.Protector(hidden)"

// Format hides the keys from every verb.
func (*Protector) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenProtector) }

// LogValue hides the keys from slog.
func (*Protector) LogValue() slog.Value { return slog.StringValue(hiddenProtector) }

// MarshalJSON hides the keys from encoding/json.
func (*Protector) MarshalJSON() ([]byte, error) { return []byte(`"` + hiddenProtector + `"`), nil }

// HashKeyID returns the id of the current hash key.
func (p *Protector) HashKeyID() KeyID { return p.p.hash[0].id }

// PersonKeys returns the key of a person under the current hash key and, while one is being replaced, the previous
// (docs/explanation/privacy.md): HMAC-SHA-256 over id type, "|" and the plain spelling of the id number (spelling.go). It is what a search by
// identity number asks for.
func (p *Protector) PersonKeys(idType, idNumber string) []Hashed {
	return p.keys(appendPerson(nil, idType, []byte(idNumber)))
}

// AccountKeys is PersonKeys for a bank account: over "account", "|" and its plain spelling.
func (p *Protector) AccountKeys(number string) []Hashed {
	return p.keys(appendAccount(nil, []byte(number)))
}

func (p *Protector) keys(what []byte) []Hashed {
	var all []Hashed
	for _, s := range p.p.hash {
		all = append(all, Hashed{s.id, mac(hmac.New(sha256.New, s.key()[:]), what)})
	}
	return all
}

func appendPerson(b []byte, idType string, number []byte) []byte {
	b = append(b, idType...)
	b = append(b, '|')
	return plainPaper(b, idType, number)
}

func appendAccount(b, number []byte) []byte {
	return plainSpelling(append(b, "account|"...), number)
}

func mac(h hash.Hash, what []byte) (k Key) {
	var sum [sha256.Size]byte
	h.Write(what)
	copy(k[:], h.Sum(sum[:0]))
	return k
}

// hasher is the part of hashing that one goroutine owns: running HMAC states, and a cache of recent hashes, for on a site
// the same people come every day. The cache is bounded (cacheSets × 2 entries, 4 MiB), begins with the first hash and lives in
// memory only.
type hasher struct {
	p       *Protector
	now     hash.Hash
	before  hash.Hash // nil unless keys are being rotated
	seed    maphash.Seed
	recent  [][2]cached
	buf     []byte
	sum     [sha256.Size]byte
	aliases []Alias
}

type cached struct {
	n    uint8
	what [47]byte
	key  Key
}

const cacheSets = 1 << 15

func newHasher(p *Protector) *hasher {
	h := &hasher{p: p, seed: maphash.MakeSeed()}
	h.now = hmac.New(sha256.New, p.p.hash[0].key()[:])
	if len(p.p.hash) > 1 {
		h.before = hmac.New(sha256.New, p.p.hash[1].key()[:])
	}
	return h
}

func (h *hasher) person(idType string, number []byte) Key {
	h.buf = appendPerson(h.buf[:0], idType, number)
	return h.key(AliasPerson)
}

// account is zero for no account.
func (h *hasher) account(number []byte) Key {
	if len(number) == 0 {
		return Key{}
	}
	h.buf = appendAccount(h.buf[:0], number)
	if len(h.buf) == len("account|") {
		return Key{}
	}
	return h.key(AliasAccount)
}

func (h *hasher) key(kind string) Key {
	if h.recent == nil {
		h.recent = make([][2]cached, cacheSets)
	}
	set := &h.recent[maphash.Bytes(h.seed, h.buf)%cacheSets]
	if len(h.buf) > len(set[0].what) {
		return h.compute(kind)
	}
	if e := &set[0]; bytes.Equal(e.what[:e.n], h.buf) {
		return e.key
	}
	if e := &set[1]; bytes.Equal(e.what[:e.n], h.buf) {
		set[0], set[1] = set[1], set[0]
		return set[0].key
	}
	set[1] = set[0]
	e := &set[0]
	e.n = uint8(copy(e.what[:], h.buf))
	e.key = h.compute(kind)
	return e.key
}

func (h *hasher) compute(kind string) Key {
	k := h.mac(h.now)
	if h.before != nil {
		h.aliases = append(h.aliases, Alias{
			Kind:     kind,
			Previous: Hashed{h.p.p.hash[1].id, h.mac(h.before)},
			Current:  Hashed{h.p.p.hash[0].id, k},
		})
	}
	return k
}

func (h *hasher) mac(m hash.Hash) (k Key) {
	m.Reset()
	m.Write(h.buf)
	copy(k[:], m.Sum(h.sum[:0]))
	return k
}

// TakeAliases returns the aliases met since it was last called; there are none unless a hash key is being rotated. An
// alias may be returned again. Store them before the offsets of the messages they came from are committed: then a crash
// brings them again.
func (d *Decoder) TakeAliases() []Alias {
	a := d.hash.aliases
	d.hash.aliases = nil
	return a
}

// Sealed fields. The field is bound into a sealed value: what was sealed as one opens as nothing else.
const (
	SealedName        = "name"
	SealedPhone       = "phone"
	SealedLegalPerson = "legal_person"
	sealedLetter      = "letter"
	sealedLead        = "lead "
)

// A sealed value is: format version (1), length of the key id, key id, nonce (12 bytes), AES-256-GCM ciphertext and tag.
const sealVersion = 1

// ErrSealed says that a sealed value cannot be opened: it is damaged, of another field, or its key is not in the key file.
var ErrSealed = errors.New("sealed value cannot be opened with these keys")

// seal appends a sealed value to dst. The nonce is not random but a keyed hash of field, context and text, so that a
// replayed message gives the same bytes and its rows collapse. Two values share a nonce only if all three are the same,
// and then they are the same value (as in a synthetic IV, RFC 5297), or with a chance of 2^-96. What this gives away is
// that two sealed values with the same context are equal; the context is the record's identity and version, so equal
// names in different records look different.
func (p *Protector) seal(dst []byte, field string, context [3]string, version uint64, clear []byte) []byte {
	s := &p.p.seal[0]
	h := hmac.New(sha256.New, s.nonce()[:])
	for _, part := range [...]string{field, context[0], context[1], context[2]} {
		writeLength(h, uint64(len(part)))
		io.WriteString(h, part)
	}
	writeLength(h, version)
	h.Write(clear)
	var sum [sha256.Size]byte
	nonce := h.Sum(sum[:0])[:s.aead.NonceSize()]
	dst = append(dst, sealVersion, byte(len(s.id)))
	dst = append(dst, s.id...)
	dst = append(dst, nonce...)
	return s.aead.Seal(dst, nonce, clear, []byte(field))
}

func writeLength(w io.Writer, n uint64) {
	var b [8]byte
	for i := range b {
		b[i] = byte(n >> (8 * i))
	}
	w.Write(b[:])
}

// Open returns the clear text of a sealed field (SealedName, SealedPhone or SealedLegalPerson), or ErrSealed. Call it
// behind a permission and an audit entry only.
func (p *Protector) Open(field string, sealed []byte) ([]byte, error) {
	if len(sealed) < 2 || sealed[0] != sealVersion || len(sealed) < 2+int(sealed[1]) {
		return nil, ErrSealed
	}
	id, rest := string(sealed[2:2+sealed[1]]), sealed[2+int(sealed[1]):]
	for i := range p.p.seal {
		s := &p.p.seal[i]
		n := s.aead.NonceSize()
		if s.id != id || len(rest) < n {
			continue
		}
		if clear, err := s.aead.Open(nil, rest[:n], rest[n:], []byte(field)); err == nil {
			return clear, nil
		}
	}
	return nil, ErrSealed
}

// SealLetter seals the bytes of a message or of its key that goes to a dead-letter topic, where they may hold anything.
// The same bytes give the same letter.
func (p *Protector) SealLetter(message []byte) []byte {
	return p.seal(nil, sealedLetter, [3]string{}, 0, message)
}

// OpenLetter returns what SealLetter was given, or ErrSealed.
func (p *Protector) OpenLetter(letter []byte) ([]byte, error) { return p.Open(sealedLetter, letter) }

// SealLead seals what a complainant entered in words, in an event of a lead (alerts/leads). The field is bound into it.
func (p *Protector) SealLead(lead string, seq uint64, field, clear string) []byte {
	return p.seal(nil, sealedLead+field, [3]string{lead}, seq, []byte(clear))
}

// OpenLead returns what SealLead was given, or ErrSealed. Call it behind a permission and an audit entry only.
func (p *Protector) OpenLead(field string, sealed []byte) (string, error) {
	clear, err := p.Open(sealedLead+field, sealed)
	return string(clear), err
}

// Tags are keyed hashes of a text for a purpose: by the current seal key first, then by the older ones, so that what was tagged
// before a rotation is still found. Tags for two purposes, or of two texts, have nothing in common.
func (p *Protector) Tags(purpose, text string) [][32]byte {
	var all [][32]byte
	for i := range p.p.seal {
		derive := hmac.New(sha256.New, p.p.seal[i].nonce()[:])
		io.WriteString(derive, "anxin tag v1 "+purpose)
		h := hmac.New(sha256.New, derive.Sum(nil))
		io.WriteString(h, text)
		all = append(all, [32]byte(h.Sum(nil)))
	}
	return all
}

// seal seals a text of the record whose head is h; an empty text stays empty.
func (d *Decoder) seal(h *Head, field, clear string) string {
	if clear == "" {
		return ""
	}
	from := len(d.sealing)
	d.sealing = d.protector.seal(d.sealing, field, [3]string{string(d.schema.topic), h.Source, h.ID}, h.Version, []byte(clear))
	return d.string(d.sealing[from:len(d.sealing):len(d.sealing)])
}

// Mask keeps the first character of a name: 王秀 becomes 王*, whatever the length.
func Mask(name string) string {
	if name == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(name)
	return name[:n] + "*"
}

// mask is Mask without garbage: the string is written into the decoder.
func (d *Decoder) mask(name string) string {
	if name == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(name)
	from := len(d.sealing)
	d.sealing = append(append(d.sealing, name[:n]...), '*')
	return d.string(d.sealing[from:len(d.sealing):len(d.sealing)])
}

// LastFour keeps the last four digits of a phone number; of a number with fewer than seven digits it keeps nothing,
// since that would be most of it.
func LastFour(phone string) string {
	var last [4]byte
	n := 0
	for i := len(phone) - 1; i >= 0; i-- {
		if c := phone[i]; c-'0' <= 9 {
			if n < 4 {
				last[3-n] = c
			}
			n++
		}
	}
	if n < 7 {
		return ""
	}
	return string(last[:])
}

// Person is what may be known of a worker besides the key: from a resident id only, else zero and empty.
type Person struct {
	BirthDecade  uint16 // 1980 for 1980–1989
	Sex          string // M or F
	HomeProvince string // first two digits of the division code, "33"
}

// describe reads a checked resident id.
func (d *Decoder) describe(idType string, number []byte) Person {
	if idType != resident {
		return Person{}
	}
	year := uint16(number[6]-'0')*1000 + uint16(number[7]-'0')*100 + uint16(number[8]-'0')*10
	sex := "F"
	if number[16]&1 == 1 {
		sex = "M"
	}
	return Person{year, sex, d.string(number[:2])}
}
