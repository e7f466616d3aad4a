package apply_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"yuanmeng/internal/scheme"
)

// plain is a sharp enough picture of a card or a paper.
func plain() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 1400, 1000))
	for y := range 1000 {
		for x := range 1400 {
			v := uint8(245)
			if x/7%3 == 0 && y/11%4 == 0 {
				v = 30
			}
			m.Set(x, y, color.RGBA{v, v, v, 255})
		}
	}
	return asJPEG(m)
}

// bomb is a PNG whose head says 30,000 × 30,000 pixels.
func bomb() []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		binary.Write(&b, binary.BigEndian, uint32(len(data)))
		b.WriteString(name)
		b.Write(data)
		binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(append([]byte(name), data...)))
	}
	head := make([]byte, 13)
	binary.BigEndian.PutUint32(head, 30000)
	binary.BigEndian.PutUint32(head[4:], 30000)
	head[8], head[9] = 8, 2
	chunk("IHDR", head)
	chunk("IDAT", []byte{0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1})
	chunk("IEND", nil)
	return b.Bytes()
}

// heic is the head of a picture as some phones make it.
var heic = append([]byte{0, 0, 0, 0x18}, []byte("ftypheic\x00\x00\x00\x00mif1heic")...)

func TestUpload_APhotoIsKeptCleanAndShown(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	b.get("/my/p/photo").is(200).says("1寸蓝底", "别戴帽").holds(`enctype="multipart/form-data"`, `accept="image/*"`, "data-upload")
	b.upload("/my/file/photo", "photo", `C:\me\a.jpg`, portrait(blue)).leads("/my/p/photo")
	_, app := s.draft(anna)
	n := app.Files[scheme.FilePhoto]
	b.get("/my/p/photo").says("已经收到", "换一张", "删除已经传的").holds(`src="/my/file/` + n.ID + `"`)
	p := b.get("/my/file/" + n.ID).is(200)
	m, err := jpeg.Decode(bytes.NewReader(p.Body.Bytes()))
	if err != nil || m.Bounds().Dx() != 295 || m.Bounds().Dy() != 413 || p.Header().Get("Content-Type") != "image/jpeg" || p.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("kept %v %v %v", m, err, p.Header())
	}
	// Not blue: said, kept, and it stops nobody.
	b.upload("/my/file/photo", "photo", "a.jpg", portrait(color.White)).leads("/my/p/photo")
	b.get("/my/p/photo").says("背景看起来不是蓝色", "看过没有问题的，可以不换", "继续").holds(`href="/my/p/stamped"`)
	b.get("/my").says("已上传，有1处要看一下")
	if _, app := s.draft(anna); app.Files[scheme.FilePhoto].ID == n.ID {
		t.Error("the second photo did not replace the first")
	}
	b.post("/my/file/photo/remove").leads("/my/p/photo")
	b.get("/my/p/photo").says("已经删除").hides("已经收到")
	if _, app := s.draft(anna); app.Files[scheme.FilePhoto].ID != "" {
		t.Error("still there")
	}
}

func TestUpload_BadFilesHaveTheirSentence(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	b.post("/my/p/honour_title", "honour_title", "courier").is(303)
	b.upload("/my/file/photo", "photo", "a.jpg", portrait(blue)).leads("/my/p/photo")
	_, before := s.draft(anna)
	for name, c := range map[string]struct {
		kind string
		body []byte
		says string
	}{
		"nothing chosen":     {"photo", nil, "请先选一张照片"},
		"empty":              {"photo", []byte{}, "文件是空的"},
		"html named jpg":     {"photo", []byte("<!DOCTYPE html><html><script>alert(1)</script></html>"), "这是网页文件，不是照片"},
		"svg":                {"photo", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>`), "不是照片"},
		"bomb":               {"photo", bomb(), "照片的像素太多"},
		"heic":               {"photo", heic, "HEIC"},
		"cut off":            {"photo", portrait(blue)[:900], "没有传完整"},
		"zip":                {"honour", append([]byte("PK\x03\x04"), make([]byte, 60)...), "压缩包"},
		"pdf for a portrait": {"photo", []byte("%PDF-1.4\n1 0 obj<<>>endobj\n"), "不要PDF"},
		"text":               {"honour", []byte("hello"), "只收照片"},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			p := b.upload("/my/file/"+c.kind, c.kind, "a.jpg", c.body).is(422).says(c.says).holds("错误：", `href="#f-`+c.kind+`"`)
			p.hides("alert(1)")
			if c.body == nil {
				return
			}
			j := b.upload("/my/file/"+c.kind, c.kind, "a.jpg", c.body, "X-Yuanmeng", "upload").is(422)
			if !strings.Contains(j.Body.String(), `"error":"`) || !strings.Contains(j.Body.String(), c.says) {
				t.Errorf("for the script: %s", j.Body)
			}
		})
	}
	b.t = t
	if _, after := s.draft(anna); after.Files[scheme.FilePhoto].ID != before.Files[scheme.FilePhoto].ID {
		t.Error("a bad file has changed the draft")
	}
	b.upload("/my/file/photo", "photo", "a.jpg", make([]byte, 16<<20)).is(413).says("15 MB")
	b.upload("/my/file/photo", "stamped", "a.jpg", portrait(blue)).is(400).says("一次只能传一个文件")
	b.upload("/my/file/name", "name", "a.jpg", portrait(blue)).is(404)
	b.upload("/my/file/medical", "medical", "a.jpg", plain()).leads("/my") // not asked
	j := b.upload("/my/file/honour", "honour", "a.jpg", plain(), "X-Yuanmeng", "upload").is(200)
	if j.Body.String() != `{"to":"/my/p/honour"}` {
		t.Errorf("for the script: %s", j.Body)
	}
	b.get("/my/p/honour").says("快递员，要交：站点或合作企业的证明")
}

