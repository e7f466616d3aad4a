package casework_test

import (
	"fmt"
	"testing"
	"time"

	"yuanmeng/internal/scheme"
)

// One account cannot fill the disk before the sweep comes round.
func TestAttach_SoManyAnHour(t *testing.T) {
	k := newKit(t)
	a, b := k.worker().begin(), k.worker().begin()
	for i := range 60 {
		k.must(a.attach(scheme.FilePhoto, fmt.Sprint("photo", i)))
	}
	k.refused(a.attach(scheme.FilePhoto, "one more"), "upload_many")
	k.must(b.attach(scheme.FilePhoto, "another's"))
	k.machine.to(k.machine.now().Add(61 * time.Minute))
	k.must(a.attach(scheme.FilePhoto, "an hour later"))
}
