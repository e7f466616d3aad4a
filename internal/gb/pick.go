package gb

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Candidate is one character offered by the picker.
type Candidate struct {
	Char   string
	Pinyin string // with tone marks; the reading used in names
	Parts  string // what it is put together from, left to right, top to bottom
}

// rareTable lists characters of names that are hard to type: character,
// reading, parts.
const rareTable = `
䶮 yǎn 龙天
龑 yǎn 龍天
㛃 jié 女洁
𬱖 dí 由页
頔 dí 由頁
𬭼 suì 钅岁
喆 zhé 吉吉
嚞 zhé 吉吉吉
犇 bēn 牛牛牛
淼 miǎo 水水水
焱 yàn 火火火
垚 yáo 土土土
赟 yūn 斌贝
贇 yūn 斌貝
翀 chōng 羽中
昶 chǎng 永日
甯 níng 宀心用
禤 xuān 礻羉
𫖯 fǔ 兆页
𬀩 wěi 日韦
𫍯 xián 讠咸
𬭎 hóng 钅弘
𣲗 wéi 氵韦
骉 biāo 马马马
猋 biāo 犬犬犬
羴 shān 羊羊羊
鱻 xiān 魚魚魚
皛 xiǎo 白白白
皕 bì 百百
赑 bì 贝贝贝
孖 mā 子子
屾 shēn 山山
燚 yì 火火火火
燊 shēn 火火火木
甡 shēn 生生
玥 yuè 王月
玘 qǐ 王己
玙 yú 王与
玚 yáng 王昜
玠 jiè 王介
玹 xuán 王玄
珅 shēn 王申
珩 héng 王行
珝 xǔ 王羽
珣 xún 王旬
珺 jùn 王君
珽 tǐng 王廷
琎 jìn 王进
琤 chēng 王争
琲 bèi 王非
瑀 yǔ 王禹
瑄 xuān 王宣
瑗 yuàn 王爰
瑭 táng 王唐
瑱 zhèn 王真
瑷 ài 王爱
璆 qiú 王翏
璈 áo 王敖
璘 lín 王粦
璟 jǐng 王景
璠 fán 王番
璩 qú 王豦
璿 xuán 王睿
瓒 zàn 王赞
瓛 huán 王獻
晔 yè 日华
晞 xī 日希
晢 zhé 折日
晧 hào 日告
晫 zhuó 日卓
暐 wěi 日韋
暕 jiǎn 日柬
暠 hào 日高
暲 zhāng 日章
暻 jǐng 日景
曌 zhào 明空
瞾 zhào 目目空
昉 fǎng 日方
昀 yún 日匀
旻 mín 日文
旼 mín 日文
旸 yáng 日昜
昺 bǐng 日丙
晙 jùn 日夋
晛 xiàn 日见
暅 xuǎn 日恒
炅 jiǒng 日火
炆 wén 火文
炘 xīn 火斤
炟 dá 火旦
烜 xuǎn 火亘
烺 lǎng 火良
煐 yīng 火英
煚 jiǒng 臦火
爔 xī 火羲
洺 míng 氵名
浛 hán 氵含
涢 yún 氵员
淏 hào 氵昊
渼 měi 氵美
湉 tián 氵恬
湜 shí 氵是
湑 xǔ 氵胥
溁 yíng 氵荣
潆 yíng 氵萦
澍 shù 氵尌
澔 hào 氵皓
瀞 jìng 氵静
沄 yún 氵云
沨 fēng 氵风
泂 jiǒng 氵冋
汭 ruì 氵内
鋆 yún 均金
铖 chéng 钅成
锜 qí 钅奇
钘 xíng 钅开
镠 liú 钅翏
镡 tán 钅覃
堉 yù 土育
堃 kūn 方方土
埈 jùn 土夋
峣 yáo 山尧
崟 yín 山金
嵚 qīn 山钦
崚 líng 山夌
芃 péng 艹凡
莙 jūn 艹君
蓁 zhēn 艹秦
蒨 qiàn 艹倩
祎 yī 礻韦
禕 yī 礻韋
祾 líng 礻夌
禛 zhēn 礻真
翙 huì 岁羽
翚 huī 羽军
翥 zhù 者羽
翯 hè 羽高
翾 xuān 睘羽
韡 wěi 韋華
颋 tǐng 廷页
颙 yóng 禺页
骎 qīn 马侵
骢 cōng 马聪
彧 yù 或彡
彣 wén 文彡
慜 mǐn 敏心
忞 mín 文心
怿 yì 忄圣
憓 huì 忄惠
媖 yīng 女英
嫄 yuán 女原
嬿 yàn 女燕
妘 yún 女云
妡 xīn 女斤
妧 yuán 女元
偲 sī 亻思
儇 xuān 亻睘
倢 jié 亻捷
倓 tán 亻炎
劼 jié 吉力
勍 qíng 京力
卲 shào 召卩
奡 ào 百介
廙 yì 广异翼
敔 yǔ 吾攵
昇 shēng 日升
峯 fēng 山夆
棽 shēn 林今
棻 fēn 芬木
楙 mào 林矛
竑 hóng 立厷
畇 yún 田匀
肸 xī 月八十
衎 kàn 行干
訚 yín 门言
訢 xīn 言斤
谞 xū 讠胥
赪 chēng 赤贞
邗 hán 干阝
郗 xī 希阝
郇 xún 旬阝
鄢 yān 焉阝
飏 yáng 风昜
鹮 huán 睘鸟
`

