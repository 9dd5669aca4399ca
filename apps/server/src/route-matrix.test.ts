import { it, expect } from "vitest";
import { startTestServer } from "../test-support/test-server.ts";
it("x", async () => {
  const t0 = performance.now();
  await using server = await startTestServer();
  console.log("up", performance.now() - t0);
  for (const r of ["administrator","operator","auditor","viewer"] as const) console.log(r, (await (await server.as(r)).ok("getAccount")).role, performance.now()-t0);
  for (const r of ["administrator","operator","auditor","viewer"] as const) console.log(r, (await (await server.withToken(r)).call("getDashboard")).status, performance.now()-t0);
  const t1 = performance.now();
  await server.close();
  console.log("closed", performance.now()-t1);
});
