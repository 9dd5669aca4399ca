-- A glass that another person lets be broken, and programs that belong to somebody outside.
ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('export', 'shredding', 'glass'));

ALTER TABLE glasses ADD COLUMN approved_by text COLLATE "C";
ALTER TABLE api_tokens ADD COLUMN recipient text COLLATE "C";
