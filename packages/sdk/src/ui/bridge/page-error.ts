import type { BridgeError, PageProblem } from "@hilum/contract/bridge";

/** Why the console did not do what the page asked: a code of the error catalogue, its title and what to do now. */
export class PageError extends Error {
  override readonly name = "PageError";
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly fix: string | undefined;
  /** Places of the input that need a correction. */
  readonly problems: readonly PageProblem[];

  constructor({ code, title, detail, fix, problems = [] }: BridgeError) {
    super(`${code}: ${detail ?? title}`);
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.fix = fix;
    this.problems = problems;
  }
}

/** Anything that was thrown, as a PageError. */
export function toPageError(thrown: unknown): PageError {
  if (thrown instanceof PageError) return thrown;
  return new PageError({ code: "page.invalid", title: "The page met a fault of its own", detail: String(thrown) });
}
