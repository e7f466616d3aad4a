package app

import (
	"net/http/httptest"
	"testing"
)

func TestMetrics_AnswerThisMachineOrTheSecret(t *testing.T) {
	for name, c := range map[string]struct {
		from, via, secret string
		behind            bool
		want              int
	}{
		"this machine":                   {"127.0.0.1:1", "", "", false, 200},
		"another":                        {"192.0.2.1:1", "", "", false, 404},
		"another with the secret":        {"192.0.2.1:1", "", "Bearer s3cret", false, 200},
		"another with a wrong one":       {"192.0.2.1:1", "", "Bearer secret", false, 404},
		"a proxy here that is not named": {"127.0.0.1:1", "192.0.2.1", "", false, 404},
		"a proxy here that is named":     {"127.0.0.1:1", "", "", true, 404},
	} {
		t.Run(name, func(t *testing.T) {
			h := &house{meters: newMeters()}
			h.Metrics, h.BehindProxy = "s3cret", c.behind
			r := httptest.NewRequest("GET", "/metrics", nil)
			r.RemoteAddr = c.from
			if c.via != "" {
				r.Header.Set("X-Forwarded-For", c.via)
			}
			if c.secret != "" {
				r.Header.Set("Authorization", c.secret)
			}
			w := httptest.NewRecorder()
			if h.metrics(w, r); w.Code != c.want {
				t.Errorf("%d, want %d", w.Code, c.want)
			}
		})
	}
}
