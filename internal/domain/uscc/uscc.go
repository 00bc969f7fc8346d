// Package uscc knows unified social credit codes (统一社会信用代码, GB 32100-2015).
package uscc

// Alphabet is the table of code characters: no I, O, S, V, Z.
const Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var (
	digit = func() (t [256]int8) {
		for i := range t {
			t[i] = -1
		}
		for i, c := range Alphabet {
			t[c] = int8(i)
		}
		return t
	}()
	weight = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} // 3^i mod 31
)

// Check reports whether a text has the shape of a code, and whether its check character belongs to the other 17.
func Check[T string | []byte](code T) (shape, character bool) {
	if len(code) != 18 {
		return false, false
	}
	sum := 0
	for i, w := range weight {
		v := digit[code[i]]
		if v < 0 {
			return false, false
		}
		sum += int(v) * w
	}
	v := digit[code[17]]
	return v >= 0, v >= 0 && (31-sum%31)%31 == int(v)
}

// Valid reports whether a text is a code with the right check character.
func Valid(code string) bool {
	_, ok := Check(code)
	return ok
}
