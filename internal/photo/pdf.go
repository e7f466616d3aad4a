package photo

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/log"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/image/tiff"
)

// quiet keeps pdfcpu from writing a folder of settings and from printing.
var quiet = sync.OnceFunc(func() {
	api.DisableConfigDir()
	log.DisableLoggers()
})

// pdfSettings bounds what one file may make pdfcpu take, and keeps it off the
// network.
func pdfSettings() *model.Configuration {
	quiet()
	c := model.NewDefaultConfiguration()
	c.Offline = true
	c.Cmd = model.EXTRACTIMAGES
	c.ValidationMode = model.ValidationRelaxed
	c.Limits.MaxStreamBytes = MaxBytes
	c.Limits.MaxDecodeBytes = maxWork
	c.Limits.MaxImagePixels = MaxPixels
	c.Limits.MaxImageBytes = maxWork
	c.Limits.MaxObjectCount = 200_000
	c.Limits.MaxObjectStreamCount = 20_000
	c.Limits.MaxXRefEntries = 200_000
	return c
}

// pdfPages checks a PDF and gives out its pages in order: those that are one
// picture as a picture, upright and shrunk; runs of others as a PDF written
// anew, which holds nothing but what the pages need to be shown.
//
// Faults: locked with a password or rights, scripts, actions that start or send
// something, files, sound and film inside, more than MaxPages pages, broken.
func pdfPages(b []byte, picture func(*image.RGBA) error, rest func([]byte)) (err error) {
	// pdfcpu may panic on objects that are not what they should be.
	defer func() {
		if recover() != nil {
			err = faultPDF
		}
	}()
	ctx, err := readPDF(b)
	if err != nil {
		return err
	}
	if err := inspect(ctx); err != nil {
		return err
	}
	if err := api.OptimizeContext(ctx); err != nil {
		return faultPDF
	}
	// Names hold scripts, files and the targets of links; none is needed to show
	// a page.
	ctx.Names = map[string]*model.Node{}

	var run []int
	flush := func() error {
		if len(run) == 0 {
			return nil
		}
		body, err := rewrite(ctx, run)
		if err != nil {
			return err
		}
		rest(body)
		run = nil
		return nil
	}
	for n := 1; n <= ctx.PageCount; n++ {
		m := pagePicture(ctx, n)
		if m == nil {
			run = append(run, n)
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		if err := picture(m); err != nil {
			return err
		}
	}
	return flush()
}

// readPDF reads and validates, and refuses what is locked, too long or broken.
func readPDF(b []byte) (*model.Context, error) {
	ctx, err := api.ReadContext(bytes.NewReader(b), pdfSettings())
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrEncrypted),
		err == nil && (ctx.Encrypt != nil || ctx.E != nil),
		err != nil && bytes.Contains(b, []byte("/Encrypt")):
		return nil, faultPDFLocked
	case err != nil:
		return nil, faultPDF
	}
	if err := ctx.EnsurePageCount(); err != nil {
		return nil, faultPDF
	}
	switch {
	case ctx.PageCount > MaxPages:
		return nil, faultPDFPages
	case ctx.PageCount < 1:
		return nil, faultPDF
	}
	// Scripts and files are looked for before validation, which would say less
	// about them.
	if err := inspect(ctx); err != nil {
		return nil, err
	}
	// What only leads through a document may be wrong in it without harm: it is
	// left behind anyway.
	root, err := ctx.Catalog()
	if err != nil {
		return nil, faultPDF
	}
	for key := range root {
		switch key {
		case "Type", "Version", "Pages", "AcroForm", "OCProperties":
		default:
			delete(root, key)
		}
	}
	if err := api.ValidateContext(ctx); err != nil {
		return nil, faultPDF
	}
	if ctx.PageCount > MaxPages {
		return nil, faultPDFPages
	}
	return ctx, nil
}

