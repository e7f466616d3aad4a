package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// Worker is an account by phone number.
type Worker struct {
	bun.BaseModel `bun:"table:worker,alias:w"`
	ID            string `bun:",pk"`
	PhoneIndex    string
	PhoneSealed   []byte
	Large         bool
	CreatedAt     time.Time
}

// Device is a device on which a worker has confirmed himself.
type Device struct {
	bun.BaseModel `bun:"table:device"`
	TokenHash     string `bun:",pk"`
	WorkerID      string
	ConfirmedAt   time.Time
}

// Staff is an account of the desk or of a union officer.
type Staff struct {
	bun.BaseModel `bun:"table:staff,alias:s"`
	ID            string `bun:",pk"`
	Login         string
	Name          string
	Org           string
	PhoneIndex    string
	PhoneSealed   []byte
	Password      string
	TotpSealed    []byte
	TotpStep      int64
	State         string // invited, active, disabled
	Fails         int
	LockedUntil   *time.Time
	Epoch         int
	CreatedAt     time.Time
	SeenAt        *time.Time
}

// Grant is one role of an account in one programme, with a term.
type Grant struct {
	bun.BaseModel `bun:"table:grants,alias:g"`
	ID            string `bun:",pk"`
	StaffID       string
	ProgrammeID   string
	Role          scheme.Role
	Org           string
	FromAt        time.Time
	UntilAt       *time.Time
	EndedAt       *time.Time
	ByID          string
	Duty          string // "admin" for the three duties, else ""
}

// Invitation is a one-time link that lets an account set its own password.
type Invitation struct {
	bun.BaseModel `bun:"table:invitation,alias:i"`
	ID            string `bun:",pk"`
	TokenHash     string
	StaffID       string
	ByID          string
	CreatedAt     time.Time
	ExpiresAt     time.Time
	UsedAt        *time.Time
}

// Session is one signed-in browser; only the hash of its token is stored.
type Session struct {
	bun.BaseModel `bun:"table:session"`
	TokenHash     string `bun:",pk"`
	Body          []byte
	AccountID     string
	ExpiresAt     time.Time
}

// SMSCode is a sign-in code that was sent.
type SMSCode struct {
	bun.BaseModel `bun:"table:sms_code,alias:sc"`
	ID            string `bun:",pk"`
	PhoneIndex    string
	Purpose       string
	CodeHash      string
	CreatedAt     time.Time
	ExpiresAt     time.Time
	Tries         int
	UsedAt        *time.Time
}

// PrintCode lets a print shop fetch one form once.
type PrintCode struct {
	bun.BaseModel `bun:"table:print_code,alias:pc"`
	ID            string `bun:",pk"`
	CodeHash      string
	CaseID        string
	BlankID       bool
	BlankCard     bool
	CreatedAt     time.Time
	ExpiresAt     time.Time
	Tries         int
}

// Attempt is one counted attempt for a limit.
type Attempt struct {
	bun.BaseModel `bun:"table:attempt,alias:a"`
	ID            string `bun:",pk"`
	Bucket        string
	At            time.Time
}

// Worker reads a worker.
func (q Q) Worker(ctx context.Context, id string) (Worker, error) {
	return one[Worker](ctx, q, "w.id = ?", id)
}

// WorkerByPhone finds a worker by the index of his phone number.
func (q Q) WorkerByPhone(ctx context.Context, index string) (Worker, error) {
	var w Worker
	err := q.NewSelect().Model(&w).Where("w.phone_index = ?", index).Scan(ctx)
	return w, err
}

// PutWorkerPhone gives an account another number.
func (tx *Tx) PutWorkerPhone(ctx context.Context, worker, index string, sealed []byte) error {
	_, err := tx.NewRaw("UPDATE worker SET phone_index = ?, phone_sealed = ? WHERE id = ?", index, sealed, worker).Exec(ctx)
	return err
}

// DropDevices forgets every device on which a worker has confirmed himself.
func (tx *Tx) DropDevices(ctx context.Context, worker string) error {
	_, err := tx.NewDelete().Table("device").Where("worker_id = ?", worker).Exec(ctx)
	return err
}

// DropWorker removes an account that has no case, with its devices and sessions.
func (tx *Tx) DropWorker(ctx context.Context, worker string) error {
	if err := tx.DropDevices(ctx, worker); err != nil {
		return err
	}
	if err := tx.DropSessions(ctx, worker); err != nil {
		return err
	}
	_, err := tx.NewDelete().Table("worker").Where("id = ?", worker).Exec(ctx)
	return err
}

// SetLarge remembers the worker's wish for large letters.
func (tx *Tx) SetLarge(ctx context.Context, worker string, large bool) error {
	_, err := tx.NewRaw("UPDATE worker SET large = ? WHERE id = ?", large, worker).Exec(ctx)
	return err
}

