package casework

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Page is one page of an uploaded file, cleaned and re-encoded by package photo.
type Page struct {
	Type string
	Body []byte
}

// Upload is a file that photo has judged: its pages and what was noticed.
type Upload struct {
	Kind     scheme.FileKind
	SHA256   string // of the bytes as they came
	Pages    []Page
	Findings []scheme.Finding
}

// maxStored bounds one stored page; photo has already bounded what came in.
const maxStored = 20 << 20

// Attach seals the pages of an upload and puts the file into the worker's draft
// or running correction. Blobs are written before the rows: a crash between
// leaves a blob that the next sweep removes. What it replaces goes with a draft;
// a correction keeps it, since the submitted revision shows it.
func (w *Work) Attach(ctx context.Context, workerID, caseID string, up Upload) (*scheme.Application, error) {
	c, err := w.own(ctx, workerID, caseID)
	if err != nil {
		return nil, err
	}
	if err := changeable(&c); err != nil {
		return nil, err
	}
	if len(up.Pages) == 0 {
		return nil, refuse("empty_file", "文件是空的，请重新选一张照片。", "空文件", "A2.1")
	}
	if err := w.countUpload(ctx, workerID); err != nil {
		return nil, err
	}
	rows, size, err := w.putPages(&c, up)
	if err != nil {
		return nil, err
	}
	app, err := w.save(ctx, workerID, caseID, func(tx *store.Tx, c *store.Case, app *scheme.Application, _ *scheme.Programme) error {
		if c.State == scheme.Draft {
			if err := tx.DropFiles(ctx, caseID, up.Kind); err != nil {
				return err
			}
		}
		all, err := tx.Files(ctx, caseID)
		if err != nil {
			return err
		}
		at := instantOf(rows, all, tx.Now)
		if err := tx.Insert(ctx, &rows); err != nil {
			return err
		}
		app.Files[up.Kind] = scheme.FileNote{
			ID: rows[0].ID, SHA256: up.SHA256, Type: rows[0].Type, Size: size, Pages: len(rows), At: at, Findings: up.Findings,
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, w.unput(rows))
	}
	return app, nil
}

// putPages seals the pages of an upload and gives their rows, which have no
// instant yet, and the bytes they take.
func (w *Work) putPages(c *store.Case, up Upload) (rows []store.File, size int64, err error) {
	key, err := w.key(c)
	if err != nil {
		return nil, 0, err
	}
	now := w.Now().UTC()
	for i, pg := range up.Pages {
		id := store.NewID(now)
		blob, err := w.Files.Put(key, fileAAD(c.ID, id), bytes.NewReader(pg.Body), maxStored)
		if err != nil {
			return nil, 0, errors.Join(err, w.unput(rows))
		}
		rows = append(rows, store.File{ID: id, CaseID: c.ID, Kind: up.Kind, Page: i + 1, Blob: blob.ID, SHA256: blob.SHA256, Type: pg.Type, Size: blob.Size})
		size += blob.Size
	}
	return rows, size, nil
}

// instantOf gives the pages of an upload the instant that they share and that no
// other upload of their kind among all has.
func instantOf(rows, all []store.File, now time.Time) time.Time {
	for _, f := range all {
		if f.Kind == rows[0].Kind && !f.At.Before(now) {
			now = f.At.Add(time.Microsecond).UTC()
		}
	}
	for i := range rows {
		rows[i].At = now
	}
	return now
}

// uploadsHour is how many files one account may hand in within an hour. Nobody
// needs so many; a program that sends them for ever fills the disk before the
// sweep has come round.
const uploadsHour = 60

func (w *Work) countUpload(ctx context.Context, workerID string) error {
	bucket, machine := "upload/"+workerID, w.Machine()
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		if err := tx.Alone(ctx, bucket); err != nil {
			return err
		}
		n, _, err := tx.Attempts(ctx, bucket, machine.Add(-time.Hour))
		if err != nil {
			return err
		}
		if n >= uploadsHour {
			return refuse("upload_many", "一小时里传的文件太多了。已经传好的都在，请过一小时再传。", "一小时内上传过多", "A2.1")
		}
		_, err = tx.Count(ctx, bucket, machine, machine)
		return err
	})
}

// unput removes blobs that no row will name.
func (w *Work) unput(rows []store.File) error {
	var errs []error
	for _, f := range rows {
		errs = append(errs, w.Files.Remove(f.Blob))
	}
	return errors.Join(errs...)
}

func fileAAD(caseID, fileID string) string { return "file/" + caseID + "/" + fileID }

// ReadFile opens one stored page of a case that the caller may see.
func (w *Work) ReadFile(ctx context.Context, c store.Case, fileID string) ([]byte, string, error) {
	f, err := w.DB.File(ctx, fileID)
	if store.IsNone(err) || err == nil && f.CaseID != c.ID {
		return nil, "", ErrNotFound
	}
	if err != nil {
		return nil, "", err
	}
	key, err := w.key(&c)
	if err != nil {
		return nil, "", err
	}
	r, _, err := w.Files.Get(key, fileAAD(c.ID, f.ID), f.Blob)
	if err != nil {
		return nil, "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxStored+1))
	return b, f.Type, err
}

// FilePages lists the stored pages of the file that an application names.
func (w *Work) FilePages(ctx context.Context, c store.Case, note scheme.FileNote) ([]store.File, error) {
	all, err := w.DB.Files(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	return PagesOf(all, note), nil
}

// PagesOf picks, of all stored pages of a case, those of the file that an
// application names.
func PagesOf(all []store.File, note scheme.FileNote) (out []store.File) {
	var at *store.File
	for i := range all {
		if all[i].ID == note.ID {
			at = &all[i]
		}
	}
	if at == nil {
		return nil
	}
	for _, f := range all {
		if f.Kind == at.Kind && f.At.Equal(at.At) {
			out = append(out, f)
		}
	}
	return out
}
