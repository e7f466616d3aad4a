-- +goose Up
-- A number that is no longer the account's and has to be told once: sealed, and
-- gone when the message is.
ALTER TABLE outbox ADD COLUMN to_sealed BYTEA;
