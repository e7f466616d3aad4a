// Package sample builds synthetic people and, by calling the acts on a moved
// clock, the scenes of the demo. Nothing here is a real person: names are
// drawn from lists, numbers are made with valid checksums.
package sample

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"yuanmeng/internal/scheme"
)

// Person is one synthetic worker.
type Person struct {
	Name, ID, Phone, Card string
	Employer, Post        string
	Town                  string
	Major                 string
	Education             string
	WorkerKind            string
}

var surnames = strings.Split("陈 李 王 张 刘 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文", " ")
var given = strings.Split("伟 芳 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 文 华 建国 建华 志强 晓红 海燕 玉兰 春梅 冬梅 红梅 国庆 小燕 志明 家豪 子涵 雨欣 浩然 思远 梦瑶 俊杰 诗琪 天佑 佳怡 立新 守业 长青 腊梅 满仓", " ")
var employers = strings.Split("咸安区永固机械厂 咸宁贺胜茶业有限公司 温泉社区物业服务部 湖北金桂纺织有限公司 横沟桥汽配加工厂 官埠桥砖茶厂 向阳湖食品加工厂 咸安区顺达物流站 双溪桥服装厂 桂花镇苗木合作社 汀泗桥建材有限公司 永安街道环卫所 马桥镇光电有限公司 高桥镇农机修理厂 咸安区飞达配送站", " ")
var posts = strings.Split("车床操作工 缝纫工 保洁员 装配工 快递员 焊工 仓库管理员 质检员 护理员 货车司机 电工 包装工", " ")

// New makes the n-th person of a crowd: the same n gives the same person.
func New(p *scheme.Programme, n int) Person {
	r := rand.New(rand.NewPCG(20260715, uint64(n)))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	towns := p.Towns()
	person := Person{
		Name:       surnames[n%len(surnames)] + pick(given),
		ID:         IDNumber(n),
		Phone:      fmt.Sprintf("139%08d", 10000000+n),
		Card:       CardNumber(n),
		Employer:   pick(employers),
		Post:       pick(posts),
		Town:       towns[r.IntN(len(towns))].Key,
		Education:  "61",
		WorkerKind: pick([]string{"industrial", "migrant", "industrial", "flexible"}),
	}
	if len(p.Majors) > 0 {
		for i := 0; i < 100; i++ {
			m := p.Majors[r.IntN(len(p.Majors))]
			if m.Medical != "" {
				continue
			}
			person.Major = m.Key
			if m.Level == "专升本" {
				person.Education = "31"
			}
			break
		}
	}
	return person
}

// IDNumber makes the n-th synthetic resident number (GB 11643): the old region
// 422301, a working age, a valid check digit.
func IDNumber(n int) string {
	body := fmt.Sprintf("422301%04d%02d%02d%03d", 1975+n/13%28, 1+n/7%12, 1+n/3%28, n%1000)
	if n >= 1000 {
		body = fmt.Sprintf("421202%04d%02d%02d%03d", 1970+n/28000%30, 1+n/336000%12, 1+n/1000%28, n%1000)
	}
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(body[i]-'0') * w
	}
	return body + string("10X98765432"[sum%11])
}

// CardNumber makes the n-th synthetic debit card number: 19 digits, Luhn valid.
func CardNumber(n int) string {
	body := fmt.Sprintf("622848%012d", n)
	sum := 0
	for i := range body {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return body + fmt.Sprint((10-sum%10)%10)
}

// Fill answers every question of the first stage for a person and notes the two
// files that are always asked, without any bytes behind them: what counts is
// that the draft is complete. Tests and measurements need many such drafts.
func Fill(app *scheme.Application, p *scheme.Programme, who Person, now time.Time) error {
	for _, kv := range [][2]string{
		{"consent_sensitive", "yes"}, {"consent_sharing", "yes"}, {"consent_public", "yes"}, {"name", who.Name}, {"id_kind", "resident"}, {"id", who.ID},
		{"phone", who.Phone}, {"employer", who.Employer}, {"dispatched", "no"}, {"town", who.Town}, {"post", who.Post}, {"employment", "contract"},
		{"worker_kind", who.WorkerKind}, {"hukou", "rural"}, {"own_union", "none"}, {"officer", "no"}, {"major", who.Major}, {"education", who.Education},
		{"honour_title", "none"}, {"card", who.Card}, {"bank", "中国农业银行"}, {"commitment", "yes"},
	} {
		if rs := scheme.Put(app, p, kv[0], kv[1], now); scheme.Blocked(rs) {
			return fmt.Errorf("sample: %s: %s", kv[0], rs[0].Code)
		}
	}
	for _, kind := range []scheme.FileKind{scheme.FilePhoto, scheme.FileStamped} {
		sum := sha256.Sum256([]byte(string(kind) + who.ID))
		app.Files[kind] = scheme.FileNote{ID: "none", SHA256: hex.EncodeToString(sum[:]), Type: "image/jpeg", Size: 1, Pages: 1, At: now.UTC()}
	}
	return nil
}
