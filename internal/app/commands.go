package app

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
	"yuanmeng/plan"
)

// programmeCmd are the commands about programmes as data.
type programmeCmd struct {
	Check programmeCheck `cmd:"" help:"Report every fault of a programme's folder with file and line."`
	Load  programmeLoad  `cmd:"" help:"Put a programme into an installation."`
	List  programmeList  `cmd:"" help:"List the programmes of an installation."`
}

type programmeCheck struct {
	Dir string `arg:"" type:"existingdir" help:"Folder of the programme."`
}

// readProgramme reads a folder and writes down every fault that it has.
func readProgramme(w io.Writer, dir string) (*scheme.Programme, string, error) {
	p, faults, err := plan.LoadDir(dir)
	if err != nil {
		return nil, "", err
	}
	for _, f := range faults {
		fmt.Fprintln(w, filepath.Join(dir, f.String()))
	}
	if len(faults) > 0 {
		return nil, "", fmt.Errorf("%s has %d faults", dir, len(faults))
	}
	hash, err := plan.Hash(os.DirFS(dir))
	return p, hash, err
}

// Run checks a folder: faults end it with 1, what keeps it from opening is said.
func (c *programmeCheck) Run(o *out) error {
	p, hash, err := readProgramme(o.stdout, c.Dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "%s: no fault (%d majors, %d unions, hash %.16s)\n", p.ID, len(p.Majors), len(p.Unions), hash)
	for _, f := range plan.Red(p) {
		fmt.Fprintln(o.stdout, "not ready to open:", f.String())
	}
	return nil
}

type programmeLoad struct {
	place
	Dir string `arg:"" type:"existingdir" help:"Folder of the programme."`
}

// Run loads a folder into the database.
func (c *programmeLoad) Run(o *out) error {
	p, hash, err := readProgramme(o.stderr, c.Dir)
	if err != nil {
		return err
	}
	return withHouse(o, c.place, func(h *house) error {
		if err := h.load(o.ctx, p, hash, c.Dir, o.stderr); err != nil {
			return err
		}
		fmt.Fprintln(o.stdout, "loaded", p.ID)
		return nil
	})
}

type programmeList struct{ place }

// Run lists the programmes.
func (c *programmeList) Run(o *out) error {
	return withHouse(o, c.place, func(h *house) error {
		rows, err := h.db.Programmes(o.ctx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			fmt.Fprintf(o.stdout, "%s\t%s\tversion %d\t%.16s\n", r.ID, r.State, r.Version, r.Hash)
		}
		return nil
	})
}

// withHouse opens the store of an installation for one command, without doors.
func withHouse(o *out, p place, f func(h *house) error) error {
	h := &house{settings: settings{place: p}, machine: time.Now, fatal: make(chan error, 1), log: discard(o)}
	if err := h.openStore(o.ctx); err != nil {
		return err
	}
	h.work = casework.New(h.db, h.keys, h.files, h.clock.Now, h.machine)
	return errors.Join(f(h), h.db.Close())
}

type migrateCmd struct{ place }

// Run brings the schema up to date and does nothing else.
func (c *migrateCmd) Run(o *out) error {
	db, err := store.Open(o.ctx, c.target(), nil)
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(o.ctx), db.Close())
}

// keysCmd are the commands about key files.
type keysCmd struct {
	New  keysNew  `cmd:"" help:"Make a key file; an existing one is never replaced."`
	Show keysShow `cmd:"" help:"Name a key file by its fingerprint and its public checkpoint key."`
}

type keysNew struct {
	File string `arg:"" type:"path"`
}

