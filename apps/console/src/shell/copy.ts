import { notify } from "./notices.ts";

/** Puts text on the clipboard and says so. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(done);
  } catch {
    notify("This browser did not allow copying. Select the text and copy it by hand.");
  }
}
