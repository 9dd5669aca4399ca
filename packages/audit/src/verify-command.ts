import { createPublicKey } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { parseNote, parseVerifierKey, createNoteVerifier, type NoteVerifier } from "./tlog/note.ts";
import type { VerifyReport } from "./verify/report.ts";
import { verifyAuditLog } from "./verify/verify-audit-log.ts";

const USAGE = `Usage: verify-command.ts <audit directory> --key <public key file> [--origin <origin>] [--json]

Checks an audit log against its signed checkpoint. The key file holds a C2SP verifier key or a PEM public key.
Exit codes: 0 the log verifies, 1 it does not, 2 it could not be checked.
`;

/** Runs the command and returns its exit code. */
export async function runVerifyCommand(
  argv: readonly string[],
  out: (text: string) => void,
  err: (text: string) => void,
): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        key: { type: "string" },
        origin: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    const [dir] = positionals;
    if (values.help === true) return (out(USAGE), 0);
    if (dir === undefined || positionals.length !== 1 || values.key === undefined) return (err(USAGE), 2);
    const verifier = readVerifier(values.key, values.origin, dir);
    const report = await verifyAuditLog({ dir, origin: verifier.name, publicKey: verifier.publicKey });
    out(values.json === true ? `${JSON.stringify(report, null, 2)}\n` : presentReport(report, verifier.name));
    return report.ok ? 0 : 1;
  } catch (error) {
    err(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

/** A PEM key says nothing of the origin, so it is given, or taken from the checkpoint. */
function readVerifier(keyFile: string, origin: string | undefined, dir: string): NoteVerifier {
  const text = fs.readFileSync(keyFile, "utf8").trim();
  if (!text.startsWith("-----BEGIN")) return parseVerifierKey(text);
  return createNoteVerifier(origin ?? originOf(path.join(dir, "checkpoint")), createPublicKey(text));
}

function originOf(file: string): string {
  return parseNote(fs.readFileSync(file, "utf8")).text.split("\n")[0] ?? "";
}

function presentReport(report: VerifyReport, origin: string): string {
  const { entries, size, checked, problems } = report;
  const head = report.ok
    ? `${origin}: verified. ${size} entries are signed, ${entries} were read; ${checked.tiles} tiles and bundles agree.\nRoot ${report.root}\n`
    : `${origin}: DOES NOT VERIFY. ${entries} entries were read, ${size} are signed.\n`;
  const lines = problems.map(
    ({ index, file, message }) => `  ${index === undefined ? "" : `entry ${index}, `}${file}: ${message}\n`,
  );
  return head + lines.join("") + (report.truncatedProblems ? "  ... and more\n" : "");
}

if (import.meta.main) {
  process.exitCode = await runVerifyCommand(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  );
}
