package edition

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
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

// Altered reads every edition again and returns the numbers of those that are no longer as they were published; all is
// what List returned. An edition stands against the recorded digest of the one before it, so one altered edition does
// not make the later ones look altered.
func Altered(ctx context.Context, conn driver.Conn, all []Edition) ([]uint32, error) {
	var altered []uint32
	before := ""
	for _, e := range all {
		c, err := Read(ctx, conn, e)
		if err != nil {
			return nil, err
		}
		digest, err := Digest(e, c, before)
		if err != nil {
			return nil, err
		}
		if digest != e.Digest {
			altered = append(altered, e.Number)
		}
		before = e.Digest
	}
	return altered, nil
}
