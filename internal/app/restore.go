package app

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// restoreCmd puts a backup back. The logs do not go on as if nothing had been
// lost: see docs/decisions/0010-restore-epoch.md.
type restoreCmd struct {
	place
	File         string         `arg:"" optional:"" type:"existingfile" help:"Archive that backup wrote; none with --db, where the server's own tools have put the database back."`
	Checkpoint   []string       `help:"Newest public checkpoint of a log that anybody kept, or the whole log; once for each programme." type:"existingfile" placeholder:"FILE"`
	NoCheckpoint string         `help:"Why there is no checkpoint of a log." placeholder:"REASON"`
	Erased       string         `help:"List of destroyed data keys, from /proof/erased, beside the one next to the key file." type:"existingfile" placeholder:"FILE"`
	LastNumber   map[string]int `help:"Greatest acceptance number seen on a receipt." placeholder:"PROGRAMME=N"`
}

// Run puts the backup back. It refuses before it changes anything: the archive is
// unpacked and judged in a folder of its own and moved to its place at the end.
func (c *restoreCmd) Run(o *out) error {
	if c.NoCheckpoint != "" && len([]rune(c.NoCheckpoint)) < 4 {
		return errors.New("--no-checkpoint wants a reason in words: it is kept and shown to those who release the messages")
	}
	keys, err := vault.LoadFile(c.keyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no key file %s: nothing of the backup could be opened without it. Bring it, or name it with --key", c.keyFile())
	}
	if err != nil {
		return err
	}
	if c.DB != "" {
		if c.File != "" {
			return errors.New("an archive of backup holds SQLite: put a PostgreSQL database back with the server's own tools, then run restore --db without an archive")
		}
		return c.epoch(o, c.place, keys, true)
	}
	if c.File == "" {
		return errors.New("name the archive that backup wrote")
	}
	return c.unpack(o, keys)
}

func (c *restoreCmd) unpack(o *out, keys *vault.Keys) error {
	for _, name := range []string{"yuanmeng.db", "files"} {
		if _, err := os.Lstat(filepath.Join(c.Data, name)); err == nil {
			return fmt.Errorf("%s has %s already: restore only writes where nothing is. Move the old folder away and keep it", c.Data, name)
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(c.Data, "restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := untar(c.File, tmp, keys.Fingerprint(), c.keyFile()); err != nil {
		return err
	}
	at := c.place
	at.Data, at.Key = tmp, c.keyFile()
	if err := c.epoch(o, at, keys, false); err != nil {
		return err
	}
	// The database last: without it nothing is here.
	for _, name := range []string{"files", "yuanmeng.db"} {
		if err := os.Rename(filepath.Join(tmp, name), filepath.Join(c.Data, name)); err != nil {
			return err
		}
	}
	d, err := os.Open(c.Data)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// member is what an archive may hold. Nothing else is written anywhere.
var member = regexp.MustCompile(`^(yuanmeng\.db|files/[0-9a-f]{2}/[0-9a-f]{32})$`)

// untar unpacks an archive into an empty folder, after it has seen that the whole
// of it is there and that the key file opens it.
func untar(file, dir, fingerprint, keyFile string) error {
	damaged := fmt.Errorf("%s is not a whole archive of backup: it was cut off or changed", file)
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	m, files, base := manifest{}, 0, false
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil || m.Format != "" {
			return damaged
		}
		if h.Name == "backup.json" {
			if err := json.NewDecoder(r).Decode(&m); err != nil || m.Format != backupFormat {
				return damaged
			}
			continue
		}
		if !member.MatchString(h.Name) || h.Typeflag != tar.TypeReg {
			return damaged
		}
		if h.Name == "yuanmeng.db" {
			base = true
		} else {
			files++
		}
		if err := put(r, filepath.Join(dir, filepath.FromSlash(h.Name))); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return damaged
			}
			return err
		}
	}
	if !base || m.Format == "" || m.Files != files {
		return damaged
	}
	if m.Keys != fingerprint {
		return fmt.Errorf("key file %s is %s, but the backup was made with %s: nothing of it could be opened", keyFile, fingerprint, m.Keys)
	}
	return os.MkdirAll(filepath.Join(dir, "files"), 0o700)
}

func put(r io.Reader, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close())
}

// epoch opens the database at a place and begins its new epoch.
func (c *restoreCmd) epoch(o *out, at place, keys *vault.Keys, inPlace bool) error {
	db, err := store.Open(o.ctx, at.target(), nil)
	if err != nil {
		return err
	}
	known, err := db.Fact(o.ctx, factKeys)
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("there is no installation in the database: %w", err)
	}
	if known != keys.Fingerprint() {
		return fmt.Errorf("key file %s is %s, but the database was made with %q: nothing of it could be opened", c.keyFile(), keys.Fingerprint(), known)
	}
	list := vault.ErasedFile(c.keyFile())
	return withHouse(o, at, func(h *house) error {
		r := casework.Restoring{Reason: c.NoCheckpoint, LastNo: c.LastNumber, InPlace: inPlace}
		mark, err := h.db.Fact(o.ctx, factClock)
		if err != nil {
			return err
		}
		if mark != "" {
			if r.BackupAt, err = time.Parse(time.RFC3339Nano, mark); err != nil {
				return err
			}
		}
		for _, name := range c.Checkpoint {
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			k, err := h.work.ReadKnown(name, b)
			if err != nil {
				return err
			}
			r.Known = append(r.Known, k)
		}
		if r.Erased, err = vault.ReadErased(list); err != nil {
			return err
		}
		if c.Erased != "" {
			more, err := vault.ReadErased(c.Erased)
			if err != nil {
				return err
			}
			r.Erased = slices.Concat(r.Erased, more)
		}
		done, err := h.work.Restore(o.ctx, r)
		if err != nil {
			return err
		}
		if err := h.db.Write(o.ctx, done.At, func(tx *store.Tx) error {
			return tx.SetFact(o.ctx, factClock, done.At.Format(time.RFC3339Nano))
		}); err != nil {
			return err
		}
		marks, err := h.db.Erasures(o.ctx)
		if err != nil {
			return err
		}
		if _, err := vault.AddErased(list, marks); err != nil {
			return err
		}
		for _, e := range done.Logs {
			fmt.Fprintf(o.stdout, "%s: %d leaves restored", e.ProgrammeID, e.Kept)
			if e.Size > e.Kept {
				fmt.Fprintf(o.stdout, ", %d lost", e.Size-e.Kept)
			}
			if e.ToNo > 0 {
				fmt.Fprintf(o.stdout, ", numbers %d to %d are passed over", e.FromNo, e.ToNo)
			}
			fmt.Fprintln(o.stdout)
		}
		fmt.Fprintf(o.stdout, "%d erasures applied again\nmessages and deadlines are held: the system administrator proposes their release at /desk/delivery, the security administrator agrees\n", done.Erased)
		return nil
	})
}
