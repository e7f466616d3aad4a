package sms

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	testPhone  = "13900000000"
	testSecret = "a-secret-of-tests"
)

func aliyunFor(t *testing.T, endpoint string) Sender {
	t.Helper()
	s, err := Aliyun(AliyunConfig{
		Endpoint: endpoint, KeyID: "key-id", Secret: testSecret, SignName: "圆梦 行动",
		Templates: map[string]string{"code": "SMS_100", "empty": ""},
		Now:       func() time.Time { return time.Date(2026, 11, 25, 3, 46, 40, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The signature equals the one that the vendor's SDK (dysmsapi v4.1.2) made
// for the same request, recorded once.
func TestSignatureIsTheVendors(t *testing.T) {
	q := canonicalQuery(map[string]string{
		"OutId": "o1", "PhoneNumbers": testPhone, "SignName": "圆梦 行动", "TemplateCode": "SMS_1", "TemplateParam": `{"code":"1*~2"}`,
	})
	req := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:33497/?"+q, nil)
	sign(req, AliyunConfig{KeyID: "id1", Secret: "sec1", Now: func() time.Time {
		return time.Date(2026, 11, 25, 11, 46, 40, 0, time.FixedZone("CST", 8*3600))
	}}, "6391dc4469ca3803a0da7a3951f2b7dc")
	const want = "ACS3-HMAC-SHA256 Credential=id1,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
		"Signature=790d3d97aa65835b6160ec5edfeaf2a3a5b315f58b6becfe18a32e8fecdfe2e9"
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("signed\n%s\nwant\n%s", got, want)
	}
}

func TestAliyunSends(t *testing.T) {
	var got url.Values
	nonces := map[string]bool{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Query()
		nonces[r.Header.Get("x-acs-signature-nonce")] = true
		if r.Method != http.MethodPost || r.Header.Get("x-acs-action") != "SendSms" || r.Header.Get("x-acs-version") != "2017-05-25" ||
			r.Header.Get("x-acs-date") != "2026-11-25T03:46:40Z" || !strings.HasPrefix(r.Header.Get("Authorization"), "ACS3-HMAC-SHA256 Credential=key-id,") {
			t.Errorf("%s with %v", r.Method, r.Header)
		}
		_, _ = w.Write([]byte(`{"Code":"OK","Message":"OK","RequestId":"R-1","BizId":"9^0"}`))
	}))
	defer srv.Close()
	s := aliyunFor(t, srv.URL)
	m := Message{ID: "row-7", Phone: testPhone, Template: "code", Params: map[string]string{"code": "123456", "name": "张<𬱖>"}, Text: "not sent"}
	for range 2 {
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	want := url.Values{"OutId": {"row-7"}, "PhoneNumbers": {testPhone}, "SignName": {"圆梦 行动"}, "TemplateCode": {"SMS_100"}, "TemplateParam": {`{"code":"123456","name":"张<𬱖>"}`}}
	if got.Encode() != want.Encode() {
		t.Errorf("sent %v, want %v", got, want)
	}
	if len(nonces) != 2 {
		t.Errorf("%d nonces for two messages", len(nonces))
	}
}

func TestAliyunErrors(t *testing.T) {
	cases := []struct {
		name, body string
		status     int
		again      bool
		want       string
	}{
		{"illegal number", `{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"13900000000invalid mobile number","RequestId":"R-2"}`, 200, false, "sms: aliyun: isv.MOBILE_NUMBER_ILLEGAL (status 200) request R-2"},
		{"template", `{"Code":"isv.SMS_TEMPLATE_ILLEGAL","Message":"模板不合法"}`, 200, false, "sms: aliyun: isv.SMS_TEMPLATE_ILLEGAL (status 200)"},
		{"a number's limit", `{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"触发小时级流控Permits:5"}`, 200, true, "sms: aliyun: isv.BUSINESS_LIMIT_CONTROL (status 200)"},
		{"empty account", `{"Code":"isv.AMOUNT_NOT_ENOUGH"}`, 200, true, ""},
		{"wrong key", `{"Code":"InvalidAccessKeyId.NotFound","Message":"Specified access key is not found."}`, 404, false, ""},
		{"signature", `{"Code":"SignatureDoesNotMatch","Message":"` + testSecret + `"}`, 400, false, ""},
		{"throttled", `{"Code":"Throttling.User","Message":"Request was denied due to user flow control."}`, 400, true, ""},
		{"too many", `busy`, 429, true, ""},
		{"operator down", `{"Code":"isp.SYSTEM_ERROR"}`, 200, true, ""},
		{"5xx with a code", `{"Code":"Whatever"}`, 503, true, ""},
		{"5xx of a proxy", `<html>502 13900000000</html>`, 502, true, "sms: aliyun: no readable answer (status 502)"},
		{"4xx of a proxy", `<html>403</html>`, 403, false, ""},
		{"200 with nothing", ``, 200, true, ""},
		{"a redirect", ``, 302, true, "sms: aliyun: no readable answer (status 302)"},
		{"OK that is none", `{"Code":"OK"}`, 500, true, ""},
		{"a number for a code", `{"Code":"x13900000000","RequestId":"13900000000"}`, 200, false, "sms: aliyun: odd code (status 200) request odd code"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			calls := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				if c.status == 302 {
					w.Header().Set("Location", "/elsewhere")
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer srv.Close()
			err := aliyunFor(t, srv.URL).Send(t.Context(), Message{ID: "1", Phone: testPhone, Template: "code"})
			check(t, err, c.again)
			if c.want != "" && err.Error() != c.want {
				t.Errorf("says %q, want %q", err, c.want)
			}
			if calls != 1 {
				t.Errorf("%d calls: trying again is the caller's", calls)
			}
		})
	}
}

// check holds an error to its kind and to its silence.
func check(t *testing.T, err error, again bool) {
	t.Helper()
	var temp interface{ Temporary() bool }
	if !errors.As(err, &temp) {
		t.Fatalf("%v does not say whether to try again", err)
	}
	if temp.Temporary() != again {
		t.Errorf("%v: Temporary is %v", err, !again)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if s := e.Error(); strings.Contains(s, testPhone) || strings.Contains(s, testSecret) || strings.Contains(s, "http") {
			t.Errorf("tells too much: %q", s)
		}
	}
}

func TestAliyunWithoutAnswer(t *testing.T) {
	srv := httptest.NewServer(nil)
	gone := srv.URL
	srv.Close()
	m := Message{ID: "1", Phone: testPhone, Template: "code"}
	check(t, aliyunFor(t, gone).Send(t.Context(), m), true)

	// The context ends a call that gets no answer.
	came := make(chan struct{})
	hold := make(chan struct{})
	srv = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(came); <-hold }))
	defer srv.Close()
	defer close(hold)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-came; cancel() }()
	check(t, aliyunFor(t, srv.URL).Send(ctx, m), true)
}

