/** How long the server takes from spawn to its first answer, and what it holds when it has nothing to do. */
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { createTempDir } from "@hilum/testkit";
import { hasProc, processorSeconds, residentMb } from "./process-memory.ts";
import { beside, median, type Row } from "./row.ts";
import { startServer } from "./server-process.ts";

export interface StartingOptions {
  rounds: number;
  /** How long the server rests before its memory is read. */
  idleSeconds: number;
}

/** First ever: a new data folder and an empty compile cache. Later: both are there. */
export async function measureStarting({ rounds, idleSeconds }: StartingOptions): Promise<Row[]> {
  const bare = median(Array.from({ length: 5 }, measureBareNode));
  const first: number[] = [];
  const later: number[] = [];
  const work: number[] = [];
  const idleMb: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    using dir = createTempDir("bench-start");
    const options = { dir: dir.path, compileCache: dir.join("compiled") };
    const firstEver = await startServer(options);
    first.push(firstEver.readyMs / 1000);
    await firstEver.stop();
    const again = await startServer(options);
    later.push(again.readyMs / 1000);
    if (hasProc()) work.push(processorSeconds(again.pid));
    await sleep(idleSeconds * 1000);
    if (hasProc()) idleMb.push(residentMb(again.pid));
    await again.stop();
  }
  const peer = "a Node that starts and ends";
  return [
    { figure: peer, value: bare, unit: "s" },
    {
      figure: "cold start to serving, first ever",
      value: median(first),
      unit: "s",
      budget: "< 1.5",
      beside: beside(peer, median(first), bare),
    },
    {
      figure: "cold start to serving",
      value: median(later),
      unit: "s",
      budget: "< 1.0",
      beside: beside(peer, median(later), bare),
    },
    ...(work.length === 0 ? [] : [{ figure: "cold start, processor time", value: median(work), unit: "s" }]),
    ...(idleMb.length === 0 ? [] : [{ figure: "host, idle, RSS", value: median(idleMb), unit: "MB", budget: "< 150" }]),
  ];
}

function measureBareNode(): number {
  const beganMs = performance.now();
  spawnSync(process.execPath, ["-e", "0"]);
  return (performance.now() - beganMs) / 1000;
}
