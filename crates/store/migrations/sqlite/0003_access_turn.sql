-- Counts whenever somebody may have lost a right, so that whoever remembers who may do what sees that another process
-- has taken one away.
CREATE TABLE access_turn (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    turn INTEGER NOT NULL
) STRICT;
INSERT INTO access_turn (one, turn) VALUES (1, 0);

CREATE TRIGGER account_changed AFTER UPDATE OF name, role ON account
BEGIN UPDATE access_turn SET turn = turn + 1; END;
CREATE TRIGGER account_gone AFTER DELETE ON account
BEGIN UPDATE access_turn SET turn = turn + 1; END;
CREATE TRIGGER sign_in_gone AFTER DELETE ON sign_in
BEGIN UPDATE access_turn SET turn = turn + 1; END;
CREATE TRIGGER api_token_changed AFTER UPDATE OF account_id, scopes, expires_ms ON api_token
BEGIN UPDATE access_turn SET turn = turn + 1; END;
CREATE TRIGGER api_token_gone AFTER DELETE ON api_token
BEGIN UPDATE access_turn SET turn = turn + 1; END;
