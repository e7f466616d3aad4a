package apply

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"yuanmeng/internal/photo"
	"yuanmeng/internal/web"
)

func TestRoom_HoldsNoMoreThanItSays(t *testing.T) {
	r := &room{by: map[string]int{}}
	big := make([]byte, photo.MaxBytes)
	var in []*upload
	for i := 0; ; i++ {
		u, err := r.enter(string(rune('a' + i)))
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, u)
		b, err := u.read(bytes.NewReader(big))
		if errors.Is(err, web.Unavailable) {
			break
		}
		if err != nil || len(b) != len(big) {
			t.Fatal(len(b), err)
		}
		if r.held > roomAll {
			t.Fatal("holds", r.held)
		}
	}
	if len(in) < 8 || len(in) > roomAll/len(big)+1 {
		t.Error("had room for", len(in)-1)
	}
	for _, u := range in {
		u.leave()
	}
	if r.held != 0 || len(r.by) != 0 {
		t.Error("left behind:", r.held, r.by)
	}
}

func TestRoom_OneAccountHasTwoPlaces(t *testing.T) {
	r := &room{by: map[string]int{}}
	a, _ := r.enter("a")
	if _, err := r.enter("a"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.enter("a"); !errors.Is(err, errManyUploads) {
		t.Error("a third place:", err)
	}
	if _, err := r.enter("b"); err != nil {
		t.Error("another account waits for the first:", err)
	}
	if b, err := a.read(iotest.OneByteReader(bytes.NewReader([]byte("a small file")))); err != nil || string(b) != "a small file" {
		t.Errorf("%q %v", b, err)
	}
	if b, err := a.read(bytes.NewReader(nil)); err != nil || b == nil || len(b) != 0 {
		t.Error("an empty file is a file", b, err)
	}
	if _, err := a.read(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	a.leave()
	if _, err := r.enter("a"); err != nil {
		t.Error("the place that was left is not free:", err)
	}
}
