-- +goose Up
-- What has happened is never changed: the database refuses.
-- +goose StatementBegin
CREATE FUNCTION keep_row() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER event_keep_u BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER event_keep_d BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER leaf_keep_u BEFORE UPDATE OF programme_id, idx, txn, body ON leaf FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER leaf_keep_d BEFORE DELETE ON leaf FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER revision_keep_u BEFORE UPDATE OF case_id, n, answers, form_hash, by_id, at ON revision FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER decision_keep_u BEFORE UPDATE OF case_id, move, role, by_id, second_id, reason, items, at ON decision FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER decision_keep_d BEFORE DELETE ON decision FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER attestation_keep_u BEFORE UPDATE ON attestation FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER checkpoint_keep_u BEFORE UPDATE ON checkpoint FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TRIGGER programme_version_keep_u BEFORE UPDATE ON programme_version FOR EACH ROW EXECUTE FUNCTION keep_row();
