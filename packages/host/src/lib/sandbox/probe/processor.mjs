// Spins for 250 ms and prints the share of one core that it got.
const before = process.cpuUsage();
const start = performance.now();
while (performance.now() - start < 250);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${(user + system) / 1000 / (performance.now() - start)}\n`);
