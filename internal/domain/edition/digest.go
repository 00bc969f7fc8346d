package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Digest is the SHA-256, in hexadecimal, of an edition: its number, month, cut-off, run and policy, its content as read
// from the store, and the digest of the edition before it ("" for the first). The time of publication is not part of it. Form 1
// is not named: it was the only one when the first digests were made.
func Digest(e Edition, c Content, before string) (string, error) {
	sum := sha256.New()
	form := e.Form
	if form == 1 {
		form = 0
	}
	err := json.NewEncoder(sum).Encode(struct {
		Number  uint32
		Month   string
		AsOf    string
		Run     uint64
		Policy  string
		Before  string
		Content Content
		Form    uint8 `json:",omitzero"`
	}{e.Number, e.Month.String(), e.AsOf.String(), e.Run, e.Policy, before, c, form})
	if err != nil {
		return "", fmt.Errorf("digest of edition %d: %w", e.Number, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
