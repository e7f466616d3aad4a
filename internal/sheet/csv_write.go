package sheet

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Out takes rows, one after the other. Close ends the file; what could not be
// written is its error, as Faults with the numbers of the rows.
type Out interface {
	Row(cells ...string) error
	Close() error
}

// CSVOptions say how to write a csv.
type CSVOptions struct {
	Charset   Charset
	Separator rune // 0: comma
	LF        bool // end rows with a line feed alone; otherwise CR LF, as Excel does
	People    bool // for people to open: see Harmless; long digits get a tab so that Excel keeps them
	Bare      bool // never quote: for receivers that know no quotes; a cell that needs them is a fault
}

type csvOut struct {
	w      *bufio.Writer
	o      CSVOptions
	no     int
	faults Faults
}

// maxFaults bounds what is said about one file.
const maxFaults = 100

// NewCSV begins a csv.
func NewCSV(w io.Writer, o CSVOptions) (Out, error) {
	if o.Separator == 0 {
		o.Separator = ','
	}
	out := &csvOut{w: bufio.NewWriter(w), o: o}
	if o.Charset == UTF8BOM {
		if _, err := out.w.WriteString(bom); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Row writes one row.
func (c *csvOut) Row(cells ...string) error {
	c.no++
	for i, s := range cells {
		if lacks := Lacks(c.o.Charset, s); len(lacks) > 0 {
			c.fault(at("lacks", c.no, i+1, fmt.Sprintf("有%d个字用“%s”编码写不出来。请换一种编码，或者改这一行。", len(lacks), c.o.Charset)))
			continue
		}
		if c.o.People {
			s = Harmless(s)
			if isDigits(s) && (len(s) > 11 || len(s) > 1 && s[0] == '0') {
				s += "\t"
			}
		}
		special := strings.ContainsAny(s, "\"\r\n"+string(c.o.Separator))
		if special && c.o.Bare {
			c.fault(at("needs_quotes", c.no, i+1, "含有分隔符、引号或换行，对方读不了。请改这一行。"))
			continue
		}
		if special || i == 0 && len(cells) == 1 && s == "" {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		if i > 0 {
			s = string(c.o.Separator) + s
		}
		b, _ := Encode(c.o.Charset, s)
		if _, err := c.w.Write(b); err != nil {
			return err
		}
	}
	end := "\r\n"
	if c.o.LF {
		end = "\n"
	}
	_, err := c.w.WriteString(end)
	return err
}

func (c *csvOut) fault(f Fault) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, f)
	}
}

// Close ends the file.
func (c *csvOut) Close() error {
	if err := c.w.Flush(); err != nil {
		return err
	}
	if len(c.faults) > 0 {
		return c.faults
	}
	return nil
}

// Harmless puts an apostrophe before a text that a spreadsheet would take for a
// formula. Plain negative numbers stay. Files for banks are never changed.
func Harmless(s string) string {
	if s == "" || strings.HasPrefix(s, "-") && isNumber(s[1:]) {
		return s
	}
	if strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isNumber says whether a text is digits with at most one decimal point.
func isNumber(s string) bool {
	whole, part, point := strings.Cut(s, ".")
	return isDigits(whole) && (!point || isDigits(part))
}
