import type { Time } from "./shapes.ts";

/** A message that was handed to a plugin. */
export interface HandedMessage {
  id: string;
  at: Time;
  /** JSON text of the FHIR Communication. */
  body: string;
  attachments: number;
}

/** Something of one kind that a plugin had. */
export interface Counted {
  count: number;
  first: Time;
  last: Time;
}

/** What one plugin had in its hands, from what is kept of it. */
export interface Reach {
  /** By id, oldest first, `limit` at a time, behind `after`. A message counts once, however often it was tried. */
  messages(plugin: string, page: { limit: number; after?: string }): Promise<HandedMessage[]>;
  /** Different patients of whom the accounting of disclosures says that something went out through it. */
  patients(plugin: string): Promise<number>;
  /** Records that were read, written or handed over, by their class; `count` are different ones. From the index of the audit log. */
  records(plugin: string): Promise<(Counted & { resource: string })[]>;
}
