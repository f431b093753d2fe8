-- Up Migration

-- Where a camera that can be moved speaks ONVIF, sealed as its other addresses are, and as it may be shown. Null: at the host
-- of its RTSP address.
ALTER TABLE cameras ADD COLUMN ptz_url bytea, ADD COLUMN ptz_display text;

-- Down Migration

ALTER TABLE cameras DROP COLUMN ptz_url, DROP COLUMN ptz_display;
