package record

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestKeysAreTheHashesOfTheContract(t *testing.T) {
	p := testProtector(t)
	secret := [32]byte{1, 2, 3}
	want := func(s string) Key {
		h := hmac.New(sha256.New, secret[:])
		h.Write([]byte(s))
		return Key(h.Sum(nil)[:16])
	}
	h := newHasher(p)
	for range 2 { // computed, then from the cache
		if got := h.person("resident", []byte("52260119830514112x")); got != want("resident|52260119830514112X") {
			t.Errorf("a resident has key %v", got)
		}
		if got := h.person("foreign", []byte("é1ß")); got != want("foreign|É1SS") && got != want("foreign|É1ß") && got != want("foreign|É1ẞ") {
			t.Errorf("a foreigner has key %v", got)
		}
		if got := h.account([]byte("6239 3350\u30006349\u00a0220423")); got != want("account|623933506349220423") {
			t.Errorf("an account has key %v", got)
		}
		long := strings.Repeat("9", 60) // beyond what the cache holds
		if got := h.person("foreign", []byte(long)); got != want("foreign|"+long) {
			t.Errorf("a long number has key %v", got)
		}
	}
	if !h.account(nil).IsZero() || !h.account([]byte("  ")).IsZero() {
		t.Error("no account has a key")
	}
	if got := p.PersonKeys("resident", "52260119830514112x"); len(got) != 1 || got[0] != (Hashed{"h-test", want("resident|52260119830514112X")}) {
		t.Errorf("a search asks for %v", got)
	}
}

func TestTheCacheNeverMixesWorkers(t *testing.T) {
	p := testProtector(t)
	h := newHasher(p)
	for range 3 {
		for i := range 3 * cacheSets {
			id := fmt.Appendf(nil, "%018d", i)
			if got := h.person("foreign", id); i%997 == 0 && got != p.PersonKeys("foreign", string(id))[0].Key {
				t.Fatalf("worker %d has another's key", i)
			}
		}
	}
}

func TestSealedValuesOpenAsWhatTheyWereAndNothingElse(t *testing.T) {
	p := testProtector(t)
	context := [3]string{"workers", "city", "REG-1"}
	sealed := p.seal(nil, SealedName, context, 1, []byte("吴娜"))
	if clear, err := p.Open(SealedName, sealed); err != nil || string(clear) != "吴娜" {
		t.Fatalf("opened as %q, %v", clear, err)
	}
	if !bytes.Equal(sealed, p.seal(nil, SealedName, context, 1, []byte("吴娜"))) {
		t.Error("a replay is sealed otherwise")
	}
	if bytes.Equal(sealed, p.seal(nil, SealedName, context, 2, []byte("吴娜"))) || bytes.Equal(sealed, p.seal(nil, SealedName, [3]string{"workers", "city", "REG-2"}, 1, []byte("吴娜"))) {
		t.Error("equal names of different records look equal")
	}
	if _, err := p.Open(SealedPhone, sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("a name opened as a phone: %v", err)
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := p.Open(SealedName, broken); !errors.Is(err, ErrSealed) {
			t.Errorf("opened with byte %d changed: %v", i, err)
		}
		if _, err := p.Open(SealedName, sealed[:i]); !errors.Is(err, ErrSealed) {
			t.Errorf("opened with %d bytes: %v", i, err)
		}
	}
	letter := p.SealLetter([]byte(`{"id": "x", oops`))
	if bytes.Contains(letter, []byte("oops")) {
		t.Error("a letter can be read")
	}
	if m, err := p.OpenLetter(letter); err != nil || string(m) != `{"id": "x", oops` {
		t.Errorf("a letter opened as %q, %v", m, err)
	}
}

func TestMasksKeepLittle(t *testing.T) {
	for name, want := range map[string]string{"王秀": "王*", "王": "王*", "Zhang Wei": "Z*", "": "", "欧阳娜娜": "欧*"} {
		if got := Mask(name); got != want {
			t.Errorf("Mask(%s) = %s", name, got)
		}
	}
	for phone, want := range map[string]string{"13845733420": "3420", "+86 138-4573-3420": "3420", "12345": "", "": "", "无": "", "0571 8888 000": "8000"} {
		if got := LastFour(phone); got != want {
			t.Errorf("LastFour(%s) = %s, want %s", phone, got, want)
		}
	}
}

func TestKeysSurviveTheirFileAndTheirRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	k, err := GenerateKeys(sampleDay)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Save(path); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v", info.Mode())
	}
	if err := k.Save(path); err == nil {
		t.Error("keys were overwritten")
	}
	same, err := LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	before, err := NewProtector(k)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := NewProtector(same)
	if err != nil {
		t.Fatal(err)
	}
	if before.PersonKeys("foreign", "X")[0] != loaded.PersonKeys("foreign", "X")[0] {
		t.Error("loaded keys hash otherwise")
	}
	sealed := before.seal(nil, SealedName, [3]string{}, 0, []byte("王秀"))

	if k, err = k.RotateHash(sampleDay); err != nil {
		t.Fatal(err)
	}
	if k, err = k.RotateSeal(sampleDay); err != nil {
		t.Fatal(err)
	}
	if _, err := k.RotateHash(sampleDay); err == nil {
		t.Error("a second rotation began before the first had ended")
	}
	if err := k.Save(path + "2"); err != nil {
		t.Fatal(err)
	}
	if k, err = LoadKeys(path + "2"); err != nil {
		t.Fatal(err)
	}
	after, err := NewProtector(k)
	if err != nil {
		t.Fatal(err)
	}
	if clear, err := after.Open(SealedName, sealed); err != nil || string(clear) != "王秀" {
		t.Errorf("after the rotation a name opens as %q, %v", clear, err)
	}
	both := after.PersonKeys("foreign", "X")
	if len(both) != 2 || both[1] != before.PersonKeys("foreign", "X")[0] {
		t.Errorf("during a rotation a worker has keys %v", both)
	}
	if k.EndRotation().check() != nil || len(k.EndRotation().hash) != 1 {
		t.Error("the rotation does not end")
	}
}

