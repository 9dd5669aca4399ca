// Starts more processes than the limit allows. Prints "allowed", or the code of the refusal.
import { spawn } from "node:child_process";

const { promise, resolve } = Promise.withResolvers();
try {
  for (let count = 0; count < 40; count += 1) {
    spawn(process.execPath, ["--version"], { stdio: "ignore" }).on("error", (error) => resolve(error.code));
  }
} catch (error) {
  resolve(error.code);
}
setTimeout(() => resolve("allowed"), 150);
process.stdout.write(`${await promise}\n`, () => process.exit(0));
