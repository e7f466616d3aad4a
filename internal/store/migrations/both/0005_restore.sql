-- +goose Up
-- A backup that was put back. Until two persons have released it, no message
-- leaves and no deadline acts.
CREATE TABLE restoration (
    id TEXT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    backup_at TIMESTAMPTZ NOT NULL,
    reason TEXT NOT NULL,
    erased INTEGER NOT NULL,
    first_id TEXT NOT NULL,
    second_id TEXT NOT NULL,
    quiet BOOLEAN NOT NULL,
    released_at TIMESTAMPTZ
);

-- What each log lost by it, as its epoch leaf says.
CREATE TABLE epoch (
    programme_id TEXT NOT NULL,
    kept BIGINT NOT NULL,
    restoration_id TEXT NOT NULL REFERENCES restoration (id),
    size BIGINT NOT NULL,
    from_no BIGINT NOT NULL,
    to_no BIGINT NOT NULL,
    PRIMARY KEY (programme_id, kept)
);

-- The data keys that were destroyed, by a keyed mark that tells nothing: a
-- backup still has the keys, and whoever puts it back destroys them again.
CREATE TABLE erasure (
    mark TEXT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL
);
