-- When each item of the library was on air last, on whichever channel: what queries ask, without reading the whole log.
CREATE TABLE item_aired (
    item INTEGER PRIMARY KEY,
    last_ms INTEGER NOT NULL
) STRICT;

INSERT INTO item_aired (item, last_ms)
    SELECT item, max(start_ms) FROM aired WHERE item IS NOT NULL AND note <> 'off' GROUP BY item;