// DeviceOf says to whom a device was confirmed; "" if to nobody.
func (q Q) DeviceOf(ctx context.Context, tokenHash string) (string, error) {
	var d Device
	err := q.NewSelect().Model(&d).Where("token_hash = ?", tokenHash).Scan(ctx)
	if IsNone(err) {
		return "", nil
	}
	return d.WorkerID, err
}

// PutDevice confirms a device.
func (tx *Tx) PutDevice(ctx context.Context, d *Device) error {
	_, err := tx.NewInsert().Model(d).On("CONFLICT (token_hash) DO UPDATE").Set("worker_id = EXCLUDED.worker_id, confirmed_at = EXCLUDED.confirmed_at").Exec(ctx)
	return err
}

// Staff reads an account.
func (q Q) Staff(ctx context.Context, id string) (Staff, error) {
	return one[Staff](ctx, q, "s.id = ?", id)
}

// StaffByLogin finds an account by its login name.
func (q Q) StaffByLogin(ctx context.Context, login string) (Staff, error) {
	var s Staff
	err := q.NewSelect().Model(&s).Where("s.login = ? AND s.login <> ''", login).Scan(ctx)
	return s, err
}

// StaffByPhone finds an officer by the index of his phone.
func (q Q) StaffByPhone(ctx context.Context, index string) (Staff, error) {
	var s Staff
	err := q.NewSelect().Model(&s).Where("s.phone_index = ? AND s.phone_index <> ''", index).Scan(ctx)
	return s, err
}

// AllStaff lists the accounts with their grants, by name.
func (q Q) AllStaff(ctx context.Context) (out []Staff, err error) {
	err = q.NewSelect().Model(&out).OrderExpr("s.state, s.name, s.id").Limit(500).Scan(ctx)
	return out, err
}

// PutStaff updates an account.
func (tx *Tx) PutStaff(ctx context.Context, s *Staff) error {
	_, err := tx.NewUpdate().Model(s).WherePK().Exec(ctx)
	return err
}

// Grants lists the grants of an account that stand at the instant.
func (q Q) Grants(ctx context.Context, staff string, at time.Time) (out []Grant, err error) {
	return many[Grant](ctx, q, "g.staff_id = ? AND g.ended_at IS NULL AND g.from_at <= ? AND (g.until_at IS NULL OR g.until_at > ?) ORDER BY g.from_at, g.id", staff, at.UTC(), at.UTC())
}

// AllGrants lists all standing grants.
func (q Q) AllGrants(ctx context.Context) (out []Grant, err error) {
	err = q.NewSelect().Model(&out).Where("g.ended_at IS NULL").OrderExpr("g.staff_id, g.role").Scan(ctx)
	return out, err
}

// EndGrant ends a grant.
func (tx *Tx) EndGrant(ctx context.Context, id string) error {
	_, err := tx.NewRaw("UPDATE grants SET ended_at = ? WHERE id = ? AND ended_at IS NULL", tx.Now, id).Exec(ctx)
	return err
}

// InvitationBy finds an invitation by the hash of its token.
func (q Q) InvitationBy(ctx context.Context, hash string) (Invitation, error) {
	var i Invitation
	err := q.NewSelect().Model(&i).Where("i.token_hash = ?", hash).Scan(ctx)
	return i, err
}

// UseInvitation marks an invitation as used; false if it was used before.
func (tx *Tx) UseInvitation(ctx context.Context, id string, at time.Time) (bool, error) {
	res, err := tx.NewRaw("UPDATE invitation SET used_at = ? WHERE id = ? AND used_at IS NULL", at.UTC(), id).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, _ := res.RowsAffected()
	return n == 1, nil
}

// Entered is a session with the worker whose it is, if it is a worker's.
type Entered struct {
	Body        []byte
	WorkerID    *string
	PhoneSealed []byte
}

// Session reads a session by the hash of its token.
func (q Q) Session(ctx context.Context, hash string, machine time.Time) (Entered, error) {
	return one[Entered](ctx, q, `SELECT s.body, w.id AS worker_id, w.phone_sealed FROM session AS s LEFT JOIN worker AS w ON w.id = s.account_id
		WHERE s.token_hash = ? AND s.expires_at > ?`, hash, machine.UTC())
}

// PutSession writes a session.
func (tx *Tx) PutSession(ctx context.Context, s *Session) error {
	_, err := tx.NewInsert().Model(s).On("CONFLICT (token_hash) DO UPDATE").Set("body = EXCLUDED.body, account_id = EXCLUDED.account_id, expires_at = EXCLUDED.expires_at").Exec(ctx)
	return err
}

// DropSession ends a session.
func (tx *Tx) DropSession(ctx context.Context, hash string) error {
	_, err := tx.NewDelete().Table("session").Where("token_hash = ?", hash).Exec(ctx)
	return err
}

// DropSessions ends all sessions of an account.
func (tx *Tx) DropSessions(ctx context.Context, account string) error {
	_, err := tx.NewDelete().Table("session").Where("account_id = ?", account).Exec(ctx)
	return err
}

