/** A question to the person, drawn by the console outside of any frame. */
export interface Ask {
  title: string;
  /** What happens, in the console's own words. */
  text: string;
  /** Words of the page itself; shown as a quotation. */
  quoted?: { title: string; text: string };
  /** What would change. */
  changes?: readonly { label: string; before: string; after: string }[];
  confirm: string;
  danger?: boolean;
  /** Secrets whose values are typed here, and nowhere else. */
  secrets?: readonly { name: string; label: string; multiline: boolean }[];
  /** A live test really sends, to this person. */
  recipient?: boolean;
}

export interface Answered {
  secrets: Record<string, string>;
  recipient?: string;
}

/** Asks; undefined when the person does not agree. */
export type Asker = (ask: Ask) => Promise<Answered | undefined>;

export class Declined extends Error {}
export class Busy extends Error {}

const refusalsMax = 2;

/**
 * One question at a time. A page whose questions were declined twice may ask again only after the person did something in it:
 * nobody is worn down by dialogs.
 */
export function createAskDesk(show: Asker, hasGesture: () => boolean): Asker {
  let open = false;
  let declined = 0;
  return async (ask) => {
    if (open) throw new Busy();
    if (hasGesture()) declined = 0;
    else if (declined >= refusalsMax) throw new Declined();
    open = true;
    try {
      const answered = await show(ask);
      if (answered === undefined) declined += 1;
      return answered;
    } finally {
      open = false;
    }
  };
}
