import type { BrowserContext, Page } from "playwright-core";
import { judgeLooks } from "./axe.ts";

/** A page in a state: how to get there, from an open tab. */
export interface PageState {
  name: string;
  open(page: Page): Promise<void>;
}

/** Judges states of the console in every look, one tab after the other. Answers what is wrong, with place and look. */
export async function judgeStates(context: BrowserContext, states: readonly PageState[]): Promise<string[]> {
  const faults: string[] = [];
  const page = await context.newPage();
  try {
    for (const state of states) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 1280, height: 900 });
      await state.open(page);
      faults.push(...(await judgeLooks(page)).map((fault) => `${state.name}, ${fault}`));
    }
  } finally {
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.close();
  }
  return faults;
}

/** An address of the console, once its first content stands. */
export function at(base: URL, path: string, name = path): PageState {
  return {
    name,
    open: async (page) => {
      await page.goto(new URL(`/admin/ui${path}`, base).href);
      await settle(page);
    },
  };
}

/** Waits until a page has its heading and reads nothing any more. */
export async function settle(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton, iframe[aria-busy="true"]') === null);
  await page.waitForTimeout(150);
}

/** A page whose reads are refused: every API answer but the account's is a fault of the server. */
export function failing(base: URL, path: string): PageState {
  const state = at(base, path);
  const problem = {
    type: "about:blank",
    title: "Something failed inside Hilum",
    status: 500,
    detail: "A fault that was made for a test.",
    code: "server.internal",
    fix: "Try again.",
    requestId: "01TEST",
  };
  return {
    name: `${path} when reading fails`,
    open: async (page) => {
      await page.route(/\/api\/v1\/(?!account$|bootstrap$)/, (route) =>
        route.fulfill({ status: 500, contentType: "application/problem+json", json: problem }),
      );
      await state.open(page);
      await page.getByText("server.internal").first().waitFor();
      await page.unrouteAll({ behavior: "ignoreErrors" });
    },
  };
}
