-- Up Migration

-- Since when an administrator has hidden the camera from all viewers; null while it is shown. Its stream is taken in all the
-- same: recordings go on.
ALTER TABLE cameras ADD COLUMN hidden_at timestamptz;

-- Down Migration

ALTER TABLE cameras DROP COLUMN hidden_at;
