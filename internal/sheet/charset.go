package sheet

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Charset is how a text file is encoded.
type Charset string

// The charsets. GBK is written with the encoder of GB18030, whose part of two
// bytes it is: the text library's own GBK lacks characters of names. As a
// charset it says that the receiver knows no more than that part.
const (
	UTF8    Charset = "utf-8"
	UTF8BOM Charset = "utf-8-bom"
	GB18030 Charset = "gb18030"
	GBK     Charset = "gbk"
)

// Charsets lists them all.
var Charsets = []Charset{UTF8BOM, UTF8, GB18030, GBK}

const bom = "\xEF\xBB\xBF"

// wide says whether a charset is one of Unicode's own.
func (c Charset) wide() bool { return c == UTF8 || c == UTF8BOM }

// Lacks lists the characters of a text that a charset cannot write.
func Lacks(c Charset, s string) []string {
	if _, ok := Encode(c, s); ok {
		return nil
	}
	var out []string
	for i, r := range s {
		if _, ok := Encode(c, s[i:i+max(1, size(r, s[i:]))]); !ok {
			out = append(out, string(r))
		}
	}
	return out
}

// size is how many bytes of the text a rune took: one for a broken byte.
func size(r rune, rest string) int {
	if r == utf8.RuneError && !strings.HasPrefix(rest, "\uFFFD") {
		return 1
	}
	return utf8.RuneLen(r)
}

// Encode writes a text in a charset, without a byte order mark; false if the
// charset lacks a character.
func Encode(c Charset, s string) ([]byte, bool) {
	if !utf8.ValidString(s) {
		return nil, false
	}
	if c.wide() {
		return []byte(s), true
	}
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		return nil, false
	}
	// The tables of the text library do not lead back from every private-use
	// character; what would come back as another one cannot be written.
	if back, ok := Decode(c, b); !ok || back != s {
		return nil, false
	}
	if c == GBK {
		for i := 0; i < len(b); i++ {
			if b[i] < 0x80 {
				continue
			}
			if i++; i < len(b) && b[i] >= '0' && b[i] <= '9' {
				return nil, false // the second byte of a character of four
			}
		}
	}
	return b, true
}

// Decode reads text of a charset; false if a byte does not belong to it. A byte
// order mark is left out.
func Decode(c Charset, b []byte) (string, bool) {
	if c.wide() {
		s := strings.TrimPrefix(string(b), bom)
		return s, utf8.ValidString(s)
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	return string(out), err == nil && !strings.ContainsRune(string(out), utf8.RuneError)
}

// guess finds out how a file is encoded. Text with a few broken characters is
// still UTF-8, not Chinese text of another charset that reads as nonsense.
func guess(b []byte) Charset {
	if strings.HasPrefix(string(b[:min(len(b), 3)]), bom) {
		return UTF8BOM
	}
	good, bad := 0, 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			bad++
		case r >= 0x80:
			good++
		}
		i += max(n, 1)
	}
	if bad == 0 || good > 4*bad {
		return UTF8
	}
	return GB18030
}
