package scheme

import (
	"strings"
	"testing"
)

// Every correctable item has a ready reason, every reason names a correctable
// item, and no sentence leaves a brace behind.
func TestReturnReasons_StandWithTheirItems(t *testing.T) {
	has := map[string]bool{}
	codes := map[string]bool{}
	for _, r := range returnReasons {
		f, ok := Field(r.Field)
		if !ok || !f.Correctable {
			t.Errorf("%s names %q, which is not correctable", r.Code, r.Field)
		}
		if codes[r.Code] {
			t.Errorf("%s stands twice", r.Code)
		}
		codes[r.Code], has[r.Field] = true, true
		if !strings.HasSuffix(r.Worker, "。") || r.Staff == "" {
			t.Errorf("%s: %q is no sentence for the worker", r.Code, r.Worker)
		}
		if left := fillReason(r.Worker, &Application{}, &Programme{}); strings.ContainsAny(left, "{}") {
			t.Errorf("%s leaves %q", r.Code, left)
		}
	}
	for _, f := range Fields() {
		// What only counts heads, and the tick beside the name, need no ready words.
		if f.Correctable && !has[f.Key] && f.Key != "hukou" && f.Key != "name_untypable" {
			t.Errorf("%s is correctable and has no ready reason", f.Key)
		}
	}
	for _, r := range refuseReasons {
		if codes[r.Code] || !strings.HasSuffix(r.Worker, "。") || r.Clause == "" {
			t.Errorf("refusal %s: %q", r.Code, r.Worker)
		}
	}
}

func TestReturnText_IsWhatTheWorkerReads(t *testing.T) {
	app := &Application{Answers: Answers{RecUnionName: "永固厂工会"}}
	p := &Programme{District: "咸安区", Union: "咸安区总工会"}
	for _, c := range []struct {
		items, codes []string
		stamp        bool
		note, want   string
	}{
		{nil, []string{"stamp_other", "date_none"}, true, "", "盖好章的推荐表：章上的名称和推荐工会不一样。请到永固厂工会重新盖章，再拍照上传。签名或盖章的地方没有写日期。请补写日期，再拍照上传。"},
		{[]string{"bank"}, nil, false, " 写到支行 ", "开户银行：请再看一遍，改好。写到支行。"},
		{[]string{"photo"}, []string{"photo_blue"}, true, "", "照片：照片不是蓝底。请换一张1寸蓝底证件照。改好以后，请重新打印推荐表、签名，到永固厂工会盖章，再拍照上传。"},
		{[]string{"stamped"}, nil, false, "", "盖好章的推荐表：请再看一遍，重新拍照上传。"},
		{nil, nil, false, "", ""},
	} {
		if got := ReturnText(app, p, c.items, c.codes, c.stamp, c.note); got != c.want {
			t.Errorf("%v %v: %q, want %q", c.items, c.codes, got, c.want)
		}
	}
	if got := RefuseText(app, p, []string{"outside", "nonsense"}, "请看劳动合同"); got != "核实后认为，您实际上班的地方不在咸安区。请看劳动合同。" {
		t.Errorf("refusal: %q", got)
	}
}

func TestReturnMarks(t *testing.T) {
	for _, c := range []struct {
		items, codes  []string
		named         string
		stamp, excuse bool
	}{
		{nil, nil, "", false, false},
		{nil, []string{"nonsense"}, "", false, false},
		{nil, []string{"form_lost"}, "stamped", false, true},
		{[]string{"stamped"}, []string{"form_lost"}, "stamped", false, true},
		{[]string{"bank"}, []string{"form_lost"}, "bank,stamped", false, false},
		{nil, []string{"form_lost", "photo_blue"}, "stamped,photo", true, false},
		{nil, []string{"stamp_none", "card_form"}, "stamped,card", true, false},
		{[]string{"employer"}, nil, "employer", true, false},
	} {
		named, stamp, excuse := ReturnMarks(c.items, c.codes)
		if strings.Join(named, ",") != c.named || stamp != c.stamp || excuse != c.excuse {
			t.Errorf("%v %v: %v %v %v", c.items, c.codes, named, stamp, excuse)
		}
	}
}

// Items that do not apply to a person are not offered.
func TestReturnItems_AreOnlyWhatIsAsked(t *testing.T) {
	app := &Application{Answers: Answers{Dispatched: No}, Files: map[FileKind]FileNote{}}
	var keys []string
	for _, it := range ReturnItems(app, &Programme{}) {
		keys = append(keys, it.Field.Key)
	}
	got := strings.Join(keys, " ")
	if !strings.HasPrefix(got, "stamped photo name") || strings.Contains(got, "agency") || strings.Contains(" "+got+" ", " id ") || strings.Contains(got, "idcard") {
		t.Errorf("offered: %s", got)
	}
}
