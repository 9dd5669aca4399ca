import { spawn } from "node:child_process";
import { join } from "node:path";
import { repository } from "./process.ts";

/** `npm run soak`: the long runs of `bench/`. Ctrl-C reaches them directly; this process waits for what they show. */
process.on("SIGINT", () => undefined);
const child = spawn(process.execPath, [join(repository, "bench/src/soak/main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
child.once("exit", (code) => {
  process.exitCode = code ?? 1;
});
