-- Who has done what: written once, never changed, and kept for 400 days.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    actor TEXT, -- account; none: nobody was signed in
    actor_name TEXT, -- as it was then
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    result TEXT NOT NULL, -- done, or the code of the problem
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    details TEXT -- JSON
) STRICT;
CREATE INDEX audit_at ON audit (at_ms);

CREATE TRIGGER audit_stays AFTER UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'what is audited is not changed'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN OLD.at_ms > unixepoch() * 1000 - 34560000000
BEGIN SELECT RAISE(ABORT, 'what is audited is kept for 400 days'); END;
