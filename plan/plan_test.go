package plan

import "testing"

func TestEmbedded_Loads(t *testing.T) {
	p, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Majors) != 62 || len(p.Unions) != 14 {
		t.Fatalf("%d majors, %d unions", len(p.Majors), len(p.Unions))
	}
}
