/** RFC 3339 in UTC with milliseconds and `Z`: sorts as text, and is what the HTTP API shows. */
export type Time = string;

/** The key of everything that belongs to one configured use of a plugin. */
export interface InstanceKey {
  plugin: string;
  instance: string;
}

/** Newest first, by keyset: the cost of a page does not grow with its number. */
export interface PageRequest {
  /** 1 to 200; default 50. */
  limit?: number;
  /** `next` of the page before. */
  cursor?: string;
}

export interface Page<Row> {
  items: Row[];
  /** Absent on the last page. */
  next?: string;
}

/** JSON as it is stored: what `JSON.parse` gives. */
export type JsonObject = Record<string, unknown>;

/** Where the store reads the time, in milliseconds since the epoch. */
export interface Clock {
  now(): number;
}
