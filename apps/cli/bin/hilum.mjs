#!/usr/bin/env node
// Plain JavaScript: an older Node cannot even read the TypeScript files.
const oldest = 24;
const [major] = process.versions.node.split(".").map(Number);

if (major < oldest) {
  console.error(
    `hilum needs Node ${oldest} or newer; this is ${process.version}. Run it by npx, which finds the one that npm installed.`,
  );
  process.exit(1);
}
const { main } = await import("../src/main.ts");
await main();
