import { describe, expect, it } from "vitest";
import { createRecordTurns } from "./record-turns.ts";

describe("turns of records", () => {
  it("lets nobody at a record while somebody is, and others at theirs", async () => {
    const turns = createRecordTurns();
    const said: string[] = [];
    let free: (() => void) | undefined;
    const first = turns.take(["Patient/a", "Patient/b"], async () => {
      await new Promise<void>((resolve) => (free = resolve));
      said.push("first");
    });
    const second = turns.take(["Patient/b", "Patient/c"], async () => void said.push("second"));
    const third = turns.take(["Patient/c", "Patient/a"], async () => void said.push("third"));
    await turns.take(["Patient/d"], async () => void said.push("other"));
    free?.();
    await Promise.all([first, second, third]);
    expect(said).toEqual(["other", "first", "second", "third"]);
  });

  it("goes on after one that failed", async () => {
    const turns = createRecordTurns();
    const failed = turns.take(["Patient/a"], () => Promise.reject(new Error("no")));
    const next = turns.take(["Patient/a"], async () => "done");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("done");
  });
});