func TestARotationJoinsOldAndNewKeys(t *testing.T) {
	old := Keys{hash: []namedSecret{{id: "h1", key: keep(&[32]byte{1})}}, seal: []namedSecret{{id: "s1", key: keep(&[32]byte{2})}}}
	k, err := old.RotateHash(sampleDay)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProtector(k)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoder(p, Rules{}, func() time.Time { return sampleNow })
	b := NewBatch(TopicWorkers)
	for range 2 {
		if bad := d.Add(b, with(TopicWorkers, nil)); bad != nil {
			t.Fatal(bad)
		}
	}
	got := d.TakeAliases()
	if len(got) != 2 || got[0].Kind != AliasPerson || got[1].Kind != AliasAccount {
		t.Fatalf("got %v, want the worker and the account once each", got)
	}
	both := p.PersonKeys("resident", "522601199810192213")
	if got[0].Current != both[0] || got[0].Previous != both[1] || both[1].KeyID != "h1" {
		t.Errorf("got %v, want %v", got[0], both)
	}
	if len(d.TakeAliases()) != 0 {
		t.Error("aliases are taken twice")
	}
	if testDecoder(t, sampleNow).TakeAliases() != nil {
		t.Error("there are aliases without a rotation")
	}
}

func TestKeyFilesThatAreOpenOrBrokenAreRefusedWithoutQuotingThem(t *testing.T) {
	const marker = "c0ffee"
	good := "hash h1 " + strings.Repeat(marker, 11)[:64] + "\nseal s1 " + strings.Repeat(marker, 11)[:64] + "\n"
	dir := t.TempDir()
	write := func(text string, mode os.FileMode) string {
		path := filepath.Join(dir, "keys")
		os.Remove(path)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if _, err := LoadKeys(write("# comment\n\n"+good, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKeys(write(good, 0o400)); err != nil {
		t.Error(err)
	}
	for name, path := range map[string]func() string{
		"readable by others":        func() string { return write(good, 0o604) },
		"readable by its group":     func() string { return write(good, 0o640) },
		"absent":                    func() string { return filepath.Join(dir, "none") },
		"empty":                     func() string { return write("", 0o600) },
		"without a seal key":        func() string { return write(good[:strings.Index(good, "seal")], 0o600) },
		"with a short key":          func() string { return write(good+"seal s2 "+marker, 0o600) },
		"with a key that is no hex": func() string { return write(good+"seal s2 "+strings.Repeat("cafezz", 11)[:64], 0o600) },
		"with another kind":         func() string { return write(good+strings.Replace(good, "hash h1", "sign x1", 1), 0o600) },
		"with a key id twice":       func() string { return write(good+good, 0o600) },
		"with a very long line":     func() string { return write(good+strings.Repeat(marker, 100_000), 0o600) },
		"that is a folder":          func() string { return dir },
	} {
		if _, err := LoadKeys(path()); err == nil || strings.Contains(err.Error(), marker) || strings.Contains(err.Error(), "cafe") {
			t.Errorf("a key file %s: %v", name, err)
		}
	}
}

func TestNothingPrintsKeysOrBuffers(t *testing.T) {
	k := Keys{hash: []namedSecret{{id: "h1", key: keep(&[32]byte{0xAB, 0xCD, 171, 205})}}, seal: []namedSecret{{id: "s1", key: keep(&[32]byte{0xAB, 0xCD, 171, 205})}}}
	p, err := NewProtector(k)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoder(p, Rules{}, func() time.Time { return sampleNow })
	if bad := d.Add(NewBatch(TopicWorkers), with(TopicWorkers, nil)); bad != nil {
		t.Fatal(bad)
	}
	type holder struct {
		keys      Keys
		protector *Protector
		decoder   *Decoder
	}
	var out strings.Builder
	for _, v := range []any{k, &k, p, *p, d, holder{k, p, d}, &holder{k, p, d}, []Keys{k}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		if b, err := json.Marshal(v); err == nil {
			out.Write(b)
		}
	}
	for _, leak := range []string{"171, 205", "171 205", "abcd", "0xab, 0xcd", hex.EncodeToString([]byte("522601199810192213")), "522601199810192213", fmt.Sprint([]byte("522601199810192213")), "吴娜", "13845733420"} {
		if strings.Contains(strings.ToLower(out.String()), leak) {
			t.Errorf("%s is printed", leak)
		}
	}
}
