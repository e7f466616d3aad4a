-- +goose Up
-- The instant of the newest leaf: no later act is dated before it, whichever
-- node it runs on and however long it waited for the lock.
ALTER TABLE tally ADD COLUMN log_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01 00:00:00+00:00';
