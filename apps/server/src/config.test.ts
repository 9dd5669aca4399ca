import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

describe("readConfig", () => {
  it("serves localhost:8443 with SQLite in the data folder and the key beside it", () => {
    const config = readConfig({}, "/srv");
    expect(config).toMatchObject({
      port: 8443,
      host: "localhost",
      dataDir: "/srv/hilum-data",
      keyFile: "/srv/hilum-data.key",
      databaseUrl: "sqlite:/srv/hilum-data/hilum.db",
      publicUrl: undefined,
    });
    expect(config.settings.every(({ source }) => source === "default")).toBe(true);
  });

  it("tells where each setting comes from and never shows a database password", () => {
    const { settings } = readConfig({ HILUM_DATABASE_URL: "postgresql://hilum:s3cret@db/hilum" }, "/srv");
    expect(settings.find(({ name }) => name === "HILUM_DATABASE_URL")).toMatchObject({
      source: "environment",
      value: "postgresql://hilum:••••@db/hilum",
    });
  });

  it("threat 207: refuses a key file inside of the data folder: each copy of that would carry its own key", () => {
    expect(() => readConfig({ HILUM_KEY_FILE: "hilum-data/inside.key" }, "/srv")).toThrow("HILUM_KEY_FILE");
  });

  it.each([
    [{ HILUM_PORT: "99999" }, "HILUM_PORT"],
    [{ HILUM_PORT: "https" }, "HILUM_PORT"],
    [{ HILUM_HOST: "a b" }, "HILUM_HOST"],
    [{ HILUM_DATABASE_URL: "mysql://x" }, "HILUM_DATABASE_URL"],
    [{ HILUM_PUBLIC_URL: "http://hilum.example.org" }, "HILUM_PUBLIC_URL"],
    [{ HILUM_PUBLIC_URL: "https://hilum.example.org/below" }, "HILUM_PUBLIC_URL"],
  ])("refuses %j by name", (env, name) => {
    expect(() => readConfig(env, "/srv")).toThrow(name);
  });
});
