package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
)

//go:embed static
var staticFiles embed.FS

// assets are the style sheet, the script and the icon. Their addresses carry a hash of their content (?v=), so browsers
// keep them for a year and still see a new one at once.
type assets struct {
	bodies map[string]*body
	hashes map[string]string
}

func loadAssets() (*assets, error) {
	a := &assets{bodies: map[string]*body{}, hashes: map[string]string{}}
	files, err := staticFiles.ReadDir("static")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		raw, err := staticFiles.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, err
		}
		kind := mime.TypeByExtension(path.Ext(f.Name()))
		if path.Ext(f.Name()) == ".js" {
			kind = "text/javascript; charset=utf-8"
		}
		if a.bodies[f.Name()], err = pack(raw, kind, "", http.StatusOK); err != nil {
			return nil, fmt.Errorf("asset %s: %w", f.Name(), err)
		}
		sum := sha256.Sum256(raw)
		a.hashes[f.Name()] = hex.EncodeToString(sum[:6])
	}
	return a, nil
}

func (a *assets) url(name string) string { return "/assets/" + name + "?v=" + a.hashes[name] }

// ServeHTTP answers an asset; for a year when it is asked for by its hash.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	b := a.bodies[name]
	if b == nil {
		http.NotFound(w, r)
		return
	}
	cached := *b
	w.Header().Set("Vary", "Accept-Encoding")
	if r.URL.Query().Get("v") == a.hashes[name] {
		cached.writeFor(w, r, "public, max-age=31536000, immutable")
		return
	}
	cached.writeFor(w, r, "no-cache")
}
