package open

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
)

// opened is an installation with seats taken, people waiting and a checkpoint.
func opened(t *testing.T) *site {
	s := newSite(t).load(seats(3, 4)).open().to(demoPlan().OpensAt)
	s.checkpoint()
	for range 5 {
		s.to(s.now().Add(time.Minute))
		s.accepted()
	}
	s.to(s.now().Add(time.Minute))
	s.checkpoint()
	return s
}

func TestProof_Page(t *testing.T) {
	newSite(t).load().get("/proof").ok().says("还没有记录", "编号和时间，不写是谁").hides("最近的检查点", "已有名额的编号")

	s := newSite(t).load(seats(3, 4)).open().to(demoPlan().OpensAt)
	s.get("/proof").ok().says("已有名额的编号（0 个）", "还没有人有名额", "还没有。开放以后每分钟签一次")

	s = opened(t)
	pub, key := (&Door{Work: s.w}).key()
	a := s.get("/proof").ok().says("已有名额的编号（3 个）", "1–3", key.name, "yuanmeng verify xianan-2026-log.txt --seated xianan-2026-seated.txt", "结果：通过")
	if key.name != proof.KeyName(pub) {
		t.Errorf("key %q", key.name)
	}
	notes, script := 0, false
	a.each(func(n *html.Node) {
		if n.Data == "pre" && strings.Contains(textOf(n), "— "+host+"/xianan-2026 ") {
			if _, err := proof.OpenCheckpoint([]byte(textOf(n)), pub); err != nil {
				t.Errorf("a checkpoint that does not verify when copied from the page: %v", err)
			}
			notes++
		}
		if attr(n, "data-proof") == "" && attr(n, "data-key") == key.base64 && attr(n, "data-programme") == "xianan-2026" {
			script = true
		}
	})
	if notes != 2 || !script {
		t.Errorf("%d checkpoints, key for the script %v", notes, script)
	}
	if !strings.Contains(a.Body.String(), "/assets/proof.") || strings.Contains(s.get("/").Body.String(), "/assets/proof.") {
		t.Error("the checking script is loaded in the wrong place")
	}
}

