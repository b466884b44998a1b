-- What each person sets for himself, as `setting` has it for the station: favourites, languages.
CREATE TABLE own_setting (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL, -- JSON
    revision INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

-- What somebody looks for in the guide again and again.
CREATE TABLE saved_search (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    wanted TEXT NOT NULL, -- JSON: words and filters
    created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_search_account ON saved_search (account_id, created_ms);