// Run makes a key file.
func (c *keysNew) Run(o *out) error {
	k, err := vault.CreateFile(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintln(o.stdout, "fingerprint", k.Fingerprint())
	return nil
}

type keysShow struct {
	File string `arg:"" type:"existingfile"`
}

// Run names a key file.
func (c *keysShow) Run(o *out) error {
	k, err := vault.LoadFile(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintln(o.stdout, "fingerprint", k.Fingerprint())
	fmt.Fprintln(o.stdout, "checkpoint key", publicKey(k))
	return nil
}

// accountCmd makes accounts where no browser is at hand.
type accountCmd struct {
	Add accountAdd `cmd:"" help:"Invite an account and print its one-time link."`
}

type accountAdd struct {
	place
	Name      string `help:"Name of the person." required:""`
	Login     string `help:"Login name." required:""`
	Phone     string `help:"Mobile number of the person, by which a case of his own is known; he cannot act on it."`
	Role      string `help:"Role: centre, district, lead, auditor, sysadmin, secadmin, auditadmin." required:""`
	Programme string `help:"Programme, for roles that work in one."`
	Org       string `help:"Organisation." default:"district"`
	PublicURL string `help:"Address of the platform, for the link." default:"http://127.0.0.1:8080"`
}

// Run invites somebody. It is for whoever has the machine in his hands, and the
// trail says that the system did it.
func (c *accountAdd) Run(o *out) error {
	return withHouse(o, c.place, func(h *house) error {
		of := &office.Office{DB: h.db, Keys: h.keys, SMS: &sms.Log{Logger: h.log}, Now: h.clock.Now, Machine: h.machine}
		token, err := of.Invite(o.ctx, scheme.SystemActor, c.Name, c.Login, c.Phone, c.Org, []office.Grant{{Role: scheme.Role(c.Role), Programme: c.Programme}})
		var r *office.Refused
		if errors.As(err, &r) {
			return errors.New(r.Sentence)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(o.stdout, "%s/invite/%s\n", c.PublicURL, token)
		return nil
	})
}

type backupCmd struct {
	place
	File string `arg:"" type:"path" help:"Archive to write; must not exist."`
}

// Run writes a tar of a consistent copy of the database and of every blob. The
// key file is not in it: whoever finds the archive can open nothing of it.
func (c *backupCmd) Run(o *out) error {
	if c.DB != "" {
		return errors.New("back up PostgreSQL with pg_dump or pg_basebackup, and the folder of files beside it")
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := c.write(o.ctx, f)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		os.Remove(c.File)
		return err
	}
	fmt.Fprintf(o.stdout, "%s: the database and %d files\n", c.File, n)
	return nil
}

func (c *backupCmd) write(ctx context.Context, w io.Writer) (int, error) {
	db, err := store.Open(ctx, c.target(), nil)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	keys, err := db.Fact(ctx, factKeys)
	if err != nil {
		return 0, err
	}
	copyAt := filepath.Join(c.Data, fmt.Sprintf("backup-%d.db", os.Getpid()))
	defer os.Remove(copyAt)
	if err := db.CopyTo(ctx, copyAt); err != nil {
		return 0, err
	}
	t := tar.NewWriter(w)
	if err := addFile(t, copyAt, "yuanmeng.db"); err != nil {
		return 0, err
	}
	// Blobs are written before their rows, so every row of the copy has its blob.
	n := 0
	root := filepath.Join(c.Data, "files")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".part" {
			return err
		}
		rel, err := filepath.Rel(c.Data, path)
		if err != nil {
			return err
		}
		n++
		return addFile(t, path, filepath.ToSlash(rel))
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return n, err
	}
	// Last, so that an archive which was cut off has none.
	return n, errors.Join(addManifest(t, manifest{Format: backupFormat, Keys: keys, Files: n}), t.Close())
}

// backupFormat names the form of an archive in its last member.
const backupFormat = "yuanmeng-backup-1"

// manifest is the last member of an archive.
type manifest struct {
	Format string `json:"format"`
	Keys   string `json:"keys"` // fingerprint of the key file that opens it
	Files  int    `json:"files"`
}

func addManifest(t *tar.Writer, m manifest) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: "backup.json", Mode: 0o600, Size: int64(len(b))}); err != nil {
		return err
	}
	_, err = t.Write(b)
	return err
}

func addFile(t *tar.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.CopyN(t, f, info.Size())
	return err
}
