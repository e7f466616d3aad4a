-- +goose Up
-- What has happened is never changed: the database refuses.
-- +goose StatementBegin
CREATE TRIGGER event_keep_u BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_keep_d BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER leaf_keep_u BEFORE UPDATE OF programme_id, idx, txn, body ON leaf BEGIN SELECT RAISE(ABORT, 'leaf is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER leaf_keep_d BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'leaf is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revision_keep_u BEFORE UPDATE OF case_id, n, answers, form_hash, by_id, at ON revision BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER decision_keep_u BEFORE UPDATE OF case_id, move, role, by_id, second_id, reason, items, at ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER decision_keep_d BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attestation_keep_u BEFORE UPDATE ON attestation BEGIN SELECT RAISE(ABORT, 'attestation is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checkpoint_keep_u BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER programme_version_keep_u BEFORE UPDATE ON programme_version BEGIN SELECT RAISE(ABORT, 'programme_version is append-only'); END;
-- +goose StatementEnd
