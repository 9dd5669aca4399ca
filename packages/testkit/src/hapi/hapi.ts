import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findProgram } from "../run/programs.ts";

const project = fileURLToPath(new URL("../../hapi/", import.meta.url));
const jar = join(project, "target/peer.jar");

/** HAPI FHIR of `packages/testkit/hapi`, or why it is not to be had here. */
export type Hapi = { path: string } | { path?: undefined; reason: string };

/** As it was built before. */
export function findHapi(): Hapi {
  if (findProgram("java") === undefined) return { reason: "Java is not installed" };
  return existsSync(jar) ? { path: jar } : { reason: "HAPI FHIR is not built" };
}

/** Builds it where it is not yet; Maven brings its libraries, some 100 MB. */
export async function buildHapi(): Promise<Hapi> {
  const found = findHapi();
  if (found.path !== undefined) return found;
  const maven = findProgram("mvn");
  if (maven === undefined) return { reason: "Maven is not installed" };
  const child = spawn(maven, ["--batch-mode", "--quiet", "--file", project], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("exit", resolve));
  return code === 0 ? findHapi() : { reason: `Maven could not build HAPI FHIR (it ended with ${code})` };
}

/** The command of its server, which prints its port and takes TLS_CERT and TLS_KEY. */
export function hapiServerCommand(path: string): [string, ...string[]] {
  return ["java", "-Xmx1g", "-jar", path];
}

export interface HapiError {
  /** As HAPI names places: `Patient.name[0].family`. */
  at: string;
  says: string;
}

/** What HAPI's validator finds wrong with each resource; warnings are no errors. */
export async function judgeByHapi(path: string, resources: readonly string[]): Promise<HapiError[][]> {
  const child = spawn("java", ["-Xmx1g", "-cp", path, "dev.hilum.hapi.Judge"], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("exit", resolve));
  const answers: HapiError[][] = [];
  createInterface({ input: child.stdout }).on("line", (line) => answers.push(JSON.parse(line) as HapiError[]));
  child.stdin.end(resources.map((resource) => `${resource}\n`).join(""));
  const code = await ended;
  if (code !== 0 || answers.length !== resources.length)
    throw new Error(`HAPI judged ${answers.length} of ${resources.length} resources and ended with ${code}`);
  return answers;
}
