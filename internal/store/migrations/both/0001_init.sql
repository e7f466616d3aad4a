-- +goose Up
-- One schema for both engines. Instants are TIMESTAMPTZ in UTC, ids are UUIDv7
-- made on our own clock, JSON lies in TEXT, sealed bytes in BYTEA.

CREATE TABLE programme (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('loaded', 'open', 'closed')),
    version INTEGER NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL,
    opened_at TIMESTAMPTZ
);
-- Where a programme stands is asked with every request; its body is long.
CREATE UNIQUE INDEX programme_head ON programme (id, version, state);
CREATE INDEX programme_state ON programme (state, id, version);

CREATE TABLE programme_version (
    programme_id TEXT NOT NULL REFERENCES programme (id),
    version INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by_id TEXT NOT NULL,
    second_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (programme_id, version)
);

-- The seat arithmetic and the head of the log, one row per programme. Every act
-- that takes or frees a seat or appends a leaf locks it first.
CREATE TABLE tally (
    programme_id TEXT PRIMARY KEY,
    cap INTEGER NOT NULL CHECK (cap >= 0),
    waiting_max INTEGER NOT NULL CHECK (waiting_max >= 0),
    last_no BIGINT NOT NULL CHECK (last_no >= 0),
    held INTEGER NOT NULL CHECK (held >= 0),
    confirmed INTEGER NOT NULL CHECK (confirmed >= 0),
    consumed INTEGER NOT NULL CHECK (consumed >= 0),
    waiting INTEGER NOT NULL CHECK (waiting >= 0),
    list_ended BOOLEAN NOT NULL,
    log_txn BIGINT NOT NULL,
    log_size BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    CHECK (held + confirmed + consumed <= cap)
);

CREATE TABLE worker (
    id TEXT PRIMARY KEY,
    phone_index TEXT NOT NULL UNIQUE,
    phone_sealed BYTEA NOT NULL,
    large BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- A device on which the worker has shown that the cases are his (last 6 of the ID).
CREATE TABLE device (
    token_hash TEXT PRIMARY KEY,
    worker_id TEXT NOT NULL REFERENCES worker (id),
    confirmed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programme (id),
    worker_id TEXT NOT NULL REFERENCES worker (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'accepted', 'returned', 'at_district', 'approved', 'claimed', 'done', 'partial', 'withdrawn', 'released', 'not_reached')),
    prior TEXT NOT NULL,
    place TEXT NOT NULL CHECK (place IN ('none', 'waiting', 'held', 'confirmed', 'consumed')),
    band INTEGER NOT NULL,
    band_public INTEGER,
    no BIGINT,
    priority TEXT NOT NULL,
    suspended BOOLEAN NOT NULL,
    contested BOOLEAN NOT NULL,
    contested_with TEXT NOT NULL,
    untypable BOOLEAN NOT NULL,
    rounds INTEGER NOT NULL,
    stamp BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    person_index TEXT NOT NULL,
    key_wrapped BYTEA,
    name TEXT NOT NULL,
    employer TEXT NOT NULL,
    union_key TEXT NOT NULL,
    union_name TEXT NOT NULL,
    town TEXT NOT NULL,
    college TEXT NOT NULL,
    level TEXT NOT NULL,
    major TEXT NOT NULL,
    worker_kind TEXT NOT NULL,
    hukou TEXT NOT NULL,
    sex TEXT NOT NULL,
    age_band TEXT NOT NULL,
    region TEXT NOT NULL,
    last_actor TEXT NOT NULL,
    returned_items TEXT NOT NULL,
    form_code TEXT NOT NULL,
    form_print TEXT NOT NULL,
    printed_at TIMESTAMPTZ,
    accept_leaf BIGINT,
    band_leaf BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ,
    seated_at TIMESTAMPTZ,
    since TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ,
    CHECK ((no IS NULL) = (state = 'draft')),
    CHECK (state NOT IN ('draft', 'withdrawn', 'released', 'not_reached') OR place = 'none')
);
CREATE UNIQUE INDEX cases_no ON cases (programme_id, no);
CREATE UNIQUE INDEX cases_draft ON cases (programme_id, worker_id) WHERE state = 'draft';
CREATE UNIQUE INDEX cases_form_code ON cases (form_code) WHERE form_code <> '';
CREATE INDEX cases_state ON cases (programme_id, state, since, id);
CREATE INDEX cases_place ON cases (programme_id, place, band, no);
CREATE INDEX cases_worker ON cases (worker_id, programme_id);
CREATE INDEX cases_person ON cases (person_index);
CREATE INDEX cases_due ON cases (programme_id, state, due_at, id);

-- One person, one aid: taken at acceptance, given back when the case ends unpaid.
CREATE TABLE live_person (
    person_index TEXT PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE REFERENCES cases (id)
);

CREATE TABLE draft (
    case_id TEXT PRIMARY KEY REFERENCES cases (id),
    answers TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    files TEXT NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE revision (
    case_id TEXT NOT NULL REFERENCES cases (id),
    n INTEGER NOT NULL,
    answers TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    files TEXT NOT NULL,
    form_hash TEXT NOT NULL,
    form_print TEXT NOT NULL,
    by_id TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, n)
);

-- Search keys of a name: characters, pinyin, initials.
CREATE TABLE name_key (
    programme_id TEXT NOT NULL,
    key TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    PRIMARY KEY (programme_id, key, case_id)
);
CREATE INDEX name_key_case ON name_key (case_id);

