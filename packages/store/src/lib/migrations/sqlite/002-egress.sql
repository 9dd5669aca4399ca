-- Outbound calls, and the companies outside with their agreements. Receipts outlive the instance that they speak of.

CREATE TABLE egress_receipts (
  id TEXT PRIMARY KEY,
  plugin TEXT NOT NULL,
  instance TEXT NOT NULL,
  at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('fetch', 'tunnel')),
  destination TEXT,
  host TEXT,
  port INTEGER,
  method TEXT,
  template TEXT,
  status INTEGER,
  bytes_out INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('allow', 'deny')),
  reason TEXT,
  call TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX egress_receipts_by_instance ON egress_receipts (plugin, instance, id);
CREATE INDEX egress_receipts_by_time ON egress_receipts (at);
CREATE INDEX egress_receipts_reflected ON egress_receipts (at) WHERE reason = 'reflected';

CREATE TABLE vendors (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('business_associate', 'own_organisation')),
  note TEXT NOT NULL,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  row_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX vendors_name ON vendors (name);

-- A host belongs to one vendor: nobody has to guess whose agreement counts.
CREATE TABLE vendor_hosts (
  host TEXT PRIMARY KEY,
  vendor TEXT NOT NULL REFERENCES vendors (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX vendor_hosts_by_vendor ON vendor_hosts (vendor);

CREATE TABLE agreements (
  id TEXT PRIMARY KEY,
  vendor TEXT NOT NULL REFERENCES vendors (id) ON DELETE CASCADE,
  party TEXT NOT NULL,
  signed_on TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  document TEXT REFERENCES blobs (id),
  document_name TEXT,
  ended_at TEXT,
  ended_by TEXT,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX agreements_by_vendor ON agreements (vendor);
CREATE INDEX agreements_by_document ON agreements (document);

INSERT INTO counters (name, value) VALUES ('vendors_epoch', 1);