func TestStamped_BelongsToThisApplication(t *testing.T) {
	s := newSite(t)
	a, b := s.whole(anna, 1), s.whole(berta, 2)
	b.get("/my/p/stamped").says("打印推荐表", "签名，到工会盖章")
	foreign, own := s.form(a), s.form(b)
	row, _ := s.draft(berta)
	other, _ := s.draft(anna)
	p := b.upload("/my/file/stamped", "stamped", "a.jpg", foreign).is(422).says("这张推荐表不是您这次申请的，没有收下", row.FormCode[:4]+"-"+row.FormCode[4:8])
	p.hides(other.FormCode, other.Name, s.person(1).Name)
	if _, app := s.draft(berta); app.Files[scheme.FileStamped].ID != "" {
		t.Fatal("a foreign form was kept")
	}
	// One who has not printed: the same neutral word.
	c := s.whole("13800000003", 3)
	c.upload("/my/file/stamped", "stamped", "a.jpg", foreign).is(422).says("不是您这次申请打印的").hides(other.FormCode)

	b.upload("/my/file/stamped", "stamped", "a.jpg", own).leads("/my/p/stamped")
	b.get("/my/p/stamped").says("二维码是您这份推荐表的", "没看到红色印章")
	// Without a square: kept, with a warning.
	b.upload("/my/file/stamped", "stamped", "a.jpg", plain()).leads("/my/p/stamped")
	b.get("/my/p/stamped").says("拍不出来也可以继续，由工作人员核对").hides("二维码是您这份推荐表的")
	_, app := s.draft(berta)
	if warned := app.Files[scheme.FileStamped].Findings; len(warned) == 0 || warned[0].Level != "warn" {
		t.Errorf("findings %v", warned)
	}
}

func TestStamped_ChangesAfterPrintingAreNamed(t *testing.T) {
	s := newSite(t)
	b := s.whole(anna, 1)
	form := s.form(b)
	b.upload("/my/file/stamped", "stamped", "a.jpg", form).leads("/my/p/stamped")
	b.post("/my/p/employer", "employer", "横沟桥汽配加工厂").is(303)
	for _, path := range []string{"/my", "/my/check", "/my/p/stamped"} {
		b.get(path).says("打印以后改过：工作单位", "重新打印", "或者改回原来的")
	}
	b.post("/my/p/phone", "phone", "13900000009").is(303)
	b.get("/my").says("打印以后改过：工作单位").hides("工作单位、手机号") // a phone needs no new stamp
	s.clock.pass(3600e9)
	s.form(b)
	b.get("/my/check").hides("打印以后改过").says("推荐表重新打印过", "改之前打印的那一张")
	b.upload("/my/file/stamped", "stamped", "a.jpg", s.form(b)).leads("/my/p/stamped")
	b.get("/my/check").hides("重新打印过")
}

func TestFile_AbsentAndForeignAreTheSame(t *testing.T) {
	s := newSite(t)
	a, b := s.whole(anna, 1), s.begun(berta)
	_, app := s.draft(anna)
	id := app.Files[scheme.FilePhoto].ID
	a.get("/my/file/" + id).is(200)
	foreign, absent := b.get("/my/file/"+id).is(404), b.get("/my/file/00000000-0000-7000-8000-000000000000").is(404)
	if foreign.text[:20] != absent.text[:20] {
		t.Error("the two can be told apart")
	}
	for _, odd := range []string{"x", "%00", "..%2f..%2fkey", "%27%20OR%201=1"} {
		b.get("/my/file/" + odd).is(404)
	}
	s.browser().get("/my/file/" + id).is(303)
}