// rewrite makes a PDF of the pages of ctx that are named, and reads it again to
// be sure that nothing forbidden went along.
func rewrite(ctx *model.Context, pages []int) ([]byte, error) {
	part, err := pdfcpu.ExtractPages(ctx, pages, false)
	if err != nil {
		return nil, faultPDF
	}
	var out bytes.Buffer
	if err := api.WriteContext(part, &out); err != nil {
		return nil, faultPDF
	}
	if out.Len() > maxKept {
		return nil, faultTooLarge
	}
	again, err := api.ReadContext(bytes.NewReader(out.Bytes()), pdfSettings())
	if err != nil {
		return nil, faultPDF
	}
	if err := inspect(again); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Action types (ISO 32000-1, 12.6.4) that run, start or send something.
var harmful = map[string]bool{"JavaScript": true, "Launch": true, "ImportData": true, "SubmitForm": true, "GoToE": true, "Rendition": true, "Movie": true, "Sound": true}

// Kinds of annotation and stream that carry files or media.
var carrying = map[string]bool{"FileAttachment": true, "RichMedia": true, "Screen": true, "Movie": true, "Sound": true, "3D": true}

// inspect looks through every object. Scripts and files are faults; links,
// triggers and metadata are taken out.
func inspect(ctx *model.Context) error {
	seen := 0
	var walk func(types.Object, int) error
	dict := func(d types.Dict, depth int) error {
		name := func(key string) string {
			if n := d.NameEntry(key); n != nil {
				return *n
			}
			return ""
		}
		kind, note := name("Type"), d["Rect"] != nil
		switch {
		case d["JavaScript"] != nil, d["JS"] != nil && d["S"] != nil, harmful[name("S")]:
			return faultPDFScript
		case d["EmbeddedFiles"] != nil, d["RichMediaContent"] != nil, kind == "EmbeddedFile",
			d["EF"] != nil && (kind == "Filespec" || kind == "F" || d["F"] != nil || d["UF"] != nil),
			note && carrying[name("Subtype")]:
			return faultPDFFile
		}
		for _, o := range d {
			if err := walk(o, depth+1); err != nil {
				return err
			}
		}
		// Names of fonts and pictures are keys, too: only in these places do the
		// short ones mean what they say.
		gone := []string{"Metadata", "PieceInfo", "OpenAction", "XFA"}
		if kind == "Page" {
			gone = append(gone, "AA", "AF", "B", "Thumb")
		}
		if kind == "Catalog" {
			gone = append(gone, "AA", "AF", "URI", "Collection")
		}
		if note || d["FT"] != nil { // where a tap on an annotation leads
			gone = append(gone, "A", "AA", "PA", "AF", "Dest")
		}
		for _, key := range gone {
			delete(d, key)
		}
		return nil
	}
	walk = func(o types.Object, depth int) error {
		if seen++; seen > 5_000_000 || depth > 200 {
			return faultPDF
		}
		switch o := o.(type) {
		case types.Dict:
			return dict(o, depth)
		case types.StreamDict:
			return dict(o.Dict, depth)
		case *types.StreamDict:
			return dict(o.Dict, depth)
		case types.ObjectStreamDict:
			return dict(o.Dict, depth)
		case types.XRefStreamDict:
			return dict(o.Dict, depth)
		case types.Array:
			for _, e := range o {
				if err := walk(e, depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, e := range ctx.Table {
		if e == nil || e.Free || e.Object == nil {
			continue
		}
		if err := walk(e.Object, 0); err != nil {
			return err
		}
	}
	return nil
}

// pagePicture gives the picture that page n consists of, upright and shrunk, or
// nil when the page holds more, or something that cannot be decoded here
// (JPEG 2000, JBIG2): such pages stay PDF.
func pagePicture(ctx *model.Context, n int) (m *image.RGBA) {
	defer func() {
		if recover() != nil {
			m = nil
		}
	}()
	d, _, inherited, err := ctx.PageDict(n, false)
	if err != nil || d == nil || inherited == nil {
		return nil
	}
	if notes, err := ctx.DereferenceArray(d["Annots"]); err != nil || len(notes) > 0 {
		return nil // a stamp may be drawn there
	}
	content, err := ctx.PageContent(d, n)
	if err != nil {
		return nil
	}
	name, how, single := onePicture(content)
	if !single {
		return nil
	}
	resources := inherited.Resources
	if own, err := ctx.DereferenceDict(d["Resources"]); err == nil && own != nil {
		resources = own
	}
	objects, err := ctx.DereferenceDict(resources["XObject"])
	if err != nil || objects == nil {
		return nil
	}
	stream, _, err := ctx.DereferenceStreamDict(objects[name])
	if err != nil || stream == nil {
		return nil
	}
	if s := stream.NameEntry("Subtype"); s == nil || *s != "Image" || stream.Dict["SMask"] != nil || stream.Dict["Mask"] != nil {
		return nil
	}
	if mask := stream.BooleanEntry("ImageMask"); mask != nil && *mask {
		return nil
	}
	w, h := stream.IntEntry("Width"), stream.IntEntry("Height")
	if w == nil || h == nil || *w < 1 || *h < 1 || int64(*w)*int64(*h) > MaxPixels {
		return nil
	}
	found, err := pdfcpu.ExtractImage(ctx, stream, false, name, 0, false)
	if err != nil || found == nil {
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(found, maxWork+1))
	if err != nil || len(raw) > maxWork {
		return nil
	}
	var src image.Image
	switch found.FileType {
	case "jpg", "png":
		kind := map[string]string{"jpg": "image/jpeg", "png": "image/png"}[found.FileType]
		if _, err := look(raw, kind); err != nil {
			return nil
		}
		// The page's own matrix says how it stands; EXIF inside is not looked at.
		if src, _, err = image.Decode(bytes.NewReader(raw)); err != nil {
			return nil
		}
	case "tif":
		c, err := tiff.DecodeConfig(bytes.NewReader(raw))
		if err != nil || int64(c.Width)*int64(c.Height) > MaxPixels {
			return nil
		}
		if src, err = tiff.Decode(bytes.NewReader(raw)); err != nil {
			return nil
		}
	default:
		return nil
	}
	m = upright(shrink(src, longEdge), how)
	switch ((inherited.Rotate % 360) + 360) % 360 {
	case 90:
		m = upright(m, 6)
	case 180:
		m = upright(m, 3)
	case 270:
		m = upright(m, 8)
	}
	return m
}

var _ = png.Decode // registers PNG for image.Decode

// onePicture reads the content of a page (ISO 32000-1, 7.8.2) and says whether
// all it draws is one picture, which, and under which EXIF orientation the
// picture stands as the page shows it. Invisible text, as text recognition
// leaves it, does not count.
func onePicture(content []byte) (name string, orientation int, single bool) {
	type state struct {
		m      [6]float64
		hidden bool
	}
	now := state{m: [6]float64{1, 0, 0, 1, 0, 0}}
	var saved []state
	var drawn [6]float64
	lex := lexer{b: content}
	var args []string
	for {
		word, operator, more := lex.next()
		if !more {
			break
		}
		if !operator {
			if args = append(args, word); len(args) > 64 {
				args = args[1:]
			}
			continue
		}
		switch word {
		case "q":
			if len(saved) > 200 {
				return "", 0, false
			}
			saved = append(saved, now)
		case "Q":
			if len(saved) > 0 {
				now, saved = saved[len(saved)-1], saved[:len(saved)-1]
			}
		case "cm":
			c, fine := six(args)
			if !fine {
				return "", 0, false
			}
			now.m = times(c, now.m)
		case "Tr":
			now.hidden = len(args) > 0 && args[len(args)-1] == "3"
		case "Tj", "TJ", "'", "\"":
			if !now.hidden {
				return "", 0, false
			}
		case "Do":
			if name != "" || len(args) == 0 || len(args[len(args)-1]) < 2 || args[len(args)-1][0] != '/' {
				return "", 0, false
			}
			name, drawn = args[len(args)-1][1:], now.m
		case "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "BI", "d0", "d1":
			return "", 0, false // lines, areas, shadings, pictures inside the content
		}
		args = args[:0]
	}
	if name == "" {
		return "", 0, false
	}
	orientation = stands(drawn)
	return name, orientation, orientation != 0
}

// stands is the EXIF orientation that does to a picture what the matrix of its
// unit square does, 0 for one that lies askew. The page's y points up.
func stands(m [6]float64) int {
	a, b, c, d := m[0], m[1], m[2], m[3]
	big := max(math.Abs(a), math.Abs(b), math.Abs(c), math.Abs(d))
	zero := func(v float64) bool { return math.Abs(v) <= 0.01*big }
	switch {
	case !(big > 0):
		return 0
	case zero(b) && zero(c):
		switch {
		case a > 0 && d > 0:
			return 1
		case a < 0 && d > 0:
			return 2
		case a < 0 && d < 0:
			return 3
		case a > 0 && d < 0:
			return 4
		}
	case zero(a) && zero(d):
		switch {
		case b < 0 && c < 0:
			return 5
		case b < 0 && c > 0:
			return 6
		case b > 0 && c > 0:
			return 7
		case b > 0 && c < 0:
			return 8
		}
	}
	return 0
}
