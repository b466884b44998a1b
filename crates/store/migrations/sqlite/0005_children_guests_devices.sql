-- What a child may see, guests who stay for a while, and televisions that are signed in from a phone.

CREATE TABLE profile (
    account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    age INTEGER NOT NULL, -- years
    unrated INTEGER NOT NULL, -- 1: also what nobody has rated
    channels TEXT, -- JSON list of ids; none: all
    pin TEXT -- PHC string; none: nothing is opened by a PIN
) STRICT, WITHOUT ROWID;

CREATE TRIGGER profile_made AFTER INSERT ON profile
BEGIN UPDATE access_turn SET turn = turn + 1; END;
CREATE TRIGGER profile_changed AFTER UPDATE ON profile
BEGIN UPDATE access_turn SET turn = turn + 1; END;
CREATE TRIGGER profile_gone AFTER DELETE ON profile
BEGIN UPDATE access_turn SET turn = turn + 1; END;

-- When the account ends by itself; none: never. Whoever has such a time is a guest.
ALTER TABLE account ADD COLUMN expires_ms INTEGER;
CREATE INDEX account_expires ON account (expires_ms) WHERE expires_ms IS NOT NULL;
CREATE TRIGGER account_time_changed AFTER UPDATE OF expires_ms ON account
BEGIN UPDATE access_turn SET turn = turn + 1; END;

-- A device that waits for somebody to let it in.
CREATE TABLE pairing (
    secret BLOB PRIMARY KEY, -- what the device asks with
    code BLOB NOT NULL UNIQUE, -- what it shows
    label TEXT NOT NULL,
    address TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE -- who has let it in
) STRICT, WITHOUT ROWID;
CREATE INDEX pairing_expires ON pairing (expires_ms);
