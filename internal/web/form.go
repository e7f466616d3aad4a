package web

import (
	"strings"

	"github.com/a-h/templ"
)

// Problem is one thing wrong with a form: the field's name and the sentence
// that stands both in the summary and beside the field.
type Problem struct {
	Field    string
	Sentence string
}

// Problems are in the order of the page.
type Problems []Problem

// For gives the sentence for a field, "" when it is right.
func (ps Problems) For(field string) string {
	for _, p := range ps {
		if p.Field == field {
			return p.Sentence
		}
	}
	return ""
}

// Add appends a problem, with the field's own sentence winning over a later one.
func (ps *Problems) Add(field, sentence string) {
	if ps.For(field) == "" {
		*ps = append(*ps, Problem{field, sentence})
	}
}

// Kind is how a text field is typed in.
type Kind string

// The kinds of text field.
const (
	KindText   Kind = ""       // any line
	KindName   Kind = "name"   // a person's name, with the picker for rare characters
	KindDigits Kind = "digits" // digits only
	KindPhone  Kind = "tel"    // mobile number, read back 3-4-4
	KindID     Kind = "id"     // identity number, with an X key, read back 6-8-4
	KindCard   Kind = "card"   // bank card, read back in fours
	KindCode   Kind = "code"   // one-time code
	KindArea   Kind = "area"   // several lines
	KindDate   Kind = "date"   // a calendar day
	KindSearch Kind = "search" // a list filtered by the server
	KindSecret Kind = "secret" // a password
)

// Field is one input with its words. Name is the form field; the element's id
// is FieldID(Name).
type Field struct {
	Name         string
	Label        string
	Hint         string // how to fill it in, with an example
	Why          string // why we ask
	Value        string
	Error        string // from Problems.For
	Kind         Kind
	Optional     bool
	MaxLength    int      // UTF-16 units, as browsers count; 0 = by kind
	Rows         int      // KindArea
	Autocomplete string   // "" = by kind
	Pick         string   // KindName: address that looks up rare characters, e.g. /my/pick
	Suffix       string   // unit after the input: 元
	Suggest      []string // values offered while typing; any other may be typed
}

// FieldID is the id of the element of a field; error links point at it.
func FieldID(name string) string { return "f-" + name }

func (f Field) id() string { return FieldID(f.Name) }

func (f Field) kindOf() string {
	switch f.Kind {
	case KindPhone:
		return "tel"
	case KindDate:
		return "date"
	case KindSearch:
		return "search"
	case KindSecret:
		return "password"
	}
	return "text"
}

// attrs are the attributes that follow from the kind. Identity and card
// numbers are never type=number: browsers round them.
func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{}
	complete := f.Autocomplete
	length := f.MaxLength
	set := func(mode, auto string, max int) {
		if mode != "" {
			a["inputmode"] = mode
		}
		if complete == "" {
			complete = auto
		}
		if length == 0 {
			length = max
		}
	}
	switch f.Kind {
	case KindDigits:
		set("numeric", "off", 40)
	case KindPhone:
		set("tel", "tel", 20)
		a["data-group"] = "3-4-4"
	case KindID:
		// The keypad for digits has no X: the page offers the key beside it.
		set("numeric", "off", 24)
		a["data-group"] = "6-8-4"
		a["autocapitalize"] = "characters"
	case KindCard:
		set("numeric", "off", 32)
		a["data-group"] = "4-4-4-4-4"
	case KindCode:
		set("numeric", "one-time-code", 8)
	case KindName:
		set("", "name", 100)
	case KindSecret:
		set("", "current-password", 128)
	case KindSearch, KindDate:
		set("", "off", 100)
	default:
		set("", "off", 200)
	}
	if f.Kind != KindDate && length > 0 {
		a["maxlength"] = itoa(length)
	}
	a["autocomplete"] = complete
	a["spellcheck"] = "false"
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if len(f.Suggest) > 0 {
		a["list"] = f.id() + "-list"
	}
	if f.Kind == KindName && f.Pick != "" {
		a["data-pick"] = f.Pick
	}
	return a
}

func (f Field) describedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	return strings.Join(ids, " ")
}

func (f Field) legendAttrs() templ.Attributes {
	a := templ.Attributes{}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	return a
}

// Option is one answer of a Choice.
type Option struct {
	Value string
	Label string
	Hint  string
	Group string // a heading before the first option of the group
}

// optionID gives the first option the field's own id, where error links go.
func (f Field) optionID(i int) string {
	if i == 0 {
		return f.id()
	}
	return f.id() + "-" + itoa(i)
}

// Button is one action. Without Href it submits the form that it stands in.
type Button struct {
	Label string
	Kind  ButtonKind
	Href  string
	Name  string // field sent with the press
	Value string
	To    string // formaction: another address for this form
	Key   string // desk: the letter that presses it
	Skip  bool   // formnovalidate: 稍后再填
}

// ButtonKind is a button's weight. A page has one primary button.
type ButtonKind string

// The kinds of button; the zero value is the primary one.
const (
	Primary   ButtonKind = ""
	Secondary ButtonKind = "secondary"
	Danger    ButtonKind = "danger"
	Plain     ButtonKind = "link"
)

func (b Button) class() string {
	if b.Kind == Primary {
		return "btn primary"
	}
	return "btn " + string(b.Kind)
}

func (b Button) attrs() templ.Attributes {
	a := templ.Attributes{}
	if b.Name != "" {
		a["name"], a["value"] = b.Name, b.Value
	}
	if b.To != "" {
		a["formaction"] = b.To
	}
	if b.Skip {
		a["formnovalidate"] = true
	}
	if b.Key != "" {
		a["data-key"] = b.Key
		a["aria-keyshortcuts"] = b.Key
	}
	return a
}

func (b Button) linkAttrs() templ.Attributes {
	a := templ.Attributes{}
	if b.Key != "" {
		a["data-key"] = b.Key
		a["aria-keyshortcuts"] = b.Key
	}
	return a
}

// Upload is one picture or paper to hand in.
type Upload struct {
	Field
	PDF     bool            // a PDF will do as well as a photo
	Example templ.Component // what a good one looks like; nil shows nothing
	Have    string          // what is there already: 「已上传，3月1日 20:05」
	Form    bool            // wrap nothing: the caller's form carries data-upload
}

// accept leaves out the list of picture types on purpose: with
// "image/jpeg,image/png" many Android phones open the file list instead of the
// camera and the album. The server judges the bytes.
func (u Upload) accept() string {
	if u.PDF {
		return "image/*,application/pdf"
	}
	return "image/*"
}

// Hidden is a field that the page carries along.
type Hidden struct{ Name, Value string }

// Confirm is the content of a page that asks before an act.
type Confirm struct {
	Sentence string       // what will happen
	Facts    []SummaryRow // about whom and what
	Warning  string       // what cannot be undone
	Action   string       // POST target
	Fields   []Hidden     // what the form carries
	Reason   *Field       // a reason to give; nil asks none
	Yes      Button       // Label and Kind of the act
	No       Button       // the way back
}
