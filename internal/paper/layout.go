package paper

import (
	"fmt"
	"image/color"
	"strings"

	"rsc.io/qr"
)

// A4 in millimetres, and points to millimetres.
const (
	pageW = 210.0
	pageH = 297.0
	pt    = 25.4 / 72
)

type kind int

const (
	textMark kind = iota
	lineMark
	fillMark
	jpegMark
	qrMark
)

// mark is one thing on the page. Positions are millimetres for the form and
// pixels for the receipt; size is the font's em in the same unit. For text,
// (x, y) is the start of the baseline. For a line, (w, h) is its far end.
type mark struct {
	kind       kind
	x, y, w, h float64
	size       float64
	text       string
	jpeg       []byte
	code       *qr.Code
	ink        color.NRGBA
}

var (
	black = color.NRGBA{0, 0, 0, 255}
	grey  = color.NRGBA{0x57, 0x60, 0x6a, 255}
)

// The form of 附件3, in millimetres from the upper left corner: where the table
// stands, its columns and its rows. Everything else follows from these.
const (
	left, right = 18.0, 192.0
	colName     = 43.0  // 姓名 | value
	colID       = 77.0  // value | 身份证号
	colIDValue  = 99.0  // 身份证号 | value
	colPhoto    = 158.0 // value | photo
	top         = 54.0
	rowPhone    = top + 15
	rowCard     = top + 30
	rowOwn      = top + 45
	rowUnion    = rowOwn + 35
	rowDistrict = rowUnion + 53
	rowNotes    = rowDistrict + 50
	bottom      = rowNotes + 42
	thin, thick = 0.18, 0.35
	// The square is 30 mm: 28 is the smallest that still reads in a whole-page photo
	// of 1200 pixels, and stands at the top right, away from the seals.
	qrX, qrY, qrSide = 162.0, 9.0, 30.0
	photoW, photoH   = 25.0, 35.0 // 1寸
)

// The pre-printed sentences of 附件3, word for word.
const (
	labelName     = "姓名"
	labelID       = "身份证号"
	labelPhoto    = "1寸蓝底照片"
	labelPhone    = "联系电话"
	labelEmployer = "工作单位"
	labelCard     = "银行卡号"
	labelOwn      = "本人申请"
	labelUnion    = "基层工会\n审核意见"
	labelDistrict = "区总工会\n审核意见"
	ownText       = "本人所提交“求学圆梦行动”助学申请材料均真实、有效。"
	ownSign       = "签 名："
	unionText     = "经审核，该职工符合“求学圆梦行动”助学申请条件。"
	unionSign     = "基层工会（签章）："
	districtSign  = "总工会（签章）："
	notesHead     = "说明："
)

var (
	dateWords = [3]string{"年", "月", "日"}
	notes     = []string{
		"1.申请职工填报基本信息及后期补贴发放银行卡（储蓄卡），本人签名；",
		"2.持本表交由所在单位工会审核盖章，职工所在单位没有成立工会组织的，通过用工单位所在地的乡镇（街道）、村（社区）工会申请助学；",
		"3.持本表基层工会签章件在“湖北省求学圆梦行动服务中心”微信公众号平台上传申请助学，审核通过后提交入学相关资料。“区总工会审核意见”由求学圆梦服务中心编订成册上交审核，无需职工本人提交至区总工会。",
	}
)

// spot is a place of the form in millimetres.
type spot struct{ x, y, w, h float64 }

var spots = map[string]spot{
	"name":          {colName, top, colID - colName, 15},
	"id":            {colIDValue, top, colPhoto - colIDValue, 15},
	"phone":         {colName, rowPhone, colID - colName, 15},
	"employer":      {colIDValue, rowPhone, colPhoto - colIDValue, 15},
	"card":          {colName, rowCard, colPhoto - colName, 15},
	"photo":         {(colPhoto + right - photoW) / 2, top + (45-photoH)/2, photoW, photoH},
	"signature":     {100, rowOwn + 13, right - 100, 11},
	"seal":          {110, rowUnion + 4, 78, 48},
	"district_seal": {110, rowDistrict + 2, 78, 47},
	"qr":            {qrX, qrY, qrSide, qrSide},
}