// CodesSince counts the codes sent to a phone since an instant, by their purpose.
func (q Q) CodesSince(ctx context.Context, phoneIndex string, since time.Time) (map[string]int, error) {
	var rows []struct {
		Purpose string
		N       int
	}
	err := q.NewRaw("SELECT purpose, COUNT(*) AS n FROM sms_code WHERE phone_index = ? AND created_at > ? GROUP BY purpose", phoneIndex, since.UTC()).Scan(ctx, &rows)
	out := map[string]int{}
	for _, r := range rows {
		out[r.Purpose] = r.N
	}
	return out, err
}

// OpenCode is the newest unused code of a phone for a purpose.
func (q Q) OpenCode(ctx context.Context, phoneIndex, purpose string, machine time.Time) (SMSCode, error) {
	var c SMSCode
	err := q.NewSelect().Model(&c).Where("sc.phone_index = ? AND sc.purpose = ? AND sc.used_at IS NULL AND sc.expires_at > ?", phoneIndex, purpose, machine.UTC()).
		OrderExpr("sc.created_at DESC, sc.id DESC").Limit(1).Scan(ctx)
	return c, err
}

// TryCode counts a try of a code and returns false when the tries are used up.
// The count is one statement, so parallel guesses cannot share a try.
func (tx *Tx) TryCode(ctx context.Context, id string, max int) (bool, error) {
	res, err := tx.NewRaw("UPDATE sms_code SET tries = tries + 1 WHERE id = ? AND tries < ? AND used_at IS NULL", id, max).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, _ := res.RowsAffected()
	return n == 1, nil
}

// UseCode marks a code as used; false if somebody else used it first.
func (tx *Tx) UseCode(ctx context.Context, id string, machine time.Time) (bool, error) {
	res, err := tx.NewRaw("UPDATE sms_code SET used_at = ? WHERE id = ? AND used_at IS NULL", machine.UTC(), id).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, _ := res.RowsAffected()
	return n == 1, nil
}

// PrintCodeBy finds a print code by its hash.
func (q Q) PrintCodeBy(ctx context.Context, hash string, machine time.Time) (PrintCode, error) {
	var p PrintCode
	err := q.NewSelect().Model(&p).Where("pc.code_hash = ? AND pc.expires_at > ?", hash, machine.UTC()).Scan(ctx)
	return p, err
}

// TryPrintCode counts one fetch; false when all are used.
func (tx *Tx) TryPrintCode(ctx context.Context, id string, max int) (bool, error) {
	res, err := tx.NewRaw("UPDATE print_code SET tries = tries + 1 WHERE id = ? AND tries < ?", id, max).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, _ := res.RowsAffected()
	return n == 1, nil
}

// Count books one attempt in a bucket and says how many there were since.
func (tx *Tx) Count(ctx context.Context, bucket string, machine, since time.Time) (int, error) {
	a := Attempt{ID: NewID(machine), Bucket: bucket, At: machine.UTC()}
	if err := tx.Insert(ctx, &a); err != nil {
		return 0, err
	}
	n, err := tx.NewSelect().Table("attempt").Where("bucket = ? AND at > ?", bucket, since.UTC()).Count(ctx)
	return int(n), err
}

// Sweep removes what the machine clock has passed: sessions, codes, attempts.
func (tx *Tx) Sweep(ctx context.Context, machine time.Time) error {
	for _, s := range []struct{ sql string }{
		{"DELETE FROM session WHERE expires_at < ?"}, {"DELETE FROM print_code WHERE expires_at < ?"},
	} {
		if _, err := tx.NewRaw(s.sql, machine.UTC()).Exec(ctx); err != nil {
			return err
		}
	}
	for _, s := range []string{"DELETE FROM sms_code WHERE created_at < ?", "DELETE FROM attempt WHERE at < ?"} {
		if _, err := tx.NewRaw(s, machine.Add(-48*time.Hour).UTC()).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// NameKey is one search key of a case.
type NameKey struct {
	bun.BaseModel `bun:"table:name_key"`
	ProgrammeID   string `bun:",pk"`
	Key           string `bun:",pk"`
	CaseID        string `bun:",pk"`
}

// PutNameKeys replaces the search keys of a case.
func (tx *Tx) PutNameKeys(ctx context.Context, programme, caseID string, keys []string) error {
	if _, err := tx.NewDelete().Table("name_key").Where("case_id = ?", caseID).Exec(ctx); err != nil {
		return err
	}
	if len(keys) == 0 {
		return nil
	}
	rows := make([]NameKey, 0, len(keys))
	seen := map[string]bool{}
	for _, k := range keys {
		if k != "" && !seen[k] {
			seen[k] = true
			rows = append(rows, NameKey{ProgrammeID: programme, Key: k, CaseID: caseID})
		}
	}
	return tx.Insert(ctx, &rows)
}
