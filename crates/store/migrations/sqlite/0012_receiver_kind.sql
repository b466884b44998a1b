-- Not every receiver is a box: lists of channels and network tuners are, too.
ALTER TABLE receiver ADD COLUMN kind TEXT NOT NULL DEFAULT 'enigma2'; -- enigma2, m3u, hdhomerun
