import { expect, it, vi } from "vitest";
import { createSharedLookup } from "./shared-lookup.ts";

it("looks up once for all who ask in one turn, and once more for the next", async () => {
  const find = vi.fn(async (key: string) => key.toUpperCase());
  const lookUp = createSharedLookup(find);
  expect(await Promise.all([lookUp("a"), lookUp("a"), lookUp("b")])).toEqual(["A", "A", "B"]);
  expect(find).toHaveBeenCalledTimes(2);
  expect(await lookUp("a")).toBe("A");
  expect(find).toHaveBeenCalledTimes(3);
});

it("threat 76: never shares a look-up that had begun before the question", async () => {
  let revoked = false;
  const answers: (() => void)[] = [];
  const lookUp = createSharedLookup((_key: string) => {
    const seen = revoked ? undefined : "token";
    return new Promise<string | undefined>((resolve) => answers.push(() => resolve(seen)));
  });
  const before = lookUp("hash");
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  revoked = true;
  const after = lookUp("hash");
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  for (const answer of answers) answer();
  expect(await before).toBe("token");
  expect(await after).toBeUndefined();
});

it("tells everybody of a failure and keeps nothing of it", async () => {
  const find = vi
    .fn<(key: string) => Promise<string>>()
    .mockRejectedValueOnce(new Error("gone"))
    .mockResolvedValue("a");
  const lookUp = createSharedLookup(find);
  const both = await Promise.allSettled([lookUp("a"), lookUp("a")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await lookUp("a")).toBe("a");
});