// What the page offers for download is what yuanmeng verify wants.
func TestProof_DownloadsVerify(t *testing.T) {
	s := opened(t)
	dir := t.TempDir()
	save := func(name, path string) string {
		a := s.get(path).ok()
		if kind := a.Header().Get("Content-Type"); kind != "text/plain; charset=utf-8" {
			t.Errorf("%s is %s", path, kind)
		}
		if !strings.Contains(a.Header().Get("Content-Disposition"), name) {
			t.Errorf("%s is saved as %s", path, a.Header().Get("Content-Disposition"))
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, a.Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	early := save("xianan-2026-checkpoint.txt", "/proof/checkpoint")
	s.to(s.now().Add(time.Minute))
	c := s.accepted()
	s.to(s.now().Add(time.Minute))
	s.checkpoint()
	log, list := save("xianan-2026-log.txt", "/proof/log"), save("xianan-2026-seated.txt", "/proof/seated")
	receipt := filepath.Join(dir, "receipt.json")
	b, err := json.Marshal(s.receipt(c))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(receipt, b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, key := (&Door{Work: s.w}).key()
	var out bytes.Buffer
	if code := proof.RunVerify([]string{log, "--seated", list, "--checkpoint", early, "--receipt", receipt, "--key", key.base64}, &out); code != 0 {
		t.Errorf("code %d\n%s", code, out.String())
	}
	if !strings.Contains(out.String(), "已有3人（1、2、3号），候补3人") {
		t.Errorf("%s", out.String())
	}
	// A list of another seat is found.
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, bytes.Replace(text, []byte("\n3\n"), []byte("\n4\n"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if code := proof.RunVerify([]string{log, "--seated", list}, &out); code != 1 || !strings.Contains(out.String(), "[seats]") {
		t.Errorf("code %d\n%s", code, out.String())
	}
}

// The log of a year that is over stays open under its name.
func TestProof_OfAnotherYear(t *testing.T) {
	s := opened(t)
	s.load(func(p *scheme.Programme) { p.ID, p.Name = "xianan-2027", "2027年咸安区求学圆梦行动" }).open()
	s.get("/proof").ok().says("已有名额的编号（0 个）")
	a := s.get("/proof?programme=xianan-2026").ok().says("已有名额的编号（3 个）")
	found := false
	for _, href := range a.links() {
		found = found || href == "/proof/log?programme=xianan-2026"
	}
	if !found {
		t.Error("the links of an older log lead to the newer one")
	}
	if got := s.get("/proof/seated?programme=xianan-2026").ok().Body.String(); !strings.HasPrefix(got, "yuanmeng-seated-1 xianan-2026 ") {
		t.Errorf("%q", got)
	}
	for _, path := range []string{"/proof", "/proof/log", "/proof/seated", "/proof/checkpoint"} {
		for _, id := range []string{"nowhere-2026", "@audit", "..", strings.Repeat("x", 5000)} {
			if a := s.get(path + "?programme=" + url.QueryEscape(id)); len(id) < 5000 && a.Code != 404 {
				t.Errorf("%s of %.20s: %d", path, id, a.Code)
			}
		}
	}
}

// A receipt is checked without a script too; nothing is kept.
func TestReceipt_ChecksHere(t *testing.T) {
	s := newSite(t).load(seats(1, 3)).open().to(demoPlan().OpensAt)
	first, second := s.accepted(), s.accepted()
	promise, waiting := s.receipt(first), s.receipt(second)
	s.to(s.now().Add(time.Minute))
	s.checkpoint()
	sealed := s.receipt(first)
	text := func(r proof.Receipt) string {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	forged := sealed
	forged.N = 7
	other := newSite(t).load().open().to(demoPlan().OpensAt)
	foreign := other.receipt(other.accepted())
	for _, c := range []struct {
		name, typed string
		code        int
		says        []string
	}{
		{"sealed", text(sealed), 200, []string{"核对通过：1 号回执是真的", "有名额", "已经在签过名的检查点里", "20:00:00"}},
		{"a promise", text(promise), 200, []string{"核对通过：1 号回执是真的", "和第 2 条公开记录对得上"}},
		{"waiting", " \n" + text(waiting) + "\n", 200, []string{"核对通过：2 号", "候补第 1 位"}},
		{"a fragment", sealed.Fragment(), 200, []string{"核对通过：1 号"}},
		{"an address", "https://" + host + "/receipt#" + waiting.Fragment(), 200, []string{"核对通过：2 号"}},
		{"forged", text(forged), 200, []string{"核对没有通过", "签名不对", "回执上是7号，记录里是1号"}},
		{"of another installation", text(foreign), 200, []string{"核对没有通过", "签名不对"}},
		{"nothing", "", 422, []string{"这不是一份完整的回执"}},
		{"half", text(sealed)[:300], 422, []string{"这不是一份完整的回执"}},
		{"prose", "我的回执", 422, []string{"这不是一份完整的回执"}},
		{"a script", "<script>alert(1)</script>", 422, []string{"这不是一份完整的回执"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			a := s.post("/receipt", url.Values{"receipt": {c.typed}})
			if a.Code != c.code {
				t.Errorf("code %d", a.Code)
			}
			a.says(c.says...)
			if c.code == 422 && c.typed != "" && !strings.Contains(a.words(), strings.TrimSpace(c.typed)) {
				t.Error("what was typed is lost")
			}
			if strings.Contains(a.Body.String(), "<script>alert") {
				t.Error("what was typed is not escaped")
			}
		})
	}
	s.t = t
	if body := s.log.String(); strings.Contains(body, sealed.Nonce) || strings.Contains(body, sealed.Case) {
		t.Error("the log keeps a receipt")
	}

	upload := func(b []byte, typed string) answer {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		f, _ := w.CreateFormFile("file", "回执.json")
		f.Write(b)
		w.WriteField("receipt", typed)
		w.Close()
		r := httptest.NewRequest("POST", "/receipt", &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		return s.send(r)
	}
	upload([]byte(text(sealed)), "").ok().says("核对通过：1 号")
	upload([]byte("\ufeff"+text(sealed)), "").ok().says("核对通过：1 号")
	upload(nil, text(waiting)).ok().says("核对通过：2 号")
	if a := upload(bytes.Repeat([]byte("x"), 20<<10), ""); a.Code != 422 {
		t.Errorf("a long file: %d", a.Code)
	}
	if a := upload(bytes.Repeat([]byte("x"), 64<<10), ""); a.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a file over the limit: %d", a.Code)
	}
	r := httptest.NewRequest("POST", "/receipt", strings.NewReader("receipt=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://elsewhere.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if a := s.send(r); a.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", a.Code)
	}
}

// A log that cannot be read to its end is cut off, so that nobody takes half a
// log for a whole one.
func TestProofLog_IsNeverHalf(t *testing.T) {
	s := opened(t)
	w := &shortWriter{ResponseRecorder: httptest.NewRecorder()}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the connection was not cut")
		}
	}()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/proof/log", nil))
	t.Error("answered")
}

// shortWriter breaks after its first bytes.
type shortWriter struct {
	*httptest.ResponseRecorder
	n int
}

// Write fails like a line that is gone.
func (w *shortWriter) Write(b []byte) (int, error) {
	if w.n++; w.n > 0 {
		return 0, http.ErrHandlerTimeout
	}
	return len(b), nil
}

func TestNumbersText(t *testing.T) {
	for _, c := range []struct {
		in   []int
		want string
	}{
		{nil, ""}, {[]int{7}, "7"}, {[]int{1, 2}, "1、2"}, {[]int{1, 2, 3}, "1–3"}, {[]int{1, 3, 4, 5, 9, 10, 12}, "1、3–5、9、10、12"},
	} {
		if got := numbersText(c.in); got != c.want {
			t.Errorf("%v: %s, want %s", c.in, got, c.want)
		}
	}
}

// The list of numbers and the size of the log come from one instant, in order,
// and without those who only wait.
func TestSeatedNumbers(t *testing.T) {
	s := opened(t)
	leaves, numbers, err := s.w.DB.SeatedNumbers(t.Context(), "xianan-2026")
	if err != nil || !slices.Equal(numbers, []int{1, 2, 3}) {
		t.Fatalf("%v %v", numbers, err)
	}
	if ta, err := s.w.DB.Tally(t.Context(), "xianan-2026"); err != nil || ta.LogSize != leaves {
		t.Errorf("%d leaves, the log has %d (%v)", leaves, ta.LogSize, err)
	}
	if leaves, numbers, err := s.w.DB.SeatedNumbers(t.Context(), "nowhere"); leaves != 0 || numbers != nil || err != nil {
		t.Errorf("of no programme: %d %v %v", leaves, numbers, err)
	}
}
