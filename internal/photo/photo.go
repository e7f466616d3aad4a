// Package photo says what an uploaded file shows and makes a clean copy of it.
//
// It works on bytes alone: no store, no clock, no disk. Three rules hold:
//
//   - What is kept is never what came. Every picture is decoded and drawn anew,
//     so that places, serial numbers and anything hidden behind a picture stay
//     behind; every PDF is written anew without scripts, files and links.
//   - The size of a picture is read from its head before it is decoded.
//   - What is noticed (blur, a seal, a code) is a finding for the worker and
//     for staff. It never decides: only a file that cannot be kept is refused,
//     with a Fault that says what to do.
//
// Decoding takes memory, so at most as many files are worked on at once as
// there are cores; further calls wait their turn. A large picture counts for
// several. See maxWork.
package photo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/sync/semaphore"

	"yuanmeng/internal/scheme"
)

// What is taken at most.
const (
	MaxBytes  = 15 << 20   // of the file as it comes
	MaxPixels = 40_000_000 // of a picture, by its head
	MaxPages  = 30         // of a PDF

	// maxWork is the memory, in bytes, that decoding one picture may take; it
	// is estimated from the head. Progressive JPEG and 16-bit PNG need most.
	maxWork = 256 << 20
	// share is how much of that one core's turn covers: a picture that needs
	// more takes several turns. So all work together stays near cores × share.
	share = 128 << 20
	// longEdge is the long side, in pixels, of what is kept of a page.
	longEdge = 2400
	// maxKept bounds one page of the result, in bytes.
	maxKept = 20 << 20
)

// Levels of findings.
const (
	ok   = "ok"
	warn = "warn"
)

// Fault is why a file is not taken. It never repeats what is in the file.
type Fault struct {
	Code     string // stable, snake_case
	Sentence string // what the person reads: what to do, in Chinese
}

// Error names the fault in English, for logs.
func (f Fault) Error() string { return "photo: " + strings.ReplaceAll(f.Code, "_", " ") }

// The faults. Each is a sentence that somebody reads on a phone.
var (
	faultEmpty       = Fault{"empty", "文件是空的，请重新选一张照片。"}
	faultTooLarge    = Fault{"too_large", "文件超过15兆，请换一张小一点的照片，或在微信里发给“文件传输助手”（不勾“原图”），再保存上传。"}
	faultPixels      = Fault{"too_many_pixels", "照片的像素太多，请用手机截屏，把截图传上来，或换普通拍照模式重拍。"}
	faultHEIC        = Fault{"heic", "这是苹果手机的HEIC照片，这里打不开。请在微信里把它发给“文件传输助手”，保存后再传；或在“设置－相机－格式”里选“兼容性最佳”，重拍一张。"}
	faultGIF         = Fault{"gif", "这是动图（GIF）。请传用手机拍的照片（JPG或PNG）。"}
	faultWebP        = Fault{"webp", "这是WEBP图片，这里打不开。请用手机截屏，把截图传上来。"}
	faultOtherImage  = Fault{"other_image", "这种图片这里打不开。请传JPG或PNG图片，或用手机拍一张。"}
	faultHTML        = Fault{"html", "这是网页文件，不是照片。请用手机拍一张照片上传。"}
	faultOffice      = Fault{"office", "这是Word或WPS文档。请打印出来用手机拍照，或另存为PDF再传。"}
	faultArchive     = Fault{"archive", "这是压缩包。请先解压，再把里面的照片传上来。"}
	faultVideo       = Fault{"video", "这是视频或录音。请传照片（JPG或PNG）。"}
	faultType        = Fault{"type", "这里只收照片（JPG、PNG）和PDF。请用手机拍一张照片上传。"}
	faultNotPicture  = Fault{"pdf_for_photo", "这里要一张照片，不要PDF。请传JPG或PNG。"}
	faultBroken      = Fault{"broken", "照片没有传完整，或者已经损坏。请重新选一张再传。"}
	faultUnsupported = Fault{"unsupported", "这张照片的格式比较特殊，这里打不开。请用手机截屏，把截图传上来。"}
	faultPDF         = Fault{"pdf_broken", "这份PDF打不开，可能已经损坏。请打印出来用手机拍照上传。"}
	faultPDFLocked   = Fault{"pdf_locked", "这份PDF设了密码或权限。请取消密码后再传，或打印出来用手机拍照上传。"}
	faultPDFScript   = Fault{"pdf_script", "这份PDF里带有程序，为了安全不能收。请打印出来用手机拍照上传。"}
	faultPDFFile     = Fault{"pdf_attachment", "这份PDF里夹带了别的文件或音像，为了安全不能收。请打印出来用手机拍照上传。"}
	faultPDFPages    = Fault{"pdf_pages", "这份PDF超过30页。请只传需要的那几页。"}
	faultInside      = Fault{"unreadable", "这个文件系统读不了。请用手机重新拍一张照片上传。"}
)

