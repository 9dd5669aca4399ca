import { basename, dirname, join, resolve } from "node:path";
import { HilumError } from "@hilum/contract";

/** One start setting: what it is, what it is set to, and where that came from. Shown read-only in the console. */
export interface StartSetting {
  name: string;
  value: string;
  source: "default" | "environment";
  text: string;
}

/** Everything that is decided before the console exists. Frozen; read once. */
export interface Config {
  /** TCP port of the HTTPS listener; 0 chooses a free one. */
  port: number;
  /** Name or address to listen on. `localhost` means both loopback addresses. */
  host: string;
  dataDir: string;
  keyFile: string;
  databaseUrl: string;
  /** Set where people reach Hilum through another name than `https://localhost:{port}`. */
  publicUrl: URL | undefined;
  /** Folder below which new plugins are written. */
  workspaceDir: string;
  settings: readonly StartSetting[];
}

/** Reads the seven `HILUM_*` variables. Throws `config.invalid` naming the variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, cwd: string): Config {
  const settings: StartSetting[] = [];
  const read = (
    name: string,
    fallback: string,
    text: string,
    show: (value: string) => string = (value) => value,
  ): string => {
    const given = env[name]?.trim();
    const value = given === undefined || given === "" ? fallback : given;
    settings.push({ name, value: show(value), source: value === given ? "environment" : "default", text });
    return value;
  };
  const port = parsePort(read("HILUM_PORT", "8443", "TCP port of the HTTPS listener"));
  const host = parseHost(read("HILUM_HOST", "localhost", "Name or address to listen on"));
  const dataDir = resolve(
    cwd,
    read("HILUM_DATA_DIR", "hilum-data", "Folder of the database, audit log and attachments"),
  );
  const keyFile = resolve(
    cwd,
    read(
      "HILUM_KEY_FILE",
      join(dirname(dataDir), `${basename(dataDir)}.key`),
      "File with the key that protects the data; keep a copy elsewhere",
    ),
  );
  const databaseUrl = parseDatabaseUrl(
    read(
      "HILUM_DATABASE_URL",
      `sqlite:${join(dataDir, "hilum.db")}`,
      "Database; SQLite in the data folder unless set",
      hidePassword,
    ),
  );
  const publicUrl = parsePublicUrl(
    read("HILUM_PUBLIC_URL", "", "Address people use, where it is not https://localhost"),
  );
  const workspaceDir = resolve(
    cwd,
    read("HILUM_WORKSPACE_DIR", join(dataDir, "workspace"), "Folder below which Developer tools write new plugins"),
  );
  if (keyFile.startsWith(dataDir + "/"))
    throw invalid("HILUM_KEY_FILE", "lies inside the data folder; a copy of that folder would then carry its own key");
  return Object.freeze({
    port,
    host,
    dataDir,
    keyFile,
    databaseUrl,
    publicUrl,
    workspaceDir,
    settings: Object.freeze(settings),
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw invalid("HILUM_PORT", "is not a number from 0 to 65535");
  return port;
}

function parseHost(text: string): string {
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(text)) throw invalid("HILUM_HOST", "is not a host name or an IP address");
  return text;
}

function parseDatabaseUrl(text: string): string {
  if (/^(sqlite:.+|postgres(ql)?:\/\/.+)$/.test(text)) return text;
  throw invalid("HILUM_DATABASE_URL", "starts with neither sqlite: nor postgresql://");
}

function parsePublicUrl(text: string): URL | undefined {
  if (text === "") return undefined;
  const url = URL.parse(text);
  if (url === null || url.protocol !== "https:" || url.pathname !== "/" || url.search !== "" || url.username !== "") {
    throw invalid("HILUM_PUBLIC_URL", "is not an address like https://hilum.example.org");
  }
  return url;
}

function hidePassword(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^:@/]+):[^@]*@/, "$1:••••@");
}

function invalid(name: string, condition: string): HilumError {
  return new HilumError("config.invalid", { detail: `${name} ${condition}.` });
}
