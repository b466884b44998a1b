-- Guides that the host has entered on the pages. Those of the configuration file are not stored.
CREATE TABLE guide_address (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address BLOB NOT NULL, -- sealed: its user, password and query are secrets
    shift_min INTEGER NOT NULL, -- its times are moved by so many minutes
    refresh_s INTEGER, -- how often it is read; null: as often as all
    created_ms INTEGER NOT NULL
) STRICT;
