-- What records a program's token reaches, as a JSON list of data scopes, and the purpose for which it is used.
ALTER TABLE api_tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE api_tokens ADD COLUMN purpose TEXT NOT NULL DEFAULT 'HOPERAT';