// Page is one page of the clean copy.
type Page struct {
	Type string // image/jpeg, or application/pdf for pages that only a reader of PDF can show
	Body []byte
}

// Result is the clean copy and what was noticed.
type Result struct {
	Pages    []Page // at least one
	Findings []scheme.Finding
	QR       string // what the square on the page says, "" when none was read
	SHA256   string // hex, of the bytes as they came
}

// Box is a place in fractions (0–1) of a page, from its upper left corner. It
// is the same unnamed struct as paper.Rect, so paper.Boxes() fits everywhere.
type Box = struct{ X, Y, W, H float64 }

// Type says what b is by its content: image/jpeg, image/png or
// application/pdf. Anything else, and a file over MaxBytes, is a Fault. A file
// may still turn out broken.
func Type(b []byte) (string, error) {
	switch {
	case len(b) == 0:
		return "", faultEmpty
	case len(b) > MaxBytes:
		return "", faultTooLarge
	}
	m := mimetype.Detect(b)
	is := func(types ...string) bool {
		for t := m; t != nil; t = t.Parent() {
			for _, want := range types {
				if t.Is(want) {
					return true
				}
			}
		}
		return false
	}
	name, _, _ := strings.Cut(m.String(), ";")
	switch {
	// A drawing program's or an animated PNG is a kind of PNG; the exact name
	// is asked for JPEG, whose kinds (JPEG 2000, XL) are others.
	case m.Is("image/jpeg"):
		return "image/jpeg", nil
	case is("image/png"):
		return "image/png", nil
	case is("application/pdf"):
		return "application/pdf", nil
	case is("image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence", "image/avif"):
		return "", faultHEIC
	case is("image/gif"):
		return "", faultGIF
	case is("image/webp"):
		return "", faultWebP
	case is("text/html", "image/svg+xml", "text/xml"):
		return "", faultHTML
	case strings.HasPrefix(name, "image/"):
		return "", faultOtherImage
	case strings.HasPrefix(name, "video/"), strings.HasPrefix(name, "audio/"):
		return "", faultVideo
	case strings.HasPrefix(name, "application/vnd.openxmlformats"), is("application/x-ole-storage", "application/msword", "text/rtf"):
		return "", faultOffice
	case is("application/zip", "application/x-rar-compressed", "application/x-7z-compressed", "application/gzip"):
		return "", faultArchive
	}
	return "", faultType
}

var (
	cores = int64(runtime.GOMAXPROCS(0))
	turns = semaphore.NewWeighted(cores)
)

// turn waits until there is room for work that takes so many bytes and gives
// the function that ends it.
func turn(bytes int64) func() {
	n := min(max((bytes+share-1)/share, 1), cores)
	// The background never ends, so this cannot fail.
	_ = turns.Acquire(context.Background(), n)
	return func() { turns.Release(n) }
}

// enter says what b is, holds it to the limits and waits for its turn. done ends
// the turn; it is nil only with an error.
func enter(b []byte) (kind string, done func(), err error) {
	if kind, err = Type(b); err != nil {
		return "", nil, err
	}
	if kind == "application/pdf" {
		return kind, turn(maxWork), nil
	}
	h, err := look(b, kind)
	if err != nil {
		return "", nil, err
	}
	return kind, turn(h.work), nil
}

// guard turns a panic of a decoder into a Fault. The panic's text may hold
// bytes of the file and is dropped.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = faultInside
	}
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func finding(code, level, text string, args ...any) scheme.Finding {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return scheme.Finding{Code: code, Level: level, Text: text}
}