CREATE TABLE file (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    page INTEGER NOT NULL,
    blob TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    type TEXT NOT NULL,
    size BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX file_case ON file (case_id, kind, at);

CREATE TABLE hearing (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    cause TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'answered', 'dropped', 'executed')),
    reason TEXT NOT NULL,
    proposer TEXT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    until_at TIMESTAMPTZ NOT NULL,
    answer TEXT NOT NULL,
    answered_at TIMESTAMPTZ,
    outcome TEXT NOT NULL,
    ended_by TEXT NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX hearing_open ON hearing (case_id) WHERE state IN ('running', 'answered');
CREATE INDEX hearing_case ON hearing (case_id, opened_at);
CREATE INDEX hearing_list ON hearing (programme_id, state, until_at, id);

-- Decisions are rows that are only ever marked undone.
CREATE TABLE decision (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    move TEXT NOT NULL,
    role TEXT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    second_id TEXT NOT NULL,
    second_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    items TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    undone_by TEXT NOT NULL,
    undone_at TIMESTAMPTZ
);
CREATE INDEX decision_case ON decision (case_id, at);

-- The first half of a two-person act.
CREATE TABLE proposal (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    move TEXT NOT NULL,
    args TEXT NOT NULL,
    case_version INTEGER NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    by_role TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
    second_id TEXT NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX proposal_open ON proposal (programme_id, case_id, move) WHERE state = 'open';
CREATE INDEX proposal_list ON proposal (programme_id, state, at);

CREATE TABLE attestation (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    form_code TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    staff_name TEXT NOT NULL,
    union_key TEXT NOT NULL,
    member BOOLEAN NOT NULL,
    frontline BOOLEAN NOT NULL,
    conduct BOOLEAN NOT NULL,
    disagree TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX attestation_case ON attestation (case_id, at);
CREATE INDEX attestation_staff ON attestation (staff_id, at);

CREATE TABLE event (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    role TEXT NOT NULL,
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX event_case ON event (case_id, id);
CREATE INDEX event_name ON event (name, id);

-- The Merkle logs: one per programme, and '@audit' for the events of the installation.
CREATE TABLE leaf (
    programme_id TEXT NOT NULL,
    idx BIGINT NOT NULL,
    txn BIGINT NOT NULL,
    body TEXT NOT NULL,
    private TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (programme_id, idx)
);
CREATE TABLE log_hash (
    programme_id TEXT NOT NULL,
    idx BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (programme_id, idx)
);
CREATE TABLE checkpoint (
    programme_id TEXT NOT NULL,
    size BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (programme_id, size)
);
CREATE TABLE sealed_event (
    event_id TEXT PRIMARY KEY REFERENCES event (id),
    idx BIGINT NOT NULL UNIQUE
);

CREATE TABLE due (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    hearing_id TEXT NOT NULL,
    move TEXT NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    outcome TEXT NOT NULL
);
CREATE INDEX due_next ON due (due_at, id) WHERE ended_at IS NULL;
CREATE INDEX due_case ON due (case_id) WHERE ended_at IS NULL;

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    worker_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    wording TEXT NOT NULL,
    params TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    lease_by TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at TIMESTAMPTZ,
    dead_at TIMESTAMPTZ,
    fault TEXT NOT NULL
);
CREATE INDEX outbox_next ON outbox (next_at, id) WHERE sent_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_case ON outbox (case_id, id);

CREATE TABLE message (
    id TEXT PRIMARY KEY,
    worker_id TEXT NOT NULL,
    programme_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    wording TEXT NOT NULL,
    body TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ
);
CREATE INDEX message_worker ON message (worker_id, id);

CREATE TABLE sms_code (
    id TEXT PRIMARY KEY,
    phone_index TEXT NOT NULL,
    purpose TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    tries INTEGER NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX sms_code_phone ON sms_code (phone_index, created_at);

CREATE TABLE print_code (
    id TEXT PRIMARY KEY,
    code_hash TEXT NOT NULL UNIQUE,
    case_id TEXT NOT NULL,
    blank_id BOOLEAN NOT NULL,
    blank_card BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    tries INTEGER NOT NULL
);

-- Counts for limits: one row per attempt, swept when old.
CREATE TABLE attempt (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX attempt_bucket ON attempt (bucket, at);

CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    body BYTEA NOT NULL,
    account_id TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    org TEXT NOT NULL,
    phone_index TEXT NOT NULL,
    phone_sealed BYTEA,
    password TEXT NOT NULL,
    totp_sealed BYTEA,
    totp_step BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
    fails INTEGER NOT NULL,
    locked_until TIMESTAMPTZ,
    epoch INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX staff_login ON staff (login) WHERE login <> '';
CREATE UNIQUE INDEX staff_phone ON staff (phone_index) WHERE phone_index <> '';

CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    programme_id TEXT NOT NULL,
    role TEXT NOT NULL,
    org TEXT NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    until_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    by_id TEXT NOT NULL,
    duty TEXT NOT NULL
);
CREATE INDEX grants_staff ON grants (staff_id);
-- Three duties that exclude one another (DESIGN 1): at most one per person.
CREATE UNIQUE INDEX grants_duty ON grants (staff_id) WHERE duty = 'admin' AND ended_at IS NULL;

CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    by_id TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);

-- Small facts of the installation: key fingerprint, programme clock, log epoch.
CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
