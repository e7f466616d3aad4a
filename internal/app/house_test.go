package app

import (
	"io"
	"net"
	"strings"
	"testing"
)

// An address in use is said before anything is opened or made, and the port
// that :0 stands for is the one that links name.
func TestListenComesFirst(t *testing.T) {
	dir := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s := settings{place: place{Data: dir + "/a"}, Addr: taken.Addr().String()}
	if _, err := build(t.Context(), s, io.Discard, options{listen: true}); err == nil {
		t.Fatal("an address in use was taken")
	}
	s = settings{place: place{Data: dir + "/b"}, Addr: "127.0.0.1:0"}
	h, err := build(t.Context(), s, io.Discard, options{listen: true})
	if err != nil {
		t.Fatal(err)
	}
	defer h.ln.Close()
	if strings.HasSuffix(h.PublicURL, ":0") || h.PublicURL != "http://"+h.ln.Addr().String() {
		t.Fatalf("links name %s, the program listens on %s", h.PublicURL, h.ln.Addr())
	}
	if err := h.close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
