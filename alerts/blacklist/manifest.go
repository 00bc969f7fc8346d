package blacklist

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// The files of a publication.
const (
	JSONFile      = "blacklist.json"
	CSVFile       = "blacklist.csv"
	WorkbookFile  = "blacklist.xlsx"
	ManifestFile  = "manifest.json"
	SignatureFile = "manifest.sig" // Ed25519 over the manifest's bytes, in base64
)

// Manifest says which files a publication has. Its signature is what the credit platform of the same level checks.
type Manifest struct {
	On        civil.Date `json:"on"`
	Employers int        `json:"employers"`
	Files     []Digest   `json:"files"`
	Key       string     `json:"key"` // first half of the SHA-256 of the public key, to tell keys apart
}

// Digest is a file's name, size and SHA-256 in hexadecimal.
type Digest struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// lists are the files that hold the list, each in a form of its own.
var lists = []string{JSONFile, CSVFile, WorkbookFile}

// Files returns the list in all its forms.
func (p Publication) Files() (map[string][]byte, error) {
	list, err := p.JSON()
	book, failed := p.workbook()
	return map[string][]byte{JSONFile: list, CSVFile: p.table().CSV(), WorkbookFile: book}, errors.Join(err, failed)
}

// Sign returns all files of a publication: the list in all its forms, the manifest and its signature.
func (p Publication) Sign(key ed25519.PrivateKey) (map[string][]byte, error) {
	files, err := p.Files()
	if err != nil {
		return nil, err
	}
	m := Manifest{On: p.On, Employers: len(p.Employers), Key: keyID(key.Public().(ed25519.PublicKey))}
	for _, name := range lists {
		m.Files = append(m.Files, digest(name, files[name]))
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	text = append(text, '\n')
	files[ManifestFile] = text
	files[SignatureFile] = []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(key, text)) + "\n")
	return files, nil
}

func digest(name string, content []byte) Digest {
	sum := sha256.Sum256(content)
	return Digest{Name: name, Bytes: len(content), SHA256: hex.EncodeToString(sum[:])}
}

func keyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:16])
}

// Write puts a publication's files into a folder. The manifest and its signature come last: a reader who finds a new
// manifest finds its files.
func Write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Concat(lists, []string{SignatureFile, ManifestFile}) {
		temporary := filepath.Join(dir, "."+name)
		if err := os.WriteFile(temporary, files[name], 0o644); err != nil {
			return err
		}
		if err := os.Rename(temporary, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// Check verifies the publication in a folder: the signature of the manifest, and every file by it.
func Check(dir string, key ed25519.PublicKey) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return m, err
	}
	signed, err := os.ReadFile(filepath.Join(dir, SignatureFile))
	if err != nil {
		return m, err
	}
	signature, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(signed)))
	if err != nil {
		return m, fmt.Errorf("%s is not base64: %w", SignatureFile, err)
	}
	if !ed25519.Verify(key, text, signature) {
		return m, fmt.Errorf("the signature of %s is not that of this key: it was changed, or signed with another key", ManifestFile)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	for _, want := range m.Files {
		if filepath.Base(want.Name) != want.Name {
			return m, fmt.Errorf("%s names %q, which is no plain file name", ManifestFile, want.Name)
		}
		content, err := os.ReadFile(filepath.Join(dir, want.Name))
		if err != nil {
			return m, err
		}
		if digest(want.Name, content) != want {
			return m, fmt.Errorf("%s was changed after it was signed", want.Name)
		}
	}
	return m, nil
}

// LoadKey reads an Ed25519 private key in PKCS #8, as `openssl genpkey -algorithm ed25519` writes it.
func LoadKey(path string) (ed25519.PrivateKey, error) {
	content, err := block(path, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds a %T: want an Ed25519 key (openssl genpkey -algorithm ed25519)", path, parsed)
	}
	return key, nil
}

// LoadPublicKey reads an Ed25519 public key, as `openssl pkey -pubout` writes it.
func LoadPublicKey(path string) (ed25519.PublicKey, error) {
	content, err := block(path, "PUBLIC KEY")
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKIXPublicKey(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	key, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%s holds a %T: want an Ed25519 key", path, parsed)
	}
	return key, nil
}

func block(path, kind string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	found, _ := pem.Decode(text)
	if found == nil || found.Type != kind {
		return nil, errors.New(path + " is not a PEM file with a " + kind)
	}
	return found.Bytes, nil
}
