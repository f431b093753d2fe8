-- Up Migration

-- People who sign in here. Those who come from an IAM of their own are known by their token alone and have no row.
CREATE TABLE users (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- Compared without regard to case, so that "Ahmed" and "ahmed" can't be two people.
  login           text NOT NULL CHECK (length(login) BETWEEN 1 AND 200),
  password_hash   text NOT NULL,
  employee_number text,
  display_name    text NOT NULL,
  display_name_ar text NOT NULL,
  email           text,
  agency          text NOT NULL,
  department      text,
  section         text,
  status          text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'DISABLED')),
  permissions     text[] NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_login ON users (lower(login));

-- One sign-in on one device: the family of its refresh tokens. It ends once and for all.
CREATE TABLE sessions (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  ended_reason text,
  ip_address   text,
  user_agent   text
);
CREATE INDEX sessions_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Only hashes: whoever reads this table cannot sign in. A used token stays, so that its second use is noticed.
CREATE TABLE refresh_tokens (
  hash       bytea PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at    timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- The catalogue. A removed camera keeps its row (deleted_at), because recordings refer to it.
CREATE TABLE cameras (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name             text NOT NULL,
  name_ar          text NOT NULL,
  source           text NOT NULL,
  -- Whole addresses, encrypted with the camera key and bound to this row and column.
  main_url         bytea NOT NULL,
  sub_url          bytea,
  -- The same without passwords: what administrators see and search.
  main_display     text NOT NULL,
  sub_display      text,
  mode             text NOT NULL CHECK (mode IN ('always', 'on-demand')),
  transport        text NOT NULL CHECK (transport IN ('auto', 'tcp', 'udp')),
  ptz_enabled      boolean NOT NULL DEFAULT false,
  recording_server text,
  metadata         jsonb NOT NULL DEFAULT '{}',
  latitude         double precision,
  longitude        double precision,
  address          text,
  -- Came from the simulator's list, not from an administrator.
  demo             boolean NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  deleted_at       timestamptz
);
-- The order of every list: by agency, then name; the id makes it total, so that pages neither repeat nor skip.
CREATE INDEX cameras_order ON cameras (source, name, id) WHERE deleted_at IS NULL;

-- Grows with every change to the catalogue: a process that sees the number it knows has nothing to load. A row and not
-- a sequence, because it must become visible together with the change.
CREATE TABLE cameras_revision (revision bigint NOT NULL);
INSERT INTO cameras_revision VALUES (1);
CREATE FUNCTION cameras_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cameras_revision SET revision = revision + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER cameras_changed AFTER INSERT OR UPDATE OR DELETE ON cameras
  FOR EACH STATEMENT EXECUTE FUNCTION cameras_changed();

-- Who did what. Rows are added and never changed.
CREATE TABLE audit_log (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_type text NOT NULL,
  -- Whom it concerns, and who did it. Text: a person from an IAM has an id of its making.
  user_id    text,
  actor_id   text,
  timestamp  timestamptz NOT NULL DEFAULT now(),
  details    jsonb NOT NULL DEFAULT '{}',
  ip_address text,
  user_agent text,
  request_id text
);
CREATE INDEX audit_log_user ON audit_log (user_id, timestamp);
CREATE INDEX audit_log_event ON audit_log (event_type, timestamp);

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();

-- Down Migration

DROP TABLE audit_log;
DROP FUNCTION audit_log_is_append_only();
DROP TABLE cameras;
DROP FUNCTION cameras_changed();
DROP TABLE cameras_revision;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE users;
