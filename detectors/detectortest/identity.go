package detectortest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// draw returns a number below n that depends on the alias and nothing else.
func draw(namespace, alias, of string, n uint64) uint64 {
	sum := sha256.Sum256([]byte(namespace + "\x00" + alias + "\x00" + of))
	return binary.BigEndian.Uint64(sum[:8]) % n
}

// uscc derives a unified social credit code with its check character (GB 32100-2015).
func uscc(namespace, alias string) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	code := fmt.Sprintf("91331024%09d", draw(namespace, alias, "uscc", 1_000_000_000))
	sum, weight := 0, 1
	for _, c := range code {
		sum += strings.IndexRune(alphabet, c) * weight
		weight = weight * 3 % 31
	}
	return code + alphabet[(31-sum%31)%31:][:1]
}

// resident derives a resident identity number with its check character (GB 11643-1999).
func resident(namespace, alias string) string {
	const oldest, days = 1955, 50 * 365
	born := civil.NewDate(oldest, 1, 1).AddDays(int(draw(namespace, alias, "birth", days)))
	number := fmt.Sprintf("33%04d%s%03d", draw(namespace, alias, "region", 10_000), strings.ReplaceAll(born.String(), "-", ""), draw(namespace, alias, "order", 1000))
	sum, weight := 0, 0
	for i := range number {
		weight = 1 << (17 - i) % 11
		sum += int(number[i]-'0') * weight
	}
	return number + "10X98765432"[sum%11:][:1]
}
