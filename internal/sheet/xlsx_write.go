package sheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// The writer sends the rows straight into the archive: nothing is kept and
// nothing waits in a file outside of the sealed store. No part has a date.

// Head is a column of an xlsx.
type Head struct {
	Title  string
	Width  float64 // in characters; 0 is 14
	Number bool    // plain numbers of at most 15 digits become numbers; everything else is text
	Money  bool    // a Number shown with two decimals
}

// XLSXOptions say how to write an xlsx.
type XLSXOptions struct {
	Sheet  string // name of the only sheet; empty: 表1
	Heads  []Head
	Above  [][]string // rows above the header
	Plain  bool       // no row of titles
	People bool       // for people to open: see Harmless
	// Stored leaves the parts as they are. A file that is named by its hash must
	// not change when a later compiler packs better.
	Stored bool
}

// xlsxRows is how many rows a sheet can hold.
const xlsxRows = 1 << 20

type xlsxOut struct {
	z      *zip.Writer
	w      *bufio.Writer
	o      XLSXOptions
	no     int
	faults Faults
}

// made stands as the date of every part: the first that a zip can say.
var made = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	ooxml   = `http://schemas.openxmlformats.org/`
)

// NewXLSX begins an xlsx: everything that stands before the rows.
func NewXLSX(w io.Writer, o XLSXOptions) (Out, error) {
	x := &xlsxOut{z: zip.NewWriter(w), o: o}
	if o.Sheet == "" {
		o.Sheet = "表1"
	}
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + ooxml + `package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + ooxml + `package/2006/relationships"><Relationship Id="rId1" Type="` + ooxml + `officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + ooxml + `spreadsheetml/2006/main" xmlns:r="` + ooxml + `officeDocument/2006/relationships"><sheets><sheet name="` + escape(sheetName(o.Sheet)) + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + ooxml + `package/2006/relationships"><Relationship Id="rId1" Type="` + ooxml + `officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + ooxml + `officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
		// The cell formats: 0 general, 1 text, 2 bold text, 3 two decimals.
		{"xl/styles.xml", `<styleSheet xmlns="` + ooxml + `spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/><xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
		{"xl/worksheets/sheet1.xml", ""},
	} {
		h := &zip.FileHeader{Name: part[0], Method: zip.Deflate, Modified: made}
		if o.Stored {
			h.Method = zip.Store
		}
		to, err := x.z.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(to, xmlHead+part[1]); err != nil {
			return nil, err
		}
		x.w = bufio.NewWriterSize(to, 1<<16)
	}
	fmt.Fprintf(x.w, `<worksheet xmlns="%sspreadsheetml/2006/main">`, ooxml)
	if frozen := len(o.Above) + 1; !o.Plain {
		fmt.Fprintf(x.w, `<sheetViews><sheetView workbookViewId="0"><pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`, frozen, frozen+1)
	}
	if len(o.Heads) > 0 {
		x.w.WriteString("<cols>")
		for i, h := range o.Heads {
			width, format := h.Width, 1
			if width == 0 {
				width = 14
			}
			if h.Number {
				format = 0
			}
			if h.Money {
				format = 3
			}
			fmt.Fprintf(x.w, `<col min="%d" max="%d" width="%g" style="%d" customWidth="1"/>`, i+1, i+1, width, format)
		}
		x.w.WriteString("</cols>")
	}
	x.w.WriteString("<sheetData>")
	for _, row := range o.Above {
		if err := x.row(row, 1, false); err != nil {
			return nil, err
		}
	}
	if !o.Plain {
		var titles []string
		for _, h := range o.Heads {
			titles = append(titles, h.Title)
		}
		if err := x.row(titles, 2, false); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// Row writes one row.
func (x *xlsxOut) Row(cells ...string) error { return x.row(cells, 1, true) }

func (x *xlsxOut) row(cells []string, text int, body bool) error {
	if x.no++; x.no > xlsxRows {
		return at("too_long", x.no, 0, "超出了一张表能放的行数。请缩小范围，分几次导出。")
	}
	fmt.Fprintf(x.w, `<row r="%d">`, x.no)
	for i, s := range cells {
		if s == "" {
			continue
		}
		if x.o.People {
			s = Harmless(s)
		}
		switch {
		case !utf8.ValidString(s):
			x.fault(at("lacks", x.no, i+1, "有写不出来的字。请改这一行。"))
			continue
		case utf8.RuneCountInString(s) > Usual.Cell:
			x.fault(at("cell_long", x.no, i+1, "的内容太长，表格放不下。"))
			continue
		}
		ref := ColumnName(i + 1)
		if body && i < len(x.o.Heads) && (x.o.Heads[i].Number || x.o.Heads[i].Money) && isNumber(strings.TrimPrefix(s, "-")) && len(s) <= 15 {
			format := 0
			if x.o.Heads[i].Money {
				format = 3
			}
			fmt.Fprintf(x.w, `<c r="%s%d" s="%d"><v>%s</v></c>`, ref, x.no, format, s)
			continue
		}
		fmt.Fprintf(x.w, `<c r="%s%d" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ref, x.no, text, escape(s))
	}
	_, err := x.w.WriteString("</row>")
	return err
}

func (x *xlsxOut) fault(f Fault) {
	if len(x.faults) < maxFaults {
		x.faults = append(x.faults, f)
	}
}

// Close ends the file.
func (x *xlsxOut) Close() error {
	x.w.WriteString("</sheetData></worksheet>")
	if err := x.w.Flush(); err != nil {
		return err
	}
	if err := x.z.Close(); err != nil {
		return err
	}
	if len(x.faults) > 0 {
		return x.faults
	}
	return nil
}

// escape writes a text for XML; what XML cannot hold becomes _x0007_, and a text
// that looks like that is kept apart from it.
func escape(s string) string {
	s = strings.ReplaceAll(s, "_x", "_x005F_x")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '"':
			b.WriteString("&quot;")
		case r < 0x20 && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF:
			fmt.Fprintf(&b, "_x%04X_", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// sheetName is a name without what a tab may not have, and not too long.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < 0x20 {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 31 {
		s = string(r[:31])
	}
	return s
}
