-- Players and media servers that cannot send a header: each has an address of its own with a secret in it, which lets it watch and nothing else.
CREATE TABLE player (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, -- whose rights it has
    name TEXT NOT NULL,
    kind TEXT NOT NULL, -- kodi, jellyfin, plex, tivimate, other
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER, -- none: never
    last_used_ms INTEGER
) STRICT;
CREATE INDEX player_account ON player (account_id, created_ms);

CREATE TRIGGER player_changed AFTER UPDATE OF account_id, expires_ms ON player
BEGIN UPDATE access_turn SET turn = turn + 1; END;
CREATE TRIGGER player_gone AFTER DELETE ON player
BEGIN UPDATE access_turn SET turn = turn + 1; END;
