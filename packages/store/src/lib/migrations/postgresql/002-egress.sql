-- Outbound calls, and the companies outside with their agreements. Receipts outlive the instance that they speak of.

CREATE TABLE egress_receipts (
  id text COLLATE "C" PRIMARY KEY,
  plugin text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  at text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('fetch', 'tunnel')),
  destination text COLLATE "C",
  host text COLLATE "C",
  port bigint,
  method text COLLATE "C",
  template text COLLATE "C",
  status bigint,
  bytes_out bigint NOT NULL,
  bytes_in bigint NOT NULL,
  duration_ms bigint NOT NULL,
  decision text COLLATE "C" NOT NULL CHECK (decision IN ('allow', 'deny')),
  reason text COLLATE "C",
  call text COLLATE "C"
);
CREATE INDEX egress_receipts_by_instance ON egress_receipts (plugin, instance, id);
CREATE INDEX egress_receipts_by_time ON egress_receipts (at);
CREATE INDEX egress_receipts_reflected ON egress_receipts (at) WHERE reason = 'reflected';

CREATE TABLE vendors (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('business_associate', 'own_organisation')),
  note text COLLATE "C" NOT NULL,
  created_at text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  row_version bigint NOT NULL
);
CREATE UNIQUE INDEX vendors_name ON vendors (name);

-- A host belongs to one vendor: nobody has to guess whose agreement counts.
CREATE TABLE vendor_hosts (
  host text COLLATE "C" PRIMARY KEY,
  vendor text COLLATE "C" NOT NULL REFERENCES vendors (id) ON DELETE CASCADE
);
CREATE INDEX vendor_hosts_by_vendor ON vendor_hosts (vendor);

CREATE TABLE agreements (
  id text COLLATE "C" PRIMARY KEY,
  vendor text COLLATE "C" NOT NULL REFERENCES vendors (id) ON DELETE CASCADE,
  party text COLLATE "C" NOT NULL,
  signed_on text COLLATE "C" NOT NULL,
  valid_from text COLLATE "C" NOT NULL,
  valid_until text COLLATE "C",
  document text COLLATE "C" REFERENCES blobs (id),
  document_name text COLLATE "C",
  ended_at text COLLATE "C",
  ended_by text COLLATE "C",
  created_at text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL
);
CREATE INDEX agreements_by_vendor ON agreements (vendor);
CREATE INDEX agreements_by_document ON agreements (document);

INSERT INTO counters (name, value) VALUES ('vendors_epoch', 1);
