package apply

import (
	"io"
	"sync"

	"yuanmeng/internal/photo"
	"yuanmeng/internal/web"
)

// What uploads may hold in memory while they come in and are looked at: all
// together, and how many of one account.
const (
	roomAll = 192 << 20
	roomOwn = 2
	roomBit = 256 << 10 // taken at a time, so that a slow sender holds what he has sent
)

var errManyUploads = web.TooMany("您有文件正在上传。请等它传完，再传下一个。", 0)

// room is that memory. Nobody waits in it: who finds none is asked to send
// again, and holds nothing meanwhile.
type room struct {
	mu   sync.Mutex
	held int64
	by   map[string]int
}

var atRoom = &room{by: map[string]int{}}

// upload is one upload in the room.
type upload struct {
	room    *room
	account string
	held    int64
}

// enter lets an account begin one more upload.
func (r *room) enter(account string) (*upload, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by[account] >= roomOwn {
		return nil, errManyUploads
	}
	r.by[account]++
	return &upload{room: r, account: account}, nil
}

// take makes room for n more bytes.
func (u *upload) take(n int64) bool {
	u.room.mu.Lock()
	defer u.room.mu.Unlock()
	if u.room.held+n > roomAll {
		return false
	}
	u.room.held, u.held = u.room.held+n, u.held+n
	return true
}

// leave gives back what it holds.
func (u *upload) leave() {
	u.room.mu.Lock()
	defer u.room.mu.Unlock()
	u.room.held -= u.held
	u.held = 0
	if u.room.by[u.account]--; u.room.by[u.account] <= 0 {
		delete(u.room.by, u.account)
	}
}

// read reads a file whole. Beyond the largest that is taken it stops: the next
// room says what is wrong with it.
func (u *upload) read(body io.Reader) ([]byte, error) {
	b := []byte{}
	for len(b) <= photo.MaxBytes {
		if cap(b)-len(b) < roomBit {
			old := int64(cap(b))
			want := max(2*old, roomBit)
			if !u.take(want) {
				return nil, web.Unavailable
			}
			b = append(make([]byte, 0, want), b...)
			u.take(-old)
		}
		n, err := body.Read(b[len(b) : len(b)+roomBit])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}
