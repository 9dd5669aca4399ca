// Plain JavaScript, loaded with --import before anything else: an older Node cannot even read the TypeScript files.
const oldest = 24;
const [major] = process.versions.node.split(".").map(Number);

if (major < oldest) {
  console.error(
    `Hilum needs Node ${oldest} or newer; this is ${process.version} (${process.execPath}).\n` +
      "Run it by npm (`npm start`), which finds the Node that `npm install` brought along. If it is not there, run\n" +
      "`npm install --include=optional`, or install a newer Node.",
  );
  process.exit(1);
}
