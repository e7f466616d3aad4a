package casework

import (
	"sync"
	"time"
)

// savesAMinute is how often an account may save its draft: a page that saves
// itself while one types does so at most forty times.
const savesAMinute = 120

var errSaveMany = refuse("save_many", "存得太快了，这一次没有存上。请过一分钟再点一次。", "一分钟内保存太多次", "")

// pace counts what each account does in the present minute of the machine clock.
// It protects the writer and gives nobody anything, so it stands in memory: every
// process has its own.
type pace struct {
	mu     sync.Mutex
	minute time.Time
	done   map[string]int
}

// over counts one more and says whether that is more than most.
func (p *pace) over(account string, now time.Time, most int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := now.Truncate(time.Minute); p.done == nil || !m.Equal(p.minute) {
		p.minute, p.done = m, map[string]int{}
	}
	if p.done[account] >= most {
		return true
	}
	p.done[account]++
	return false
}