func TestAliyunRefusesBeforeSending(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was sent") }))
	defer srv.Close()
	s := aliyunFor(t, srv.URL)
	for _, m := range []Message{
		{Phone: testPhone, Template: "unknown"},
		{Phone: testPhone, Template: "empty"},
		{Phone: "", Template: "code"},
		{Phone: "+8613900000000", Template: "code"},
		{Phone: "139000000001,13900000002", Template: "code"}, // one message, one person
		{Phone: "1390000000x", Template: "code"},
	} {
		check(t, s.Send(t.Context(), m), false)
	}
}

func TestAliyunConfig(t *testing.T) {
	good := AliyunConfig{KeyID: "k", Secret: testSecret, SignName: "s", Templates: map[string]string{"code": "SMS_1"}, Now: time.Now}
	if _, err := Aliyun(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*AliyunConfig){
		"endpoint": func(c *AliyunConfig) { c.Endpoint = "dysmsapi.aliyuncs.com" },
		"scheme":   func(c *AliyunConfig) { c.Endpoint = "ftp://x" },
		"key":      func(c *AliyunConfig) { c.KeyID = "" },
		"secret":   func(c *AliyunConfig) { c.Secret = "" },
		"sign":     func(c *AliyunConfig) { c.SignName = "" },
		"template": func(c *AliyunConfig) { c.Templates = nil },
		"clock":    func(c *AliyunConfig) { c.Now = nil },
	} {
		c := good
		spoil(&c)
		if _, err := Aliyun(c); err == nil || strings.Contains(err.Error(), testSecret) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
