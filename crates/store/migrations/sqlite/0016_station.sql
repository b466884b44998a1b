-- Channels of one's own.
CREATE TABLE station (
    id TEXT PRIMARY KEY,
    number INTEGER,
    document TEXT NOT NULL, -- JSON: what it is meant to play
    revision INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    epoch_ms INTEGER NOT NULL, -- when its tape time was 0
    state TEXT NOT NULL, -- JSON: what is firm, and how far it has come; empty: nothing yet
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;

-- Documents as they were.
CREATE TABLE station_document (
    station_id TEXT NOT NULL REFERENCES station (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (station_id, revision)
) STRICT, WITHOUT ROWID;

-- What was on. It outlives the channel.
CREATE TABLE aired (
    station_id TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    length_ms INTEGER NOT NULL,
    item INTEGER, -- of the library; none: it was none of its items
    title TEXT NOT NULL,
    kind TEXT NOT NULL, -- programme, break or slate
    note TEXT NOT NULL, -- why it was not what was planned; empty: it was
    PRIMARY KEY (station_id, start_ms)
) STRICT, WITHOUT ROWID;
