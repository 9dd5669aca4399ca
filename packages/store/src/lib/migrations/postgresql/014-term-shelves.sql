-- The terms of 65,536 records that were made one after the other stand together (shelf = record >> 16), so that what a record
-- writes lies on pages that its neighbours write, too.
ALTER TABLE record_terms RENAME TO record_terms_without_shelves;
CREATE TABLE record_terms (
  shelf bigint NOT NULL,
  token bigint NOT NULL,
  record bigint NOT NULL,
  PRIMARY KEY (shelf, token, record)
);
INSERT INTO record_terms (shelf, token, record) SELECT record >> 16, token, record FROM record_terms_without_shelves;
DROP TABLE record_terms_without_shelves;

-- Those that there are, and the first: a term is looked for on each. Whoever writes its first record adds it, in the same transaction.
CREATE TABLE record_shelves (
  shelf bigint PRIMARY KEY
);
INSERT INTO record_shelves (shelf) SELECT DISTINCT record >> 16 FROM records UNION SELECT 0;
