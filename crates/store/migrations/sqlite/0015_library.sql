-- Folders of films and series that were added on the page.
CREATE TABLE library_folder (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

-- Items. An id is never used again, also of one that was forgotten: channels and histories name it.
CREATE TABLE library_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder TEXT NOT NULL, -- its name
    path TEXT NOT NULL, -- below the folder; bytes that are no UTF-8 as core::library::place writes them
    size INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    beside INTEGER NOT NULL, -- a digest of what lies beside the file and tells of it
    print BLOB, -- what is in it, shortly; null: it could not be read
    is_absent INTEGER NOT NULL,
    added_ms INTEGER NOT NULL,
    notes TEXT NOT NULL, -- JSON: what lies beside it says
    facts TEXT, -- JSON: what a probe found; null: it has not been probed
    correction TEXT NOT NULL, -- JSON: what the host says
    UNIQUE (folder, path)
) STRICT;

CREATE TABLE library_collection (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    content TEXT NOT NULL, -- JSON
    revision INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
