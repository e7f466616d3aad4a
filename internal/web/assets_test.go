package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

// The committed files must be what build.sh makes of the sources.
func TestAssets_CommittedFilesAreBuiltFromTheirSources(t *testing.T) {
	for _, name := range []string{"phone.css", "desk.css", "phone.js", "desk.js", "proof.js"} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat("assets/node_modules"); name == "proof.js" && err != nil {
				t.Skip("its two packages are not installed here: npm ci in internal/web/assets")
			}
			src := "assets/src/" + strings.Replace(name, ".js", ".ts", 1)
			got := api.Build(api.BuildOptions{EntryPoints: []string{src}, Bundle: true,
				MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
				Charset: api.CharsetUTF8, LegalComments: api.LegalCommentsNone,
				Engines: []api.Engine{{Name: api.EngineChrome, Version: "78"}, {Name: api.EngineSafari, Version: "12"}}})
			if len(got.Errors) > 0 {
				t.Fatal(got.Errors)
			}
			want, err := os.ReadFile("assets/dist/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.OutputFiles[0].Contents, want) {
				t.Error("assets/dist is old: run internal/web/assets/build.sh")
			}
		})
	}
	pictures, err := filepath.Glob("assets/src/*.svg")
	if err != nil || len(pictures) == 0 {
		t.Fatal("no pictures", err)
	}
	for _, p := range pictures {
		src, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile("assets/dist/" + filepath.Base(p))
		if err != nil || string(want) != strings.ReplaceAll(string(src), "\n", "") {
			t.Errorf("%s in assets/dist is old", filepath.Base(p))
		}
	}
}

func TestAssets_AreSmall(t *testing.T) {
	for name, limit := range map[string]int{"phone.css": 24 << 10, "desk.css": 24 << 10, "phone.js": 10 << 10, "desk.js": 10 << 10, "proof.js": 44 << 10} {
		if n := len(assets()[name].body); n > limit {
			t.Errorf("%s is %d bytes, limit %d", name, n, limit)
		}
	}
}

// Old engines are covered by looking, not by running: what they do not know
// must not be there (requirement 13).
func TestAssets_UseNothingThatOldEnginesLack(t *testing.T) {
	denied := map[string]*regexp.Regexp{
		".js":  regexp.MustCompile(`\(\?<[=!]|\?\?=|\|\|=|&&=|\.replaceAll\(|\.at\(|structuredClone|Object\.hasOwn|randomUUID|BigInt|crypto\.subtle|localStorage|sessionStorage|innerHTML|\beval\(`),
		".css": regexp.MustCompile(`:has\(|@layer|@container|color-mix|\d[dsl]v[hw]\b|@import|url\(http|100vw`),
	}
	for name, a := range assets() {
		if re := denied[filepath.Ext(name)]; re != nil && !strings.HasPrefix(name, "/") {
			if hit := re.Find(a.body); hit != nil {
				t.Errorf("%s contains %q", name, hit)
			}
		}
	}
}

func TestAssets_AreServedForEverAndCompressed(t *testing.T) {
	want := assets()["phone.css"].body
	for coding, read := range map[string]func(io.Reader) io.Reader{
		"":     func(r io.Reader) io.Reader { return r },
		"br":   func(r io.Reader) io.Reader { return brotli.NewReader(r) },
		"gzip": func(r io.Reader) io.Reader { z, _ := gzip.NewReader(r); return z },
	} {
		r := httptest.NewRequest("GET", AssetURL("phone.css"), nil)
		r.Header.Set("Accept-Encoding", coding)
		w := httptest.NewRecorder()
		Assets().ServeHTTP(w, r)
		got, err := io.ReadAll(read(w.Body))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: other bytes (%v)", coding, err)
		}
		if h := w.Header(); h.Get("Content-Encoding") != coding || !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("Content-Type") != "text/css; charset=utf-8" {
			t.Errorf("%q: headers %v", coding, h)
		}
	}
	for _, path := range []string{"/assets/phone.css", "/assets/phone.AAAAAAAAAAAA.css", "/assets/", "/assets/../go.mod"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		Assets().ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
}

func TestAccepts(t *testing.T) {
	for _, c := range []struct {
		header string
		want   bool
	}{
		{"gzip", true}, {"gzip, deflate, br", true}, {"br;q=1.0, GZIP;q=0.5", true}, {"deflate", false}, {"", false},
		{"gzip;q=0", false}, {"gzip; q=0.0", false}, {"gzip;q=0.001", true}, {"xgzip", false},
	} {
		if got := accepts(c.header, "gzip"); got != c.want {
			t.Errorf("accepts(%q) = %v", c.header, got)
		}
	}
}
