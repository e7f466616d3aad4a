package sms

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"
)

// Why not the vendor's SDK (dysmsapi v4.1.2, which can be had): it takes no
// context, keeps one HTTP client a host with the time limit of the first call
// for ever, prints the number when DEBUG is set, gives errors that repeat the
// URL and with it the number, and brings fifteen modules for one request. What
// is written here is the same request: a test holds the signature to one that
// the SDK made.

// AliyunConfig is what the account at Aliyun gives.
type AliyunConfig struct {
	// Endpoint is the address; empty is https://dysmsapi.aliyuncs.com.
	Endpoint string
	// KeyID and Secret are an access key that may do dysms:SendSms and nothing
	// else.
	KeyID, Secret string
	// SignName is the approved signature, without its brackets 【】.
	SignName string
	// Templates gives the approved template code (SMS_…) for each of our keys.
	Templates map[string]string
	// Now is the clock; Aliyun refuses a request that is 15 minutes off.
	Now func() time.Time
	// Client may be nil. Redirects are never followed.
	Client *http.Client
}

// aliyunTimeout bounds one call when the context does not do so sooner.
const aliyunTimeout = 15 * time.Second

type aliyun struct {
	cfg    AliyunConfig
	url    url.URL
	client http.Client
}

// Aliyun gives a sender over Aliyun's short message service (SendSms of
// dysmsapi 2017-05-25, signed with ACS3-HMAC-SHA256). A message is sent with
// the template of its key and its Params; its Text is not used. The id of the
// message goes along as OutId and comes back in the operator's report.
//
// Send's errors say with Temporary() whether to try again, and never hold the
// number, the parameters or the secret.
func Aliyun(cfg AliyunConfig) (Sender, error) {
	if cfg.Endpoint == "" {
		cfg.Endpoint = "https://dysmsapi.aliyuncs.com"
	}
	u, err := url.Parse(cfg.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("sms: aliyun: endpoint is not an http address")
	case cfg.KeyID == "" || cfg.Secret == "":
		return nil, errors.New("sms: aliyun: access key id or secret missing")
	case cfg.SignName == "":
		return nil, errors.New("sms: aliyun: sign name missing")
	case len(cfg.Templates) == 0:
		return nil, errors.New("sms: aliyun: no template codes")
	case cfg.Now == nil:
		return nil, errors.New("sms: aliyun: clock missing")
	}
	a := &aliyun{cfg: cfg, url: url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}}
	if cfg.Client != nil {
		a.client = *cfg.Client
	}
	if a.client.Timeout == 0 {
		a.client.Timeout = aliyunTimeout
	}
	a.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return a, nil
}

// Refused is why a message was not taken.
type Refused struct {
	Code      string // the operator's code, or our own word for what happened
	RequestID string // for the operator's support; may be empty
	Status    int    // HTTP, 0 when there was no answer
	again     bool
}

// Error names the code. It repeats nothing else that the operator said, for
// its sentences hold the number.
func (e *Refused) Error() string {
	s := "sms: aliyun: " + e.Code
	if e.Status != 0 {
		s += fmt.Sprintf(" (status %d)", e.Status)
	}
	if e.RequestID != "" {
		s += " request " + e.RequestID
	}
	return s
}

// Temporary says whether the same message may be taken later.
func (e *Refused) Temporary() bool { return e.again }

// Codes that pass: too many messages, an empty account, the operator's own
// trouble. All other codes of the operator are about the number, the template
// or the key, which do not change by themselves.
var aliyunAgain = map[string]bool{
	"isv.BUSINESS_LIMIT_CONTROL":        true, // a number's limit of an hour or a day
	"isv.DAY_LIMIT_CONTROL":             true,
	"isv.MONTH_LIMIT_CONTROL":           true,
	"isv.AMOUNT_NOT_ENOUGH":             true, // the office pays in, then it goes on
	"isv.OUT_OF_SERVICE":                true,
	"isv.SMS_TEST_NUMBER_LIMIT":         false,
	"isp.SYSTEM_ERROR":                  true,
	"isp.GATEWAY_ERROR":                 true,
	"isp.UNKNOWN":                       true,
	"InternalError":                     true,
	"ServiceUnavailable":                true,
	"RequestTimeTooSkewed":              true, // the clock is put right
	"InvalidTimeStamp.Expired":          true,
	"SignatureNonceUsed":                true,
	"Throttling":                        true,
	"isv.BUSINESS_LIMIT_CONTROL.MINUTE": true,
}

