-- +goose Up
-- Who seconded the opening of a hearing: he is no party to its end.
ALTER TABLE hearing ADD COLUMN seconder TEXT NOT NULL DEFAULT '';
