/** A process that accepts messages as fast as it can and prints the id of each once it is acknowledged; to be killed. */
import { newMessage } from "./databases.ts";
import { writeUntilKilled } from "./write-until-killed.ts";

await writeUntilKilled(32, async ({ messages }, id) => {
  await messages.accept(newMessage({ id, idempotency: { scope: "child", key: `key-${id}` } }));
  process.stdout.write(`${id}\n`);
});
