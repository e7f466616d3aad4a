-- +goose Up
-- The year after the approval: what a worker hands in, and what the money does
-- to his case.
ALTER TABLE cases ADD COLUMN enrol_by TIMESTAMPTZ;
ALTER TABLE cases ADD COLUMN enrol TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN registration TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN exam TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN admission TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN entry TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN report TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN spent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN inflight BOOLEAN NOT NULL DEFAULT false;

-- One thing that a worker has handed in: the newest answer of each kind. Values
-- are sealed under the case's key; the checker's sentence too.
CREATE TABLE duty (
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL CHECK (kind IN ('enrol', 'registration', 'exam', 'admission', 'entry', 'report')),
    programme_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('filed', 'passed', 'returned')),
    exempt BOOLEAN NOT NULL,
    sealed BYTEA NOT NULL,
    version INTEGER NOT NULL,
    filed_at TIMESTAMPTZ NOT NULL,
    by_id TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, kind)
);
CREATE INDEX duty_list ON duty (programme_id, state, kind, at, case_id);
