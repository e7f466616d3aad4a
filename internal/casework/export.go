package casework

import (
	"context"
	"crypto/ed25519"
	"io"
	"iter"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/store"
)

// exportPage is how many rows of the log are read at once.
const exportPage = 1000

// ExportLog writes the public log of a programme as one file that `yuanmeng
// verify` reads: every leaf up to the newest checkpoint, and all checkpoints.
// host is the installation's public name, as in its checkpoints' origin. A
// programme that has no log gives ErrNotFound and writes nothing.
func (w *Work) ExportLog(ctx context.Context, programme, host string, out io.Writer) error {
	last, err := w.DB.LastCheckpoint(ctx, programme)
	if store.IsNone(err) {
		if _, err := w.DB.Tally(ctx, programme); store.IsNone(err) {
			return ErrNotFound
		}
		err = nil // opened less than a minute ago: no checkpoint, so nothing to show yet
	}
	if err != nil {
		return err
	}
	var notes [][]byte
	for size := int64(0); size < last.Size; {
		page, err := w.DB.CheckpointsFrom(ctx, programme, size, exportPage)
		if err != nil {
			return err
		}
		for _, k := range page {
			if k.Size <= last.Size {
				notes = append(notes, []byte(k.Note))
			}
			size = k.Size
		}
		if len(page) == 0 {
			break
		}
	}
	pub := w.Keys.Signer(LogSigner).Public().(ed25519.PublicKey)
	head := proof.NewHeader(programme, proof.Origin(host, programme), pub, last.Size)
	return proof.Export(out, head, w.leaves(ctx, programme, last.Size), notes)
}

// leaves reads the first size leaves of a log, page by page.
func (w *Work) leaves(ctx context.Context, programme string, size int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for at := int64(0); at < size; {
			page, err := w.DB.Leaves(ctx, programme, at, int(min(exportPage, size-at)))
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page) == 0 {
				return // Export counts, and says that leaves are missing
			}
			for _, l := range page {
				if !yield([]byte(l.Body), nil) {
					return
				}
			}
			at += int64(len(page))
		}
	}
}