// Send hands one message to Aliyun. It ends with the context.
func (a *aliyun) Send(ctx context.Context, m Message) error {
	template, known := a.cfg.Templates[m.Template]
	if !known || template == "" {
		return &Refused{Code: "no template code for " + m.Template}
	}
	if !mobile(m.Phone) {
		return &Refused{Code: "not a mainland mobile number"}
	}
	params := m.Params
	if params == nil {
		params = map[string]string{}
	}
	var filled bytes.Buffer
	enc := json.NewEncoder(&filled)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(params); err != nil {
		return &Refused{Code: "parameters cannot be written"}
	}
	query := map[string]string{
		"PhoneNumbers":  m.Phone,
		"SignName":      a.cfg.SignName,
		"TemplateCode":  template,
		"TemplateParam": strings.TrimSpace(filled.String()),
	}
	if m.ID != "" {
		query["OutId"] = m.ID
	}
	u := a.url
	u.RawQuery = canonicalQuery(query)
	// The URL holds the number, so no error of net/http goes further.
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), nil)
	if err != nil {
		return &Refused{Code: "request cannot be made"}
	}
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return &Refused{Code: "no random number", again: true}
	}
	sign(req, a.cfg, hex.EncodeToString(nonce))

	res, err := a.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return &Refused{Code: "stopped: " + ctx.Err().Error(), again: true}
		}
		return &Refused{Code: "no answer", again: true}
	}
	defer res.Body.Close()
	var said struct{ Code, RequestId string }
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil || json.Unmarshal(body, &said) != nil || said.Code == "" {
		return &Refused{Code: "no readable answer", Status: res.StatusCode, again: res.StatusCode/100 != 4 || res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusRequestTimeout}
	}
	if said.Code == "OK" && res.StatusCode/100 == 2 {
		return nil
	}
	e := &Refused{Code: word(said.Code), RequestID: word(said.RequestId), Status: res.StatusCode}
	e.again = aliyunAgain[said.Code] || strings.HasPrefix(said.Code, "Throttling") ||
		res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests
	return e
}

// mobile says whether s is 11 digits that begin with 1.
func mobile(s string) bool {
	if len(s) != 11 || s[0] != '1' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// word keeps what looks like a code of the operator, so that nothing else of an
// answer can reach a log. Eleven digits in a row are a number, not a code.
func word(s string) string {
	if len(s) > 80 {
		return "odd code"
	}
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if digits++; digits >= 11 {
				return "odd code"
			}
			continue
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '.', r == '_', r == '-':
		default:
			return "odd code"
		}
		digits = 0
	}
	return s
}

// sign puts Aliyun's version 3 signature on a request with an empty body
// (ACS3-HMAC-SHA256, "V3 request structure and signature").
func sign(req *http.Request, cfg AliyunConfig, nonce string) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
	head := map[string]string{
		"host":                  req.URL.Host,
		"x-acs-action":          "SendSms",
		"x-acs-content-sha256":  empty,
		"x-acs-date":            cfg.Now().UTC().Format("2006-01-02T15:04:05Z"),
		"x-acs-signature-nonce": nonce,
		"x-acs-version":         "2017-05-25",
	}
	names := make([]string, 0, len(head))
	for name, v := range head {
		names = append(names, name)
		if name != "host" {
			req.Header.Set(name, v)
		}
	}
	sort.Strings(names)
	var lines strings.Builder
	for _, name := range names {
		lines.WriteString(name + ":" + head[name] + "\n")
	}
	signed := strings.Join(names, ";")
	canonical := strings.Join([]string{req.Method, "/", req.URL.RawQuery, lines.String(), signed, empty}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(cfg.Secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(sum[:])))
	req.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+cfg.KeyID+",SignedHeaders="+signed+",Signature="+hex.EncodeToString(mac.Sum(nil)))
	req.Header.Set("Accept", "application/json")
}

// canonicalQuery writes parameters sorted and escaped as the signature wants
// them (RFC 3986: a space is %20, ~ stays).
func canonicalQuery(q map[string]string) string {
	names := make([]string, 0, len(q))
	for name := range q {
		names = append(names, name)
	}
	sort.Strings(names)
	esc := func(s string) string {
		return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(s))
	}
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = esc(name) + "=" + esc(q[name])
	}
	return strings.Join(parts, "&")
}
