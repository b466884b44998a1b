-- Words are gathered for so long before they are written and merged: a large import is written in fewer, larger pieces.
INSERT INTO guide_words (guide_words, rank) VALUES ('hashsize', 16777216);
