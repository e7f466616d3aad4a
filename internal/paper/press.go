package paper

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode"

	"github.com/klauspost/compress/zstd"
	"github.com/signintech/gopdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// The embedded face covers GB 18030-2022 levels 1 and 2; its licence is in
// font/OFL.txt. Stored at zstd level 22 it is 6.6 MiB instead of 14.1.
//
//go:embed font/NotoSerifSC-Regular.ttf.zst
var notoZstd []byte

// License is the licence text of the embedded font; it travels with it.
//
//go:embed font/OFL.txt
var License string

// Press holds the parsed fonts. Making one costs tens of milliseconds and
// about 60 MB; make one per running program. It is safe for concurrent use.
type Press struct {
	faces []*face
	box   gopdf.FontContainer
}

type face struct {
	family string
	sfnt   *sfnt.Font
}

// New parses the embedded font and every .ttf file in extraFonts (empty: none)
// in the order of their names. A rune is set in the first font that has it. A
// file that is no TrueType font is an error that names the file.
func New(extraFonts string) (*Press, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	noto, err := dec.DecodeAll(notoZstd, nil)
	if err != nil {
		return nil, fmt.Errorf("paper: unpack font: %w", err)
	}
	p := &Press{}
	if err := p.add(noto, "embedded font"); err != nil {
		return nil, err
	}
	if extraFonts == "" {
		return p, nil
	}
	list, err := os.ReadDir(extraFonts)
	if err != nil {
		return nil, fmt.Errorf("paper: fonts folder: %w", err)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name() < list[j].Name() })
	for _, e := range list {
		if e.IsDir() || !strings.EqualFold(filepath.Ext(e.Name()), ".ttf") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(extraFonts, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("paper: font: %w", err)
		}
		if err := p.add(b, e.Name()); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Press) add(ttf []byte, name string) error {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return fmt.Errorf("paper: %s: %w", name, err)
	}
	family := fmt.Sprintf("f%d", len(p.faces))
	if err := p.box.AddTTFFontByReader(family, bytes.NewReader(ttf)); err != nil {
		return fmt.Errorf("paper: %s: %w", name, err)
	}
	p.faces = append(p.faces, &face{family, f})
	return nil
}

// CanPrint returns the runes of s that no loaded font has, each once, in
// order. It is empty when everything in s will be on the paper.
func (p *Press) CanPrint(s string) (missing []rune) {
	var buf sfnt.Buffer
	seen := map[rune]bool{}
	for _, r := range settle(s) {
		if _, ok := p.find(&buf, r); !ok && !seen[r] {
			seen[r] = true
			missing = append(missing, r)
		}
	}
	return missing
}

func (p *Press) find(buf *sfnt.Buffer, r rune) (*face, bool) {
	for _, f := range p.faces {
		if g, err := f.sfnt.GlyphIndex(buf, r); err == nil && g != 0 {
			return f, true
		}
	}
	return nil, false
}

// settle prepares text for printing. Radicals become the ideographs they look
// like, because a font gives both one glyph and a single radical would spoil
// every copy of that word in the PDF; variation selectors and controls have
// no glyph of their own.
func settle(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 0x2e80 && r <= 0x2fdf:
			b.WriteString(norm.NFKC.String(string(r)))
		case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef,
			r == 0x200b, r == 0x200c, r == 0x200d, r == 0xfeff:
		case r == '\t' || r == '\u00a0':
			b.WriteByte(' ')
		case unicode.IsControl(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// run is a stretch of text set in one font.
type run struct {
	face *face
	text string
	ems  float64 // advance in ems
}

// runs cuts s by font. What no font has becomes □.
func (p *Press) runs(s string) []run {
	var buf sfnt.Buffer
	var out []run
	for _, r := range settle(s) {
		f, ok := p.find(&buf, r)
		if !ok {
			r = '□'
			f = p.faces[0]
		}
		adv := f.advance(&buf, r)
		if n := len(out); n > 0 && out[n-1].face == f {
			out[n-1].text += string(r)
			out[n-1].ems += adv
		} else {
			out = append(out, run{f, string(r), adv})
		}
	}
	return out
}

func (f *face) advance(buf *sfnt.Buffer, r rune) float64 {
	const grid = 1000
	g, err := f.sfnt.GlyphIndex(buf, r)
	if err != nil {
		return 1
	}
	a, err := f.sfnt.GlyphAdvance(buf, g, fixed.I(grid), font.HintingNone)
	if err != nil {
		return 1
	}
	return float64(a) / 64 / grid
}

// ems is the width of s in units of the font size.
func (p *Press) ems(s string) float64 {
	w := 0.0
	for _, r := range p.runs(s) {
		w += r.ems
	}
	return w
}
