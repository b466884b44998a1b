-- What was shown in a line of the log, so that it can be shown again: stretches of items and when each was on, as JSON; empty: nobody knows.
ALTER TABLE aired ADD COLUMN pieces TEXT NOT NULL DEFAULT '';
