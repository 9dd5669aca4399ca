import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createCertificateAuthority } from "@hilum/testkit";

/** A server to stand beside, over HTTPS on loopback in a process of its own; its first line is its port. `program`: of Node, or a command. */
export async function startPeer(
  program: URL | readonly [string, ...string[]],
): Promise<{ url: string; ca: string; stop(): void }> {
  const authority = await createCertificateAuthority();
  const { certificate, key } = await authority.issue({ names: ["127.0.0.1"] });
  const [command, ...args]: readonly [string, ...string[]] =
    program instanceof URL ? [process.execPath, fileURLToPath(program)] : program;
  const child = spawn(command, args, {
    env: { PATH: process.env["PATH"], TLS_CERT: certificate, TLS_KEY: key },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (text: Buffer) => resolve(text.toString().trim()));
    child.once("exit", (code) => reject(new Error(`the peer ended with ${code}`)));
  });
  return { url: `https://127.0.0.1:${port}`, ca: authority.certificate, stop: () => void child.kill("SIGKILL") };
}
