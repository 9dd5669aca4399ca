import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findHapi } from "../hapi/hapi.ts";
import {
  findBubblewrap,
  findChromium,
  findMoto,
  findNetworkNamespace,
  findOpenBao,
  findPostgresBin,
  findProgram,
  findPython,
} from "./programs.ts";

export type RequirementName =
  | "postgresql"
  | "bubblewrap"
  | "network-namespace"
  | "chromium"
  | "aiosmtpd"
  | "go"
  | "hapi"
  | "moto"
  | "orthanc"
  | "python3"
  | "pytest-asyncio"
  | "openbao"
  | "test-data";

/** Whether this machine has what a test needs; when it has not, why, and what would enable it. */
export interface Requirement {
  readonly name: RequirementName;
  readonly available: boolean;
  /** The program or folder that was found. */
  readonly path: string | undefined;
  readonly reason: string;
  readonly enable: string;
}

/** What a skipped test leaves in `reports/skips/` for the summary of `npm test`. */
export interface SkipNote {
  /** Test file that asked, relative to the repository. */
  file: string;
  name: string;
  reason: string;
  enable: string;
}

type Finding = { path: string } | { path?: undefined; reason: string };

interface Rule {
  find: () => Finding;
  enable: string;
}

const found = (path: string | undefined, reason: string): Finding => (path === undefined ? { reason } : { path });

const rules: Record<RequirementName, Rule> = {
  postgresql: {
    find: () => found(findPostgresBin(), "PostgreSQL is not installed"),
    enable: "apt-get install postgresql",
  },
  bubblewrap: {
    find: findBubblewrap,
    enable: "apt-get install bubblewrap, on a kernel that allows user namespaces",
  },
  "network-namespace": {
    find: findNetworkNamespace,
    enable: "run as root, with util-linux and iproute2, on a kernel that allows network namespaces",
  },
  chromium: {
    find: () => found(findChromium(), "no Chromium was found"),
    enable: "apt-get install chromium, or name one with HILUM_CHROMIUM",
  },
  aiosmtpd: {
    find: () => found(findPython("aiosmtpd"), "Python's aiosmtpd is not installed"),
    enable: "apt-get install python3-aiosmtpd",
  },
  go: {
    find: () => found(findProgram("go", "/usr/local/go/bin/go"), "Go is not installed"),
    enable: "apt-get install golang-go",
  },
  hapi: {
    find: findHapi,
    enable: "mvn --file packages/testkit/hapi, with Java 17 and Maven",
  },
  moto: {
    find: () => found(findMoto(), "moto, an S3 server for tests, is not installed"),
    enable:
      "python3 -m venv sdks/python/.venv && sdks/python/.venv/bin/pip install -r sdks/python/requirements-dev.txt",
  },
  orthanc: {
    find: () => found(findProgram("Orthanc", "/usr/sbin/Orthanc"), "Orthanc is not installed"),
    enable: "apt-get install orthanc",
  },
  python3: {
    find: () => found(findPython(), "Python 3 is not installed"),
    enable: "apt-get install python3",
  },
  "pytest-asyncio": {
    find: () =>
      found(findPython("pytest, pytest_asyncio, sqlite3"), "Python's pytest and pytest-asyncio are not installed"),
    enable: "apt-get install python3-pytest python3-pytest-asyncio",
  },
  openbao: {
    find: () => found(findOpenBao(), "OpenBao is not installed"),
    enable:
      "python3 -m venv sdks/python/.venv && sdks/python/.venv/bin/pip install -r sdks/python/requirements-dev.txt",
  },
  "test-data": {
    find: findTestData,
    enable: "set HILUM_TEST_DATA to the folder of the shared test data",
  },
};

const known = new Map<RequirementName, Requirement>();
const repository = fileURLToPath(new URL("../../../../", import.meta.url));

/**
 * Asks for something that not every machine has. Use it as
 * `describe.skipIf(!requires("postgresql").available)("...")`: a missing requirement is noted with its reason, and
 * `npm test` prints it beside the count of skipped tests.
 */
export function requires(name: RequirementName): Requirement {
  const requirement = known.get(name) ?? look(name);
  known.set(name, requirement);
  if (!requirement.available) noteSkip({ name, reason: requirement.reason, enable: requirement.enable });
  return requirement;
}

/**
 * Notes why the calling test file skips something for a reason of its own, such as a platform. `npm test` fails on a
 * skipped test whose file left no note.
 */
export function noteSkip(note: Omit<SkipNote, "file">): void {
  const file = callingTestFile();
  const folder = join(repository, "reports", "skips");
  mkdirSync(folder, { recursive: true });
  const id = createHash("sha256").update(`${file}\n${note.name}`).digest("hex").slice(0, 16);
  writeFileSync(join(folder, `${id}.json`), JSON.stringify({ file, ...note } satisfies SkipNote));
}

function look(name: RequirementName): Requirement {
  const { find, enable } = rules[name];
  const finding = find();
  const reason = finding.path === undefined ? finding.reason : "";
  return { name, available: finding.path !== undefined, path: finding.path, reason, enable };
}

function findTestData(): Finding {
  const path = process.env["HILUM_TEST_DATA"];
  if (path === undefined) return { reason: "HILUM_TEST_DATA is not set" };
  return existsSync(path) ? { path } : { reason: "HILUM_TEST_DATA names a folder that does not exist" };
}

/** A test file asks while it is being collected, so it is on the stack, be it behind a helper; else the first frame outside this folder. */
function callingTestFile(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const frames = (new Error("stack").stack ?? "").split("\n").slice(1);
  const paths = frames.flatMap((frame) => /(?:file:\/\/)?(\/[^():]+|[A-Za-z]:[^():]+):\d+:\d+/.exec(frame)?.[1] ?? []);
  const outside = paths.filter((path) => dirname(path) !== here && !path.includes("node_modules"));
  const caller = outside.find((path) => /\.test\.tsx?$/.test(path)) ?? outside[0];
  return caller === undefined ? "unknown" : relative(repository, caller);
}
