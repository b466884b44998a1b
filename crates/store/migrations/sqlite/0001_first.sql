-- The first schema: who owns the station, its receivers, what it remembers, its sessions.
-- Times are milliseconds since 1970; hashes are SHA-256; JSON is text.

CREATE TABLE instance (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE, -- the name, lower case in all scripts
    role TEXT NOT NULL,
    password TEXT, -- PHC string; none: signs in by link only
    created_ms INTEGER NOT NULL
) STRICT;

-- One owner, whatever two setups at once may try.
CREATE UNIQUE INDEX account_owner ON account (role) WHERE role = 'owner';

CREATE TABLE one_time_code (
    hash BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
    expires_ms INTEGER NOT NULL,
    used_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX one_time_code_expires ON one_time_code (expires_ms);

CREATE TABLE sign_in (
    hash BLOB PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_account ON sign_in (account_id, last_seen_ms);
CREATE INDEX sign_in_last_seen ON sign_in (last_seen_ms);

CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL, -- names, separated by spaces
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    last_used_ms INTEGER
) STRICT;
CREATE INDEX api_token_account ON api_token (account_id, created_ms);

CREATE TABLE receiver (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    username TEXT,
    password BLOB, -- sealed
    stream_port INTEGER NOT NULL,
    tuners INTEGER,
    position INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

-- What a channel carried when it was last seen.
CREATE TABLE channel_tracks (
    channel_id TEXT PRIMARY KEY,
    tracks TEXT NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Bouquets as last read, so that a start does not wait for a sleeping box.
CREATE TABLE lineup_cache (
    receiver_id TEXT PRIMARY KEY,
    bouquets TEXT NOT NULL,
    read_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE now_next (
    channel_id TEXT PRIMARY KEY,
    events TEXT NOT NULL,
    read_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE playback_session (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    request_key TEXT, -- Idempotency-Key
    request_hash BLOB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    fence INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX playback_session_key ON playback_session (account_id, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX playback_session_living ON playback_session (created_ms) WHERE ended_ms IS NULL;
CREATE INDEX playback_session_ended ON playback_session (ended_ms) WHERE ended_ms IS NOT NULL;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    revision INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
