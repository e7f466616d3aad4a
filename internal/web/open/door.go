// Package open is the door for everybody: what the programme is, how many seats
// are left, who may apply, and the proof that the order is right. Its pages make
// no session and show nobody.
package open

import (
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/web"
)

// Door is what the open pages need.
type Door struct {
	Work      *casework.Work
	Machine   func() time.Time
	Host      string // public name of the installation, in the origin of its logs
	PublicURL string // https://host, for links in QR codes
}

// Routes is the table of this door.
func (d *Door) Routes() []web.Route {
	return nil
}
