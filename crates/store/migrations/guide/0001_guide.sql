-- The guide, in a file of its own: it is large, it can be read again from its sources, and an import keeps no other writer waiting.
-- Times are milliseconds since 1970; a day is 86,400,000 of them, counted from 1970 in UTC.

CREATE TABLE guide_channel (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE -- the channel's id elsewhere
) STRICT;

CREATE TABLE guide_source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE, -- receiver:…, xmltv:…
    read_ms INTEGER, -- when it was last read to its end
    note TEXT NOT NULL DEFAULT '' -- of whoever read it: what tells whether anything has changed
) STRICT;

-- What a source has told of a channel the last time.
CREATE TABLE guide_span (
    channel INTEGER NOT NULL REFERENCES guide_channel (id) ON DELETE CASCADE,
    source INTEGER NOT NULL REFERENCES guide_source (id) ON DELETE CASCADE,
    first_ms INTEGER NOT NULL, -- from the start of the first airing
    last_ms INTEGER NOT NULL, -- until the end of the last one
    reach INTEGER NOT NULL, -- days before a moment in which something may have begun that is still on
    read_ms INTEGER NOT NULL,
    PRIMARY KEY (channel, source)
) STRICT, WITHOUT ROWID;

-- What begins on a channel on a day, as a source tells it: one row, because it is written, read and replaced together.
CREATE TABLE guide_day (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL REFERENCES guide_channel (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    source INTEGER NOT NULL REFERENCES guide_source (id) ON DELETE CASCADE,
    entries BLOB NOT NULL -- JSON, in order of their starts
) STRICT;
CREATE UNIQUE INDEX guide_day_of ON guide_day (channel, day, source);
CREATE INDEX guide_day_source ON guide_day (source, day);

-- The different words of a day, folded (core::guide::fold); whoever finds a day looks into it. `ascii`: they are folded already.
CREATE VIRTUAL TABLE guide_words USING fts5 (words, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii');
CREATE TRIGGER guide_day_gone AFTER DELETE ON guide_day
BEGIN DELETE FROM guide_words WHERE rowid = OLD.id; END;
