package proof

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// Format names the export's form in its first line.
const Format = "yuanmeng-log-1"

// Header is the first line of an export.
type Header struct {
	Format    string `json:"format"`
	Programme string `json:"programme"`
	Origin    string `json:"origin"` // of the checkpoints
	Key       string `json:"key"`    // base64 of the Ed25519 public key
	Leaves    int64  `json:"leaves"`
}

// NewHeader fills a header.
func NewHeader(programme, origin string, pub ed25519.PublicKey, leaves int64) Header {
	return Header{Format, programme, origin, base64.StdEncoding.EncodeToString(pub), leaves}
}

// PublicKey is the key that the header names.
func (h Header) PublicKey() (ed25519.PublicKey, error) {
	b, err := base64.StdEncoding.DecodeString(h.Key)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, errors.New("key: not base64 of 32 bytes")
	}
	return b, nil
}

// Log is an export as read: not yet judged.
type Log struct {
	Header Header
	Leaves [][]byte // one line each, without the line end
	Notes  [][]byte // signed checkpoints, oldest first
	lines  []int    // line of each note
}

// LineError says at which line a file is not an export.
type LineError struct {
	Line int
	Why  string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Why) }

// Export writes a log as one plain text file: a line of JSON that says what it
// is, one line per leaf, and after an empty line each the signed checkpoints,
// oldest first. The last checkpoint is to cover all leaves. The number of
// leaves must be the header's.
func Export(w io.Writer, h Header, leaves iter.Seq2[[]byte, error], checkpoints [][]byte) error {
	bw := bufio.NewWriterSize(w, 1<<16)
	line, err := json.Marshal(h)
	if err != nil {
		return err
	}
	bw.Write(line)
	bw.WriteByte('\n')
	n := int64(0)
	for l, err := range leaves {
		if err != nil {
			return err
		}
		if bytes.IndexByte(l, '\n') >= 0 || len(l) == 0 {
			return fmt.Errorf("export: leaf %d is not one line", n)
		}
		bw.Write(l)
		if err := bw.WriteByte('\n'); err != nil {
			return err
		}
		n++
	}
	if n != h.Leaves {
		return fmt.Errorf("export: %d leaves, the header says %d", n, h.Leaves)
	}
	for _, c := range checkpoints {
		bw.WriteByte('\n')
		if _, err := bw.Write(c); err != nil {
			return err
		}
	}
	return bw.Flush()
}

// ReadExport reads a file written by Export. It refuses, with the line, what
// has not that form; whether the leaves and checkpoints hold is for Verify.
func ReadExport(r io.Reader) (*Log, error) {
	all, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, &LineError{1, "the file is empty"}
	}
	if !bytes.HasSuffix(all, []byte("\n")) {
		return nil, &LineError{bytes.Count(all, []byte("\n")) + 1, "the last line has no end: the file was cut off"}
	}
	if !utf8.Valid(all) || bytes.IndexByte(all, '\r') >= 0 {
		for i, l := range bytes.Split(all, []byte("\n")) {
			if !utf8.Valid(l) || bytes.IndexByte(l, '\r') >= 0 {
				return nil, &LineError{i + 1, "not UTF-8 with line feeds only"}
			}
		}
	}
	lines := bytes.Split(all[:len(all)-1], []byte("\n"))
	g := new(Log)
	dec := json.NewDecoder(bytes.NewReader(lines[0]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&g.Header); err != nil || g.Header.Format != Format {
		return nil, &LineError{1, "not the head of a " + Format + " file"}
	}
	if again, _ := json.Marshal(g.Header); !bytes.Equal(again, lines[0]) {
		return nil, &LineError{1, "the head is not in its form"}
	}
	i := 1
	for ; i < len(lines) && len(lines[i]) > 0; i++ {
		if lines[i][0] != '{' {
			return nil, &LineError{i + 1, "neither a leaf nor an empty line"}
		}
	}
	g.Leaves = lines[1:i]
	for i < len(lines) {
		i++ // the empty line before each note
		from := i
		for i < len(lines) && len(lines[i]) > 0 {
			i++
		}
		text := i
		i++
		for i < len(lines) && bytes.HasPrefix(lines[i], []byte("— ")) {
			i++
		}
		if text == from || text >= len(lines) || i == text+1 {
			return nil, &LineError{min(from+1, len(lines)), "not a signed checkpoint"}
		}
		if i < len(lines) && len(lines[i]) > 0 {
			return nil, &LineError{i + 1, "neither a signature nor an empty line"}
		}
		g.lines = append(g.lines, from+1)
		g.Notes = append(g.Notes, append(bytes.Join(lines[from:i], []byte("\n")), '\n'))
	}
	return g, nil
}
