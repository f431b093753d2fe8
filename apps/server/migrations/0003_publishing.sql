-- Up Migration

-- A camera is pulled from its address, or pushes its stream to us and then needs none.
ALTER TABLE cameras
  ADD COLUMN ingest text NOT NULL DEFAULT 'pull' CHECK (ingest IN ('pull', 'push')),
  -- A name for players and encoders, beside the id.
  ADD COLUMN path text CHECK (path ~ '^[A-Za-z0-9_.~/-]{1,200}$'),
  -- What lets an encoder in: encrypted to be shown again, hashed (SHA-256) to be found.
  ADD COLUMN stream_key bytea,
  ADD COLUMN stream_key_hash bytea,
  ALTER COLUMN main_url DROP NOT NULL,
  ALTER COLUMN main_display DROP NOT NULL,
  ADD CONSTRAINT cameras_pull_has_address CHECK (ingest = 'push' OR main_url IS NOT NULL),
  ADD CONSTRAINT cameras_push_has_key CHECK (ingest = 'pull' OR stream_key IS NOT NULL),
  ADD CONSTRAINT cameras_key_and_hash CHECK ((stream_key IS NULL) = (stream_key_hash IS NULL));
-- A removed camera keeps its path until another one takes it.
CREATE UNIQUE INDEX cameras_path ON cameras (path) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX cameras_stream_key ON cameras (stream_key_hash);

-- Passwords for players, made here and shown once: RTSP's Digest needs the password itself, which a login password,
-- kept as an argon2id hash, cannot give. Encrypted with the camera key and bound to the user.
CREATE TABLE player_passwords (
  user_id    uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  secret     bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Down Migration

DROP TABLE player_passwords;
DROP INDEX cameras_stream_key;
DROP INDEX cameras_path;
-- Without an address, a camera that pushes means nothing to what was before.
DELETE FROM cameras WHERE main_url IS NULL;
ALTER TABLE cameras
  DROP CONSTRAINT cameras_key_and_hash,
  DROP CONSTRAINT cameras_push_has_key,
  DROP CONSTRAINT cameras_pull_has_address,
  ALTER COLUMN main_display SET NOT NULL,
  ALTER COLUMN main_url SET NOT NULL,
  DROP COLUMN stream_key_hash,
  DROP COLUMN stream_key,
  DROP COLUMN path,
  DROP COLUMN ingest;
