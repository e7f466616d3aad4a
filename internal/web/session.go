package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"yuanmeng/internal/store"
)

// How long sessions live. A worker's phone stays signed in for 30 days; a desk
// ends after half an hour of rest and never outlives a working day.
const (
	WorkerSession = 30 * 24 * time.Hour
	StaffSession  = 12 * time.Hour
	StaffIdle     = 30 * time.Minute
	// An officer stands with a phone between people who come one by one, all
	// through the day, and sees only the form in his hand: the bound phone stays
	// signed in, so that the day's codes are enough.
	OfficerSession = 7 * 24 * time.Hour
)

// Ticket is what a session remembers. It holds no right: rights are read with
// every request, so that a disabled account is out at once.
type Ticket struct {
	AccountID string
	Kind      string // KindWorker, KindStaff
	Grant     string // id of the grant a staff member works under
	Epoch     int    // of the staff account when the session began
	Confirmed bool   // a worker on a device that is known to be his
	Officer   bool   // staff who came by phone and only attest
	StartedAt time.Time
	SeenAt    time.Time
	ProvedAt  time.Time // last second factor

	// Entered is the row that the session was read from, which knows the worker;
	// nil for a session that has just begun.
	Entered *store.Entered `json:"-"`
}

// Sessions keeps signed-in browsers. Public pages make none: a session is
// written only when somebody signs in or a page leaves a sentence.
type Sessions struct {
	Log *slog.Logger // told when a session could not be read or kept; nil: nobody

	m       *scs.SessionManager
	machine func() time.Time
	resolve func(context.Context, Ticket) (Viewer, error)
}

// NewSessions makes the keeper. resolve turns a ticket into what the account may
// do now; it gives the zero Viewer for one that is out.
func NewSessions(db *store.DB, machine func() time.Time, secure bool, resolve func(context.Context, Ticket) (Viewer, error)) *Sessions {
	m := scs.New()
	m.Lifetime = WorkerSession
	m.HashTokenInStore = true
	m.Codec = sessionCodec{}
	m.Store = sessionStore{db, machine}
	m.Cookie.Name = "ym"
	m.Cookie.HttpOnly = true
	m.Cookie.Secure = secure
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Persist = true
	s := &Sessions{m: m, machine: machine, resolve: resolve}
	m.ErrorFunc = s.failed
	return s
}

// Wrap loads the session of a request that brings one and saves what changed.
func (s *Sessions) Wrap(next http.Handler) http.Handler {
	h := s.m.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Context().Value(loadedKey{}).(*loaded).read = true
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), loadedKey{}, new(loaded))))
	})
}

type loadedKey struct{}

// loaded is what a request knows of its session.
type loaded struct {
	read bool // it was looked for, and the page was asked
	row  *store.Entered
}

// failed answers for a session that could not be read. One that was read and
// could not be written stops no page: what was lost is when the person was last
// seen, or a sentence; a sign-in has written itself before (keep). So a full disk
// leaves everything readable.
func (s *Sessions) failed(w http.ResponseWriter, r *http.Request, err error) {
	l, _ := r.Context().Value(loadedKey{}).(*loaded)
	read := l != nil && l.read
	if s.Log != nil {
		s.Log.LogAttrs(r.Context(), slog.LevelError, "session", slog.Bool("read", read), slog.String("error", err.Error()))
	}
	if read {
		return
	}
	public := ""
	if s.m.Cookie.Secure {
		public = "https://"
	}
	Headers(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("现在打不开这一页，您填过的内容没有丢。请过几分钟再试。\n")) // a browser that has left needs no bytes
	}), Deps{PublicURL: public}).ServeHTTP(w, r)
}

// keep writes the session now: who is told that he is signed in has to be.
func (s *Sessions) keep(ctx context.Context) error {
	_, _, err := s.m.Commit(ctx)
	return err
}

// Start signs somebody in under a new token.
func (s *Sessions) Start(c *Ctx, t Ticket) error {
	ctx := c.R.Context()
	if err := s.m.RenewToken(ctx); err != nil {
		return err
	}
	now := s.machine()
	t.StartedAt, t.SeenAt = now, now
	s.put(ctx, t)
	return s.keep(ctx)
}

// Issue starts a session outside of a request and gives its token.
func (s *Sessions) Issue(ctx context.Context, t Ticket) (token string, err error) {
	if ctx, err = s.m.Load(ctx, ""); err != nil {
		return "", err
	}
	now := s.machine()
	t.StartedAt, t.SeenAt = now, now
	s.put(ctx, t)
	token, _, err = s.m.Commit(ctx)
	return token, err
}

// Change alters the ticket of the present session.
func (s *Sessions) Change(c *Ctx, f func(*Ticket)) {
	ctx := c.R.Context()
	t := s.ticket(ctx)
	f(&t)
	s.put(ctx, t)
}

