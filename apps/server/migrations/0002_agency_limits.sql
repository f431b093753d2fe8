-- Up Migration

-- Limits an administrator has set. An agency without a row has the one it came with. Valkey holds the working copy, and
-- gets it from here at every start, every minute, and when it has lost everything.
CREATE TABLE agency_limits (
  source       text PRIMARY KEY,
  stream_limit integer NOT NULL CHECK (stream_limit >= 0),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  updated_by   text NOT NULL
);

-- Down Migration

DROP TABLE agency_limits;
