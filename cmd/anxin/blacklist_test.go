package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAListIsPublishedAndVerifiedByCommand(t *testing.T) {
	dir := t.TempDir()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	save := func(name string, content []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	encode := func(kind string, der []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	secret := save("key.pem", encode("PRIVATE KEY", der, err))
	der, err = x509.MarshalPKIXPublicKey(public)
	open := save("pub.pem", encode("PUBLIC KEY", der, err))
	store := "store: {dsn: embedded:" + filepath.Join(dir, "store") + "}\n"
	bare := save("bare.yaml", []byte(store))
	config := save("anxin.yaml", []byte(store+"alerts: {signing_key: "+secret+"}\n"))
	out := filepath.Join(dir, "out")

	if _, stderr, code := result(t, "blacklist", "publish", "--config", bare, "--out", out); code != exitUsage || !strings.Contains(stderr, "openssl genpkey") {
		t.Errorf("without a key: %d %s", code, stderr)
	}
	if stdout, stderr, code := result(t, "blacklist", "publish", "--config", config, "--out", out); code != exitDone || !strings.Contains(stdout, "0 employers") {
		t.Fatalf("publish: %d %s %s", code, stdout, stderr)
	}
	if stdout, stderr, code := result(t, "blacklist", "list", "--config", config); code != exitDone || !strings.HasPrefix(stdout, "ENTRY") {
		t.Errorf("list: %d %s %s", code, stdout, stderr)
	}
	if stdout, stderr, code := result(t, "blacklist", "verify", out, "--key", open); code != exitDone || !strings.HasPrefix(stdout, "good: ") {
		t.Errorf("verify: %d %s %s", code, stdout, stderr)
	}
	if _, stderr, code := result(t, "blacklist", "verify", dir, "--key", open); code != exitUsage || !strings.Contains(stderr, "manifest.json") {
		t.Errorf("a folder without a publication: %d %s", code, stderr)
	}
	if _, stderr, code := result(t, "blacklist", "verify", out, "--key", secret); code != exitUsage || !strings.Contains(stderr, "PUBLIC KEY") {
		t.Errorf("the wrong half of the key: %d %s", code, stderr)
	}
	if err := os.WriteFile(filepath.Join(out, "blacklist.csv"), []byte("forged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := result(t, "blacklist", "verify", out, "--key", open); code != exitFailed || !strings.Contains(stderr, "was changed after it was signed") {
		t.Errorf("a forged file: %d %s", code, stderr)
	}
}
