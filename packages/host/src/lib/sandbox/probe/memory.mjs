// Touches far more memory than the limit. Prints "allowed" if nothing stopped it.
const held = [];
try {
  for (let count = 0; count < 24; count += 1) held.push(Buffer.alloc(16 * 1024 * 1024, 1));
  process.stdout.write("allowed\n");
} catch (error) {
  process.stdout.write(`${error.code ?? error.name}\n`);
}