// Boxes gives the places of the form as fractions of the page: name, id,
// phone, employer, card, photo, signature, seal (基层工会), district_seal, qr.
func Boxes() map[string]Rect {
	m := make(map[string]Rect, len(spots))
	for k, s := range spots {
		m[k] = Rect{s.x / pageW, s.y / pageH, s.w / pageW, s.h / pageH}
	}
	return m
}

// form lays out one 推荐表.
func (p *Press) form(r Recommendation) ([]mark, error) {
	s := &sheet{press: p}

	// Head: code and square above the title, so that the table keeps the look
	// of the paper one.
	if r.QR != "" {
		c, err := qr.Encode(r.QR, qr.Q)
		if err != nil {
			return nil, fmt.Errorf("paper: qr: %w", err)
		}
		s.add(mark{kind: qrMark, x: qrX, y: qrY, w: qrSide, h: qrSide, code: c})
	}
	y := 16.0
	if r.Code != "" {
		s.line("表格编号："+r.Code, left, y, 11*pt, black)
		y += 6.5
	}
	if r.Number != "" {
		s.line("受理编号："+r.Number, left, y, 11*pt, black)
		y += 6.5
	}
	if r.QR != "" {
		s.line("拍照上传时，请把右上角二维码一起拍进去。", left, y, 9*pt, grey)
	}
	size := 20 * pt
	if w := p.ems(r.Title) * size; w > right-left {
		size *= (right - left) / w
	}
	s.centre(r.Title, spot{left, 40, right - left, 11}, size)

	// The grid.
	s.rule(left, top, right, top, thick)
	s.rule(left, bottom, right, bottom, thick)
	s.rule(left, top, left, bottom, thick)
	s.rule(right, top, right, bottom, thick)
	s.rule(left, rowPhone, colPhoto, rowPhone, thin)
	s.rule(left, rowCard, colPhoto, rowCard, thin)
	for _, y := range []float64{rowOwn, rowUnion, rowDistrict, rowNotes} {
		s.rule(left, y, right, y, thin)
	}
	s.rule(colName, top, colName, rowNotes, thin)
	s.rule(colID, top, colID, rowCard, thin)
	s.rule(colIDValue, top, colIDValue, rowCard, thin)
	s.rule(colPhoto, top, colPhoto, rowOwn, thin)

	// Labels.
	const label = 12 * pt
	s.centre(labelName, spot{left, top, colName - left, 15}, label)
	s.centre(labelID, spot{colID, top, colIDValue - colID, 15}, label)
	s.centre(labelPhone, spot{left, rowPhone, colName - left, 15}, label)
	s.centre(labelEmployer, spot{colID, rowPhone, colIDValue - colID, 15}, label)
	s.centre(labelCard, spot{left, rowCard, colName - left, 15}, label)
	s.centre(labelOwn, spot{left, rowOwn, colName - left, rowUnion - rowOwn}, label)
	s.centre(labelUnion, spot{left, rowUnion, colName - left, rowDistrict - rowUnion}, label)
	s.centre(labelDistrict, spot{left, rowDistrict, colName - left, rowNotes - rowDistrict}, label)

	// Values.
	s.fit(r.Name, spots["name"], 14*pt)
	if !r.BlankID {
		s.fit(r.ID, spots["id"], 13*pt)
	}
	s.fit(r.Phone, spots["phone"], 13*pt)
	s.fit(r.Employer, spots["employer"], 12*pt)
	if !r.BlankCard {
		s.fit(fours(r.Card), spots["card"], 14*pt)
	}
	if len(r.Photo) > 0 {
		b := spots["photo"]
		s.add(mark{kind: jpegMark, x: b.x, y: b.y, w: b.w, h: b.h, jpeg: r.Photo})
	} else {
		s.centre(labelPhoto, spot{colPhoto, top, right - colPhoto, 45}, label)
	}

	// The three opinions: the sentence, room for hand and stamp, the date.
	inner := colName + 4
	s.line("　　"+ownText, inner, rowOwn+9, label, black)
	s.line(ownSign, 100, rowOwn+20.5, label, black)
	s.date(rowUnion - 4.5)
	s.line("　　"+unionText, inner, rowUnion+10, label, black)
	s.line(unionSign, 84, rowUnion+30, label, black)
	s.date(rowDistrict - 5)
	s.line(districtSign, 88, rowDistrict+27, label, black)
	s.date(rowNotes - 5)

	// 说明.
	const noteSize = 10.5 * pt
	y = rowNotes + 6
	s.line(notesHead, left+3, y, noteSize, black)
	for _, n := range notes {
		for _, l := range p.wrap(n, (right-left-6)/noteSize) {
			y += 5.35
			s.line(l, left+3, y, noteSize, black)
		}
	}

	foot := "表格版式 " + Version
	if !r.PrintedAt.IsZero() {
		foot += "　打印时间 " + r.PrintedAt.In(beijing).Format("2006-01-02 15:04")
	}
	if r.Code != "" {
		foot += "　编号 " + r.Code
	}
	s.line(foot, left, bottom+6, 8*pt, grey)
	return s.marks, nil
}

