-- Conversations. What somebody has said, and titles, are sealed; offsets begin with 1 and have no hole.
CREATE TABLE conversation (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    epoch TEXT NOT NULL,
    mode TEXT NOT NULL,
    title BLOB,
    last_offset INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_by_account ON conversation (account_id, changed_ms DESC, id);
-- What waits for a person, or has one.
CREATE INDEX conversation_by_mode ON conversation (mode, changed_ms) WHERE mode IN ('queued', 'human');
CREATE TABLE conversation_event (
    conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    offset INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    -- Account of whoever wrote it; empty: no person.
    author TEXT NOT NULL,
    client_id TEXT,
    event BLOB NOT NULL,
    PRIMARY KEY (conversation_id, offset)
) STRICT, WITHOUT ROWID;
-- What is sent again under the same id is not said again.
CREATE UNIQUE INDEX conversation_event_once ON conversation_event (conversation_id, author, client_id) WHERE client_id IS NOT NULL;
-- How far an answer that is being made has come, once a second: what a stop leaves of it.
CREATE TABLE conversation_answer (
    conversation_id TEXT PRIMARY KEY NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    fence INTEGER NOT NULL,
    text BLOB NOT NULL
) STRICT, WITHOUT ROWID;
-- What is needed to undo what the assistant has done.
CREATE TABLE conversation_undo (
    conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    call INTEGER NOT NULL,
    what BLOB NOT NULL,
    PRIMARY KEY (conversation_id, call)
) STRICT, WITHOUT ROWID;
