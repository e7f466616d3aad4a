package web

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

func TestBlocks(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "[]"},
		{"# 标题\n\n第一段。\n第二段。\n", "[{# [标题] []} {p [第一段。] []} {p [第二段。] []}]"},
		{"## 小标题\n- 甲\n- 乙\n\n- 丙", "[{## [小标题] []} {- [甲 乙 丙] []}]"},
		{"1. 先\n2. 后\n10. 末", "[{1. [先 后 末] []}]"},
		{"1.不是编号\n2026. 也不是", "[{p [1.不是编号] []} {p [2026. 也不是] []}]"},
		{"| 层  次 | 类  别 |\n|---|---|\n| 高升专 | 理工类 |", "[{| [] [[层  次 类  别] [高升专 理工类]]}]"},
		{"####### 七个井号\n-没有空格", "[{p [####### 七个井号] []} {p [-没有空格] []}]"},
	} {
		if got := fmt.Sprint(Blocks(c.in)); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestProse_EscapesAndKeepsEveryWord(t *testing.T) {
	var b strings.Builder
	if err := Prose(Blocks("# 不显示\n<b>甲</b>\n- 乙\n| 丙 | 丁 |\n|---|---|\n| 戊 | 己 |")).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<p>&lt;b&gt;甲&lt;/b&gt;</p>", "<li>乙</li>", `<th scope="col">丙</th>`, "<td>己</td>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "不显示") {
		t.Error("the title stands twice")
	}
}
