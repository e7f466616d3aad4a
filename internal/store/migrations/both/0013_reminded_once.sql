-- +goose Up
-- Whoever has a draft is reminded once of the opening and once of the close. A
-- table of its own: an index of the outbox would cost every submission.
CREATE TABLE reminded (
    programme_id TEXT NOT NULL,
    worker_id TEXT NOT NULL,
    wording TEXT NOT NULL,
    PRIMARY KEY (programme_id, worker_id, wording)
);
