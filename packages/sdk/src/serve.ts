import type { Plugin } from "./definition.ts";
import { createTunnelConnect } from "./lanes/egress.ts";
import { createLog } from "./lanes/lanes.ts";
import { startLocalProxy } from "./lanes/local-proxy.ts";
import { createStdioChannel, takeStdout } from "./protocol/stdio-channel.ts";
import { serveChannel, traceOf } from "./serve-channel.ts";

/**
 * Serves a plugin that the host started: over standard input and output, until the host says `shutdown` or goes away.
 * Standard output is the protocol's alone from here on; `console.log` goes to standard error, which the host keeps as
 * the plugin's log. The process ends when serving ends, and after an error that nobody caught.
 */
export function serve(plugin: Plugin): void {
  const channel = createStdioChannel({ input: process.stdin, output: process.stdout });
  takeStdout();
  const { peer } = serveChannel({
    plugin,
    channel,
    connectBy: (egressSocket) => createTunnelConnect(egressSocket ?? process.env["HILUM_EGRESS_SOCKET"]),
    onEnd: (why) => process.exit(why === "violation" ? 1 : 0),
  });
  const log = createLog(peer);
  startLocalProxy(process.env, ({ message }) => log.warn(`Libraries cannot use the tunnel by HTTPS_PROXY: ${message}`));
  const die = (kind: string) => (error: unknown) => {
    log.error(`${kind}: ${traceOf(error)}`);
    void channel.flushed().then(() => process.exit(1));
  };
  process.on("uncaughtException", die("uncaught exception"));
  process.on("unhandledRejection", die("unhandled rejection"));
}
