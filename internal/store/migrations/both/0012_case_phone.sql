-- +goose Up
-- Blind index of the phone in the application: it may differ from the account's,
-- and staff who apply too are known by either.
ALTER TABLE cases ADD COLUMN phone_index TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_phone ON cases (phone_index);