// sheet collects marks.
type sheet struct {
	press *Press
	marks []mark
}

func (s *sheet) add(m mark) { s.marks = append(s.marks, m) }

func (s *sheet) rule(x, y, x2, y2, width float64) {
	s.add(mark{kind: lineMark, x: x, y: y, w: x2, h: y2, size: width, ink: black})
}

func (s *sheet) line(t string, x, base, size float64, ink color.NRGBA) {
	if t != "" {
		s.add(mark{kind: textMark, x: x, y: base, size: size, text: t, ink: ink})
	}
}

// baseline is where text of one em centred at y stands: the ideographs of the
// embedded font reach from 0.88 em above the baseline to 0.12 below.
func baseline(y, size float64) float64 { return y + 0.38*size }

// centre sets t, one line per \n, in the middle of b.
func (s *sheet) centre(t string, b spot, size float64) {
	lines := strings.Split(t, "\n")
	const lead = 1.45
	y := b.y + b.h/2 - float64(len(lines)-1)*lead*size/2
	for _, l := range lines {
		w := s.press.ems(l) * size
		s.line(l, b.x+(b.w-w)/2, baseline(y, size), size, black)
		y += lead * size
	}
}

// fit sets t in b at the largest size, from size downwards, at which it fits,
// on as many lines as that takes.
func (s *sheet) fit(t string, b spot, size float64) {
	t = settle(strings.TrimSpace(t))
	if t == "" {
		return
	}
	const lead, padX, padY = 1.2, 1.5, 1.0
	w, h := b.w-2*padX, b.h-2*padY
	for {
		lines := s.press.wrap(t, w/size)
		if float64(len(lines))*lead*size <= h || size < 4*pt {
			y := b.y + b.h/2 - float64(len(lines)-1)*lead*size/2
			for _, l := range lines {
				s.line(l, b.x+(b.w-s.press.ems(l)*size)/2, baseline(y, size), size, black)
				y += lead * size
			}
			return
		}
		size -= 0.25 * pt
	}
}

// date prints 年 月 日 at the right with room for figures written by hand.
func (s *sheet) date(base float64) {
	const size = 12 * pt
	for i, w := range dateWords {
		s.line(w, right-44+float64(i)*17, base, size, black)
	}
}

// Characters that may not begin or end a line.
const (
	noStart = "，。、；：？！）》」』】”’,.;:?!)]}·％%"
	noEnd   = "（《「『【“‘([{"
)

// wrap breaks t into lines of at most width ems. Chinese breaks anywhere
// except before closing and after opening marks; figures and Latin words stay
// whole while they fit.
func (p *Press) wrap(t string, width float64) []string {
	var lines []string
	rs := []rune(t)
	for len(rs) > 0 {
		n, w := 0, 0.0
		for n < len(rs) {
			w += p.ems(string(rs[n]))
			if w > width+1e-9 {
				break
			}
			n++
		}
		if n == 0 {
			n = 1
		}
		if n < len(rs) {
			k := n
			for k > 1 && !mayBreak(rs[k-1], rs[k]) {
				k--
			}
			if k > 1 {
				n = k
			}
		}
		lines = append(lines, strings.TrimRight(string(rs[:n]), " "))
		rs = rs[n:]
		for len(rs) > 0 && rs[0] == ' ' {
			rs = rs[1:]
		}
	}
	return lines
}

func mayBreak(a, b rune) bool {
	if strings.ContainsRune(noStart, b) || strings.ContainsRune(noEnd, a) {
		return false
	}
	word := func(r rune) bool {
		return r < 0x250 && r != ' '
	}
	return !(word(a) && word(b))
}

// fours groups a card number for the eye.
func fours(s string) string {
	s = strings.ReplaceAll(s, " ", "")
	var b strings.Builder
	for i, r := range []rune(s) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