var rare = parseRare()

func parseRare() []Candidate {
	var out []Candidate
	for _, line := range strings.Split(strings.TrimSpace(rareTable), "\n") {
		f := strings.Fields(line)
		out = append(out, Candidate{Char: f[0], Pinyin: f[1], Parts: f[2]})
	}
	return out
}

// partForms lets people type a part as the character they know it by.
var partForms = strings.NewReplacer(
	"氵", "水", "王", "玉", "亻", "人", "扌", "手", "艹", "草", "钅", "金", "忄", "心", "讠", "言", "纟", "丝",
	"礻", "示", "衤", "衣", "攵", "文", "犭", "犬", "饣", "食", "灬", "火", "斌", "文武",
	"龍", "龙", "頁", "页", "貝", "贝", "魚", "鱼", "韋", "韦", "華", "华", "明", "日月", "钦", "金欠",
	"加", "", "+", "", "和", "", "、", "", "，", "", ",", "", " ", "",
)

// pickMax bounds the answer of Pick.
const pickMax = 30

// Pick finds characters that are hard to type, by pinyin with or without tones
// ("yan", "yǎn", "yan3") or by parts in any order ("龙天", "女+洁"). The exact
// matches come first. At most 30.
func Pick(query string) []Candidate {
	q := strings.ToLower(strings.TrimSpace(query))
	if q == "" || len(q) > 120 {
		return nil
	}
	var exact, begins []Candidate
	if r := []rune(q)[0]; !Han(r) && unicode.IsLetter(r) && !(r >= 0x2E80 && r <= 0x2FDF) {
		tone := 0
		if n := len(q); q[n-1] >= '1' && q[n-1] <= '4' {
			tone = int(q[n-1] - '0')
			q = q[:n-1]
		}
		bare, t := toneless(q)
		if t > 0 {
			tone = t
		}
		for _, c := range rare {
			b, ct := toneless(c.Pinyin)
			switch {
			case tone > 0 && ct != tone:
			case b == bare:
				exact = append(exact, c)
			case strings.HasPrefix(b, bare):
				begins = append(begins, c)
			}
		}
	} else {
		want := []rune(partForms.Replace(q))
		if len(want) == 0 {
			return nil
		}
		for _, c := range rare {
			have := []rune(partForms.Replace(c.Parts))
			switch {
			case c.Char == q:
				exact = append(exact, c)
			case !covers(have, want):
			case len(have) == len(want):
				exact = append(exact, c)
			default:
				begins = append(begins, c)
			}
		}
	}
	out := append(exact, begins...)
	if len(out) > pickMax {
		out = out[:pickMax]
	}
	return out
}

// covers says whether every part wanted is there, as often as wanted.
func covers(have, want []rune) bool {
	n := map[rune]int{}
	for _, r := range have {
		n[r]++
	}
	for _, r := range want {
		if n[r]--; n[r] < 0 {
			return false
		}
	}
	return true
}

// toneless takes the tone mark off a syllable and says which it was (0 none).
func toneless(s string) (string, int) {
	tone := 0
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch r {
		case 0x0304:
			tone = 1
		case 0x0301:
			tone = 2
		case 0x030C:
			tone = 3
		case 0x0300:
			tone = 4
		case 0x0308:
			// ü is typed v
			t := b.String()
			b.Reset()
			b.WriteString(strings.TrimSuffix(t, "u") + "v")
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), tone
}
