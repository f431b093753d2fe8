export type Fields = Record<string, string | number | readonly string[] | undefined>;

/** Writes the answer to one request. `reason` takes the place of the usual phrase. */
export type Reply = (status: number, fields?: Fields, more?: { body?: string; reason?: string }) => void;
