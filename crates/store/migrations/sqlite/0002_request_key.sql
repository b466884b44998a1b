-- Idempotency-Key of requests that made something other than a session (those keep theirs beside them), and what it was.
CREATE TABLE request_key (
    account_id TEXT NOT NULL,
    request_key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    made_id TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, request_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_key_made ON request_key (made_ms);
