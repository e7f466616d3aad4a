package apply

import (
	"slices"
	"testing"
)

// Each item of a return stands on a line of its own; a text of one item or of
// none stays whole.
func TestReasonLines(t *testing.T) {
	for text, want := range map[string][]string{
		"工会回复：本人已离职。": {"工会回复：本人已离职。"},
		"照片：照片不是蓝底。请换一张。岗位：请把岗位写具体。改好以后，请重新打印。": {"照片：照片不是蓝底。请换一张。", "岗位：请把岗位写具体。", "改好以后，请重新打印。"},
		"": {""},
	} {
		if got := reasonLines(text); !slices.Equal(got, want) {
			t.Errorf("reasonLines(%q) = %q, want %q", text, got, want)
		}
	}
}
