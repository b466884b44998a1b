-- How the last reading of a source went, as JSON of whoever read it: people are told of it after a restart as well.
ALTER TABLE guide_source ADD COLUMN report TEXT NOT NULL DEFAULT '';
