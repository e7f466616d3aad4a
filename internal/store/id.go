package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync/atomic"
	"time"
)

// serial orders the ids of one process within a millisecond: the steps of one
// act, and all that happens while the demo's clock stands still.
var serial = func() *atomic.Uint32 {
	var b [4]byte
	rand.Read(b[:]) // never fails: it ends the process instead
	c := new(atomic.Uint32)
	c.Store(binary.BigEndian.Uint32(b[:]) >> 7) // far below the wrap of 26 bits
	return c
}()

// NewID makes a UUIDv7 (RFC 9562) on the given clock, so that ids of the demo's
// moved clock sort as its acts did. After the millisecond stand 26 bits of a
// counter (method 1 of the RFC) and 48 of chance.
func NewID(now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	n := serial.Add(1) & (1<<26 - 1)
	binary.BigEndian.PutUint16(b[6:8], 0x7000|uint16(n>>14))
	binary.BigEndian.PutUint16(b[8:10], 0x8000|uint16(n&0x3fff))
	rand.Read(b[10:])
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
