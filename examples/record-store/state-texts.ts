import type { PluginState } from "@hilum/sdk";

/** A value of private state has at most 65,536 characters. */
const valueChars = 65_536;

/** Keeps a text of any length under a key, in as many values as it takes; the head says how many, and is written last. */
export async function putText(state: PluginState, key: string, text: string): Promise<void> {
  const parts = Math.ceil(text.length / valueChars);
  for (let part = 0; part < parts; part += 1)
    await state.put(`${key}/${part}`, text.slice(part * valueChars, (part + 1) * valueChars));
  await state.put(key, String(parts));
}

export async function getText(state: PluginState, key: string): Promise<string | undefined> {
  const head = await state.get(key);
  if (head === undefined) return undefined;
  let text = "";
  for (let part = 0; part < Number(head.value); part += 1) text += (await state.get(`${key}/${part}`))?.value ?? "";
  return text;
}

/** Changes a JSON value that others may change at the same moment: whoever was slower reads again. */
export async function change<T>(state: PluginState, key: string, start: T, edit: (value: T) => T): Promise<void> {
  for (;;) {
    const entry = await state.get(key);
    const next = edit(entry === undefined ? start : (JSON.parse(entry.value) as T));
    try {
      await state.put(key, JSON.stringify(next), { version: entry?.version ?? 0 });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== "request.conflict") throw error;
    }
  }
}
