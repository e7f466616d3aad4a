package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// The built files; assets/build.sh makes them from assets/src and they are
// committed, so that a build of the program needs nothing but Go.
//
//go:embed assets/dist
var dist embed.FS

type asset struct {
	url  string
	kind string
	body []byte
	gzip func() []byte
	br   func() []byte
}

// assets is the list by name and by URL, made once from the embedded files.
var assets = sync.OnceValue(func() map[string]*asset {
	list := map[string]*asset{}
	entries, err := fs.ReadDir(dist, "assets/dist")
	if err != nil {
		panic("web: embedded assets: " + err.Error())
	}
	for _, e := range entries {
		body, err := dist.ReadFile("assets/dist/" + e.Name())
		if err != nil {
			panic("web: embedded assets: " + err.Error())
		}
		kind, ok := assetKinds[path.Ext(e.Name())]
		if !ok {
			continue
		}
		sum := sha256.Sum256(body)
		hash := base64.RawURLEncoding.EncodeToString(sum[:9])
		ext := path.Ext(e.Name())
		a := &asset{url: "/assets/" + strings.TrimSuffix(e.Name(), ext) + "." + hash + ext, kind: kind, body: body}
		a.gzip = sync.OnceValue(func() []byte { return gzipped(body) })
		a.br = sync.OnceValue(func() []byte { return brotlied(body) })
		list[e.Name()], list[a.url] = a, a
	}
	return list
})

var assetKinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

// AssetURL gives the address of a built file by its plain name (phone.css).
// The address changes with the bytes, so it can be kept for ever. An unknown
// name panics: it is a mistake in the program.
func AssetURL(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("web: no asset " + name)
	}
	return a.url
}

// HasAsset says whether the built file is there.
func HasAsset(name string) bool { return assets()[name] != nil }

// Assets serves the built files under /assets/, compressed once. A name
// without the right hash is not found.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := assets()[r.URL.Path]
		if a == nil || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
			http.Error(w, "没有这个文件", http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := a.body
		if a.kind != "image/png" {
			switch accept := r.Header.Get("Accept-Encoding"); {
			case accepts(accept, "br"):
				body = a.br()
				h.Set("Content-Encoding", "br")
			case accepts(accept, "gzip"):
				body = a.gzip()
				h.Set("Content-Encoding", "gzip")
			}
		}
		if r.Method == http.MethodHead {
			return
		}
		_, _ = w.Write(body) // a browser that has left needs no bytes
	})
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is valid
	_, _ = w.Write(b)                                       // a buffer does not fail
	_ = w.Close()
	return out.Bytes()
}

func brotlied(b []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	_, _ = w.Write(b) // a buffer does not fail
	_ = w.Close()
	return out.Bytes()
}
