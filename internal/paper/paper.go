// Package paper prints what the platform hands to a worker on paper: the
// 推荐表 of 附件3 as a one-page PDF and as a picture for long-press saving, and
// the receipt as a picture. One layout, measured in millimetres, drives both.
package paper

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// Version names this drawing of the form. It is printed in the footer, so
// that a photographed form can be told from one printed by an older layout.
const Version = "2026-1"

// beijing is the clock of everything printed; China keeps one zone without
// summer time, so a fixed offset needs no zone file.
var beijing = time.FixedZone("CST", 8*3600)

// Recommendation is one filled 推荐表. Empty fields stay empty on paper and are
// filled in by hand.
type Recommendation struct {
	// Title is the heading, from the programme (附件3, first line).
	Title string
	// Name, ID, Phone, Employer and Card are printed as given; Card is
	// grouped in fours for the eye.
	Name, ID, Phone, Employer, Card string
	// Photo is the 1寸 picture as JPEG (295×413 pixels); nil leaves the box
	// for a glued print.
	Photo []byte
	// Code is the short code in letters; QR is what the square says. Neither
	// may hold personal data.
	Code, QR string
	// Number is the acceptance number; empty before there is one.
	Number string
	// PrintedAt goes to the footer and into the PDF's Info.
	PrintedAt time.Time
	// BlankID and BlankCard leave the number to be written by hand.
	BlankID, BlankCard bool
}

// ReceiptCard is what the receipt picture shows. Name must arrive masked.
type ReceiptCard struct {
	Programme, Number, Place string
	At                       time.Time
	Name, Code, QR           string
	// Lines are plain sentences under the number: what happens next.
	Lines []string
}

// Rect is a box in fractions (0–1) of the page, from its upper left corner.
// It is an alias of an unnamed struct so that a picture package can take these
// boxes without importing this one.
type Rect = struct{ X, Y, W, H float64 }

// Recommendation writes r as a PDF of exactly one A4 page. The same r gives
// the same bytes. Runes no font has are drawn as □; ask CanPrint first.
func (p *Press) Recommendation(w io.Writer, r Recommendation) error {
	marks, err := p.form(r)
	if err != nil {
		return err
	}
	raw, err := p.drawPDF(marks, r)
	if err != nil {
		return fmt.Errorf("paper: draw form: %w", err)
	}
	out, err := repairText(raw)
	if err != nil {
		return fmt.Errorf("paper: repair text layer: %w", err)
	}
	_, err = io.Copy(w, bytes.NewReader(out))
	return err
}

// RecommendationImage draws the same form as a PNG of 1240×1754 pixels
// (A4 at 150 dpi), for saving with a long press.
func (p *Press) RecommendationImage(r Recommendation) ([]byte, error) {
	marks, err := p.form(r)
	if err != nil {
		return nil, err
	}
	return p.drawPNG(marks, 1240, 1754, 1240/pageW)
}

// ReceiptImage draws the receipt as a PNG of 750×1334 pixels, the shape of a
// phone.
func (p *Press) ReceiptImage(c ReceiptCard) ([]byte, error) {
	marks, err := p.receipt(c)
	if err != nil {
		return nil, err
	}
	return p.drawPNG(marks, receiptW, receiptH, 1)
}
