package proof

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// StoredHash is one hash that the log's storage must keep, at tlog's storage
// index.
type StoredHash struct {
	Index int64
	Hash  [32]byte
}

// Frontier is the right edge of a log: the roots of its complete subtrees, at
// most 63. It is all that is needed to append and to compute the root, so a
// writer reads and writes one small value. The zero value is the empty log.
type Frontier struct {
	size  int64
	roots []tlog.Hash // largest subtree first; one for each set bit of size
}

const frontierVersion = 1

// MarshalBinary gives a version byte, the size (8 bytes, big endian) and the
// roots, largest first.
func (f *Frontier) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, 9+32*len(f.roots))
	b = append(b, frontierVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(f.size))
	for _, h := range f.roots {
		b = append(b, h[:]...)
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote. No bytes at all are refused:
// a lost value must not start the log again.
func (f *Frontier) UnmarshalBinary(b []byte) error {
	if len(b) < 9 || b[0] != frontierVersion {
		return fmt.Errorf("frontier: %d bytes of another form", len(b))
	}
	u := binary.BigEndian.Uint64(b[1:9])
	if u > 1<<62 || len(b) != 9+32*bits.OnesCount64(u) {
		return errors.New("frontier: size and hashes do not fit")
	}
	f.size = int64(u)
	f.roots = make([]tlog.Hash, bits.OnesCount64(u))
	for i := range f.roots {
		copy(f.roots[i][:], b[9+32*i:])
	}
	return nil
}

// Append adds the bytes of one leaf. It gives the leaf's index in the log and
// the hashes to store: the leaf's own and those of the subtrees it completes,
// at the storage indexes that tlog.StoredHashes has.
func (f *Frontier) Append(leaf []byte) (index int64, stored []StoredHash) {
	return f.appendHash(tlog.RecordHash(leaf))
}

func (f *Frontier) appendHash(h tlog.Hash) (index int64, stored []StoredHash) {
	index = f.size
	at := tlog.StoredHashIndex(0, index)
	stored = make([]StoredHash, 0, 1+bits.TrailingZeros64(^uint64(index)))
	stored = append(stored, StoredHash{at, h})
	// Each trailing 1 bit of the index is a complete subtree to the left of
	// equal size; it is always the last root left.
	for i := index; i&1 != 0; i >>= 1 {
		last := len(f.roots) - 1
		h = tlog.NodeHash(f.roots[last], h)
		f.roots = f.roots[:last]
		at++
		stored = append(stored, StoredHash{at, h})
	}
	f.roots = append(f.roots, h)
	f.size++
	return index, stored
}

// push is appendHash for readers, who store nothing.
func (f *Frontier) push(h tlog.Hash) {
	for i := f.size; i&1 != 0; i >>= 1 {
		last := len(f.roots) - 1
		h = tlog.NodeHash(f.roots[last], h)
		f.roots = f.roots[:last]
	}
	f.roots = append(f.roots, h)
	f.size++
}

// Size is the number of leaves.
func (f *Frontier) Size() int64 { return f.size }

// Root is the log's root hash (RFC 6962): for an empty log the SHA-256 of nothing.
func (f *Frontier) Root() [32]byte {
	if f.size == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	h := f.roots[len(f.roots)-1]
	for i := len(f.roots) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.roots[i], h)
	}
	return h
}

// reader adapts a reader of stored hashes to tlog.
func reader(read func([]int64) ([][32]byte, error)) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		got, err := read(indexes)
		if err != nil {
			return nil, err
		}
		if len(got) != len(indexes) {
			return nil, fmt.Errorf("stored hashes: asked for %d, got %d", len(indexes), len(got))
		}
		return hashes(got), nil
	})
}

func hashes(p [][32]byte) []tlog.Hash {
	out := make([]tlog.Hash, len(p))
	for i := range p {
		out[i] = p[i]
	}
	return out
}

func plain(p []tlog.Hash) [][32]byte {
	out := make([][32]byte, len(p))
	for i := range p {
		out[i] = p[i]
	}
	return out
}

// RootAt gives the root that the log had at an earlier size.
func RootAt(size int64, read func([]int64) ([][32]byte, error)) (root [32]byte, err error) {
	return tlog.TreeHash(size, reader(read))
}

// Inclusion proves that the log of the given size holds the leaf at index. read
// gives stored hashes by storage index, in the order asked.
func Inclusion(size, index int64, read func([]int64) ([][32]byte, error)) ([][32]byte, error) {
	p, err := tlog.ProveRecord(size, index, reader(read))
	if err != nil {
		return nil, err
	}
	return plain(p), nil
}

// CheckInclusion checks a proof of Inclusion against a log's size and root.
func CheckInclusion(proof [][32]byte, size int64, root [32]byte, index int64, leaf []byte) error {
	return tlog.CheckRecord(hashes(proof), size, root, index, tlog.RecordHash(leaf))
}

// Consistency proves that the log of size old is the beginning of the log of
// size new.
func Consistency(old, new int64, read func([]int64) ([][32]byte, error)) ([][32]byte, error) {
	if old == 0 && new >= 0 {
		return nil, nil // every log begins with the empty one
	}
	p, err := tlog.ProveTree(new, old, reader(read))
	if err != nil {
		return nil, err
	}
	return plain(p), nil
}

// CheckConsistency checks a proof of Consistency between two heads.
func CheckConsistency(proof [][32]byte, old int64, oldRoot [32]byte, new int64, newRoot [32]byte) error {
	if old == 0 {
		var f Frontier
		if len(proof) != 0 || oldRoot != f.Root() || new < 0 || new == 0 && newRoot != oldRoot {
			return errors.New("the head of the empty log does not fit")
		}
		return nil
	}
	return tlog.CheckTree(hashes(proof), new, newRoot, old, oldRoot)
}
