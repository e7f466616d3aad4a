package web

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("not a colour: %q", hex)
	}
	part := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(n>>16) + 0.7152*part(n>>8) + 0.0722*part(n)
}

func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func tokens(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile("assets/src/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{"white": "#ffffff"}
	for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(string(b), -1) {
		list[m[1]] = m[2]
	}
	return list
}

// Every pair of text and ground that the styles use: 4.5:1 (WCAG 1.4.3, the
// same figure as the ageing norm). Lines that carry meaning: 3:1 (1.4.11).
func TestContrast_EveryPairInUseIsReadable(t *testing.T) {
	list := tokens(t)
	pairs := []struct {
		ink, ground string
		least       float64
	}{
		{"ink", "paper", 7}, {"ink", "card", 7}, {"muted", "paper", 4.5}, {"muted", "card", 4.5},
		{"red", "card", 4.5}, {"red", "paper", 4.5}, {"red", "red-tint", 4.5}, {"white", "red", 4.5}, {"white", "red-deep", 4.5},
		{"gold", "gold-tint", 4.5}, {"gold", "card", 4.5}, {"green", "green-tint", 4.5}, {"green", "card", 4.5}, {"green", "paper", 4.5},
		{"white", "green", 4.5}, {"blue", "blue-tint", 4.5}, {"blue", "card", 4.5}, {"blue", "paper", 4.5},
		{"ink", "red-tint", 7}, {"ink", "gold-tint", 7}, {"ink", "green-tint", 7}, {"ink", "blue-tint", 7},
		{"muted", "blue-tint", 4.5}, {"muted", "gold-tint", 4.5}, {"muted", "green-tint", 4.5}, {"muted", "red-tint", 4.5}, {"ink", "line", 4.5},
		{"edge", "card", 3}, {"edge", "paper", 3}, {"focus", "paper", 3}, {"focus", "card", 3},
	}
	for _, p := range pairs {
		t.Run(fmt.Sprintf("%s on %s", p.ink, p.ground), func(t *testing.T) {
			if list[p.ink] == "" || list[p.ground] == "" {
				t.Fatal("no such token")
			}
			if c := contrast(t, list[p.ink], list[p.ground]); c < p.least {
				t.Errorf("contrast %.2f, want %.1f", c, p.least)
			}
		})
	}
}
