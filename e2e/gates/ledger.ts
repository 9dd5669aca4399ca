import type { BrowserContext, Page, Request, Response } from "playwright-core";
import type { Person } from "../keyboard/person.ts";

/** How long after a key a request still counts as its consequence, in milliseconds. */
const consequenceMs = 10_000;

/** One answer of the API to the console. */
export interface Seen {
  operation: string;
  status: number;
  /** Whether a person's key was the cause: not a reload, not a poll of a page that was left open. */
  byGesture: boolean;
}

export interface Ledger {
  /** Follows the browser of one person. */
  follow(context: BrowserContext, person: Person): void;
  /** Operations answered well because a person pressed a key. */
  covered(): ReadonlySet<string>;
  /** Bodies of refusals, to be searched for what must not stand in them. */
  refusals(): readonly string[];
  /** Every address that a browser asked for or showed. */
  addresses(): ReadonlySet<string>;
}

/** Writes down what the console's own traffic does; requests that tests or programs send are not seen by a browser. */
export function createLedger(): Ledger {
  const seen: Seen[] = [];
  const refusals: string[] = [];
  const addresses = new Set<string>();

  async function take(response: Response, byGesture: boolean): Promise<void> {
    const operation = await response.headerValue("x-operation-id").catch(() => null);
    if (operation === null) return;
    seen.push({ operation, status: response.status(), byGesture });
    if (response.status() >= 400) refusals.push(await response.text().catch(() => ""));
  }

  function followPage(page: Page, person: Person): void {
    const asked = new WeakMap<Request, boolean>();
    page.on("request", (request) => {
      addresses.add(request.url());
      asked.set(request, person.lastKeyAt > 0 && Date.now() - person.lastKeyAt < consequenceMs && isConsoles(request));
    });
    page.on("response", (response) => void take(response, asked.get(response.request()) ?? false));
    page.on("framenavigated", (frame) => addresses.add(frame.url()));
  }

  return {
    follow: (context, person) => {
      for (const page of context.pages()) followPage(page, person);
      context.on("page", (page) => followPage(page, person));
    },
    covered: () =>
      new Set(
        seen
          .filter(({ status, byGesture }) => byGesture && status >= 200 && status < 400)
          .map(({ operation }) => operation),
      ),
    refusals: () => refusals,
    addresses: () => addresses,
  };
}

/** Sent by the console's code with the console's session, not by the browser on its own. */
const isConsoles = (request: Request): boolean => request.headers()["x-hilum-console"] !== undefined;
