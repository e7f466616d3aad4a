-- +goose Up
-- What people write by hand about a case lies sealed under the case's key and
-- goes with it. Plain text that was there goes now: nobody may keep it.
ALTER TABLE hearing DROP COLUMN reason;
ALTER TABLE hearing DROP COLUMN answer;
ALTER TABLE hearing DROP COLUMN outcome;
ALTER TABLE hearing ADD COLUMN reason_sealed BYTEA;
ALTER TABLE hearing ADD COLUMN answer_sealed BYTEA;
ALTER TABLE hearing ADD COLUMN outcome_sealed BYTEA;
DROP TRIGGER decision_keep_u ON decision;
ALTER TABLE decision DROP COLUMN reason;
ALTER TABLE decision ADD COLUMN reason_sealed BYTEA;
CREATE TRIGGER decision_keep_u BEFORE UPDATE OF case_id, move, role, by_id, second_id, reason_sealed, items, at ON decision FOR EACH ROW EXECUTE FUNCTION keep_row();
ALTER TABLE attestation DROP COLUMN disagree;
ALTER TABLE attestation ADD COLUMN disagree_sealed BYTEA;
-- A message that repeats such a sentence is sealed whole.
ALTER TABLE outbox ADD COLUMN reason_sealed BYTEA;
ALTER TABLE message ADD COLUMN body_sealed BYTEA;
