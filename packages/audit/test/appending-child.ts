/*
 * Run by the crash test: `node appending-child.ts <dir> <key file>`. Appends without end from 16 waiters and prints each index
 * once it is acknowledged, with its call.
 */
import { createPrivateKey } from "node:crypto";
import * as fs from "node:fs";
import { openAuditLog } from "@hilum/audit";

const [dir = "", keyFile = ""] = process.argv.slice(2);
const log = await openAuditLog({
  dir,
  origin: "hilum.example/audit/test",
  signingKey: createPrivateKey(fs.readFileSync(keyFile)),
  segmentBytes: 256 * 1024,
});

async function waiter(name: number): Promise<void> {
  for (let i = 0; ; i += 1) {
    const call = `${process.pid}-${name}-${i}`;
    const intent = await log.append({ kind: "intent", call, actor: "user:ana", action: "messages.send" });
    // Synchronous, so that what is printed was acknowledged before the kill, and all of it arrives.
    fs.writeSync(1, `${intent.index} ${call}\n`);
    const outcome = await log.append({
      kind: "outcome",
      call,
      actor: "user:ana",
      action: "messages.send",
      outcome: "ok",
    });
    fs.writeSync(1, `${outcome.index} ${call}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, name) => waiter(name)));
