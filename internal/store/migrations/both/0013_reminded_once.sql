-- +goose Up
-- Whoever has a draft is reminded once of the opening and once of the close.
CREATE UNIQUE INDEX outbox_opening_soon ON outbox (programme_id, worker_id) WHERE wording = 'opening_soon';
CREATE UNIQUE INDEX outbox_closing_soon ON outbox (programme_id, worker_id) WHERE wording = 'closing_soon';
