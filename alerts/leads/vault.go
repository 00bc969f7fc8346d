package leads

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// Vault seals what complainants enter in words, and makes the keyed hashes that receipt codes and ids are. It is ingest/record's
// Protector, with the keys by which names are sealed.
type Vault interface {
	// SealLead seals a text of an event of a lead; OpenLead opens it.
	SealLead(lead string, seq uint64, field, clear string) []byte
	OpenLead(field string, sealed []byte) (string, error)
	// Tags are keyed hashes of a text for a purpose: by the current key first, then by those before it.
	Tags(purpose, text string) [][32]byte
}

// ErrNoKeys says that this process has no keys, without which no lead can be taken in and nothing opened.
var ErrNoKeys = errors.New("leads need the secret keys (keys in the configuration)")

const (
	fieldContact = "contact"
	fieldText    = "text"
)

func itoa(n int) string { return strconv.Itoa(n) }

// NewOnce is a form's token, 128 random bits: from it the id and the receipt code of the lead are made, so that the form sent
// twice is the same lead with the same code, and nothing need be kept for it.
func NewOnce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func validOnce(once string) bool {
	b, err := hex.DecodeString(once)
	return err == nil && len(b) == 16 && once == strings.ToLower(once)
}

// spelling writes keyed hashes as codes.
var spelling = base32.NewEncoding(leadfile.CodeAlphabet).WithPadding(base32.NoPadding)

// identity returns the id and the receipt code that a form's token stands for. Neither tells the other, nor the token.
func identity(v Vault, once string) (id, code string) {
	a, b := v.Tags("lead id", once)[0], v.Tags("lead receipt", once)[0]
	return "LEAD-" + spelling.EncodeToString(a[:])[:16], spelling.EncodeToString(b[:])[:leadfile.ReceiptLength]
}

// receiptTags are what a receipt code may be stored as.
func receiptTags(v Vault, code string) []string {
	var all []string
	for _, tag := range v.Tags("lead receipt code", code) {
		all = append(all, hex.EncodeToString(tag[:16]))
	}
	return all
}

// formTag tells whether two sendings of a form say the same, without keeping what they say in the clear.
func formTag(v Vault, in leadfile.Intake) string {
	in.Once = ""
	b, _ := json.Marshal(in) // plain fields never fail
	tag := v.Tags("lead form", string(b))[0]
	return hex.EncodeToString(tag[:16])
}

func seal(v Vault, id string, seq uint32, contact, text string) sealed {
	var s sealed
	if contact != "" {
		s.SealedContact = v.SealLead(id, uint64(seq), fieldContact, contact)
	}
	if text != "" {
		s.SealedText = v.SealLead(id, uint64(seq), fieldText, text)
	}
	return s
}

// What Content says no to.
var (
	ErrForbidden = errors.New("not among the leads whose contact this person may see")
	ErrPurpose   = errors.New("the purpose is missing or too long")
)

// Lengths of a purpose, in characters.
const (
	minPurpose = 4
	maxPurpose = 200
)

// Content opens what a lead's complainant entered in words, for somebody with the right to it there and a purpose. record writes
// the entry of the audit log, before anything is opened; where it fails, nothing is. It is also called for what is refused, with
// the reason.
func (s *Store) Content(ctx context.Context, by access.Person, id, purpose string, record func(purpose string, refused error) error) ([]leadfile.Content, error) {
	if n := len([]rune(strings.TrimSpace(purpose))); n < minPurpose || n > maxPurpose {
		return nil, ErrPurpose
	}
	purpose = strings.TrimSpace(purpose)
	if err := s.Current(ctx); err != nil {
		return nil, err
	}
	known := s.state(id)
	if known == nil {
		return nil, leadfile.NotFound(id)
	}
	if !access.Allow(&by, access.LeadContact, known.lead.Object(&by)) {
		return nil, errors.Join(ErrForbidden, record(purpose, ErrForbidden))
	}
	if s.vault == nil {
		return nil, ErrNoKeys
	}
	if err := record(purpose, nil); err != nil {
		return nil, err
	}
	all := []leadfile.Content{}
	err := s.log.Read(ctx, []string{id}, func(e eventlog.Event) error {
		var d struct{ sealed }
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return err
		}
		one := leadfile.Content{Seq: e.Seq, At: e.At}
		for field, to := range map[string]struct {
			sealed []byte
			clear  *string
		}{fieldContact: {d.SealedContact, &one.Contact}, fieldText: {d.SealedText, &one.Text}} {
			if len(to.sealed) == 0 {
				continue
			}
			clear, err := s.vault.OpenLead(field, to.sealed)
			if err != nil {
				return err
			}
			*to.clear = clear
		}
		if one.Contact != "" || one.Text != "" {
			all = append(all, one)
		}
		return nil
	})
	return all, err
}