// Raise alters the ticket under a new token, for a change of what the session
// may do: another role, a second factor just shown.
func (s *Sessions) Raise(c *Ctx, f func(*Ticket)) error {
	if err := s.m.RenewToken(c.R.Context()); err != nil {
		return err
	}
	s.Change(c, f)
	return s.keep(c.R.Context())
}

// End signs out.
func (s *Sessions) End(c *Ctx) error { return s.m.Destroy(c.R.Context()) }

// Ticket is the ticket of the present session; zero for the public.
func (s *Sessions) Ticket(r *http.Request) Ticket { return s.ticket(r.Context()) }

func (s *Sessions) put(ctx context.Context, t Ticket) {
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // a plain struct of our own
	}
	s.m.Put(ctx, "t", string(b))
}

func (s *Sessions) ticket(ctx context.Context) (t Ticket) {
	if b := s.m.GetString(ctx, "t"); b != "" {
		if json.Unmarshal([]byte(b), &t) != nil {
			return Ticket{}
		}
		if l, ok := ctx.Value(loadedKey{}).(*loaded); ok && l.row != nil && l.row.WorkerID != nil && *l.row.WorkerID == t.AccountID {
			t.Entered = l.row
		}
	}
	return t
}

// Identify says who asks. When staff were last seen is written at most once a
// minute.
func (s *Sessions) Identify(r *http.Request) (Viewer, error) {
	t := s.ticket(r.Context())
	if t.AccountID == "" {
		return Viewer{}, nil
	}
	now := s.machine()
	idle, most := StaffIdle, StaffSession
	if t.Officer {
		idle, most = OfficerSession, OfficerSession
	}
	if t.Kind == KindStaff && (now.Sub(t.SeenAt) > idle || now.Sub(t.StartedAt) > most) {
		return Viewer{}, s.m.Destroy(r.Context())
	}
	v, err := s.resolve(r.Context(), t)
	if err != nil {
		return Viewer{}, err
	}
	if !v.SignedIn() {
		return Viewer{}, s.m.Destroy(r.Context())
	}
	// Only a desk ends after a rest. Phones that wait for the opening would all
	// write in the same second.
	if t.Kind == KindStaff && now.Sub(t.SeenAt) > time.Minute {
		t.SeenAt = now
		s.put(r.Context(), t)
	}
	return v, nil
}

// PutFlash keeps one sentence for the next page.
func (s *Sessions) PutFlash(r *http.Request, text string) { s.m.Put(r.Context(), "f", text) }

// TakeFlash takes it out again.
func (s *Sessions) TakeFlash(r *http.Request) string {
	if s.m.GetString(r.Context(), "f") == "" {
		return ""
	}
	return s.m.PopString(r.Context(), "f")
}

// sessionCodec writes a session as JSON. Its values are strings, and the usual
// codec spends more on describing its types than the rest of a request needs.
type sessionCodec struct{}

type sessionBody struct {
	Until  time.Time
	Values map[string]string
}

// Encode writes a session.
func (sessionCodec) Encode(until time.Time, values map[string]any) ([]byte, error) {
	b := sessionBody{until, make(map[string]string, len(values))}
	for k, v := range values {
		s, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("web: session value %s is a %T", k, v)
		}
		b.Values[k] = s
	}
	return json.Marshal(b)
}

// Decode reads a session. One that cannot be read is nobody's.
func (sessionCodec) Decode(body []byte) (time.Time, map[string]any, error) {
	var b sessionBody
	if err := json.Unmarshal(body, &b); err != nil {
		return time.Time{}, map[string]any{}, nil
	}
	values := make(map[string]any, len(b.Values))
	for k, v := range b.Values {
		values[k] = v
	}
	return b.Until, values, nil
}

// sessionStore keeps sessions beside everything else, through the one writer.
type sessionStore struct {
	db      *store.DB
	machine func() time.Time
}

// FindCtx reads a session; the manager has hashed its token.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	e, err := s.db.Session(ctx, token, s.machine())
	if store.IsNone(err) {
		return nil, false, nil
	}
	if l, ok := ctx.Value(loadedKey{}).(*loaded); ok && err == nil {
		l.row = &e
	}
	return e.Body, err == nil, err
}

// CommitCtx writes a session with the account it belongs to, so that all of an
// account's sessions can be ended together.
func (s sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	var t Ticket
	if _, values, err := (sessionCodec{}).Decode(b); err == nil {
		if text, ok := values["t"].(string); ok {
			json.Unmarshal([]byte(text), &t)
		}
	}
	return s.db.Write(ctx, s.machine(), func(tx *store.Tx) error {
		return tx.PutSession(ctx, &store.Session{TokenHash: token, Body: b, AccountID: t.AccountID, ExpiresAt: expiry.UTC()})
	})
}

// DeleteCtx ends a session.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Write(ctx, s.machine(), func(tx *store.Tx) error { return tx.DropSession(ctx, token) })
}

// Find, Commit and Delete serve the manager's older interface.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit writes a session.
func (s sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete ends a session.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
