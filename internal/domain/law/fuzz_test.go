package law

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzFind holds that no text panics, that mentions follow each other within it, and that a note is added once.
func FuzzFind(f *testing.F) {
	f.Add("依据《劳动保障监察条例》第二十六条和条例第24、28条（Reg. 24, 28 and 57），MOHRSS Order 45 of 2021.")
	f.Add("刑法 276 之一；法释〔2013〕3号, art. 3")
	f.Add("条例第十百条之一、第零条 Reg. 0, 1")
	r := Shipped()
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, m := range r.Find(text) {
			if m.Start < end || m.End <= m.Start || m.End > len(text) {
				t.Fatalf("a mention from %d to %d after one that ends at %d", m.Start, m.End, end)
			}
			end = m.End
		}
		once := r.Annotate(text)
		if len(once) < len(text) || utf8.ValidString(text) != utf8.ValidString(once) {
			t.Fatalf("annotated: %q", once)
		}
		if again := r.Annotate(once); again != once && !strings.Contains(text, NotChecked.ZH[:3]) {
			t.Fatalf("annotated twice: %q, then %q", once, again)
		}
		if _, err := r.Cite(text); err == nil && !r.Resolve(text).Checked() && r.Resolve(text).Law.Checked != "" {
			t.Fatal("a citation contradicts its law")
		}
	})
}

// FuzzWith holds that no file of laws panics, and that one that is taken can be cited and shown.
func FuzzWith(f *testing.F) {
	f.Add([]byte("- id: X\n  name: {zh: 甲法, en: X law}\n  text: {zh: 甲, en: x}\n  articles: {5: {zh: 五, en: five}}\n"))
	f.Add([]byte("- id: Reg.\n  checked: \"\"\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("-"))
	f.Add([]byte("- &a {id: X}\n- *a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Shipped().With(text)
		if err != nil {
			return
		}
		for _, l := range r.Laws() {
			for _, number := range l.Numbers() {
				if zh := l.Articles[number].In("zh"); zh == "" {
					t.Errorf("%s %s has no Chinese words", l.ID, number)
				}
			}
			r.Resolve(l.ID).Name()
		}
		r.Annotate("依据条例第5条")
	})
}
