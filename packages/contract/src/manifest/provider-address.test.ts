import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillProviderAddress, parseProviderAddress, settingsOfAddress } from "./provider-address.ts";

const fill = (text: string, settings: Record<string, unknown> = {}) => {
  const address = parseProviderAddress(text);
  if (address === undefined) throw new Error("no address");
  return fillProviderAddress(address, settings);
};

describe("the address of a provider", () => {
  it("is filled from settings, with the scope that leads there", () => {
    expect(fill("https://login.example.com/token")).toMatchObject({ scope: "net:https://login.example.com:443" });
    const filled = fill("https://{config.host}:{config.port}/{config.tenant}/v2/authorize?prompt=consent", {
      host: "Login.Example.org",
      port: 8443,
      tenant: "clinic one",
    });
    expect(filled).toMatchObject({ scope: "net:https://login.example.org:8443" });
    expect(String("url" in filled && filled.url)).toBe(
      "https://login.example.org:8443/clinic%20one/v2/authorize?prompt=consent",
    );
  });

  it("names the settings that it needs, and which of them is missing", () => {
    const address = parseProviderAddress("https://{config.host}/{config.tenant}/token");
    expect(address && settingsOfAddress(address)).toEqual(["host", "tenant"]);
    expect(fill("https://{config.host}/token", { host: "" })).toMatchObject({ pointer: "/host" });
    expect(fill("https://a.example/{config.tenant}/token")).toMatchObject({ pointer: "/tenant" });
  });

  it("takes a path of several segments at its end, and none that a reader could read differently", () => {
    const text = "https://{config.host}/auth/{+config.path}";
    expect(parseProviderAddress(text) && settingsOfAddress(parseProviderAddress(text) as never)).toEqual([
      "host",
      "path",
    ]);
    for (const path of ["realms/clinic/token", "/realms/clinic/token"])
      expect(fill(text, { host: "a.example", path })).toMatchObject({
        url: new URL("https://a.example/auth/realms/clinic/token"),
      });
    for (const path of ["../token", "a/../b", "a//b", "a/%2e%2e/b", "a?b", "a#b", "a\\b", ".", "a b"])
      expect(fill(text, { host: "a.example", path }), path).toMatchObject({ pointer: "/path" });
    for (const wrong of ["https://a.example/{+config.path}/token", "https://{+config.host}/token"])
      expect(parseProviderAddress(wrong), wrong).toBeUndefined();
  });

  it("threat 83, 93: a setting never leads to another host or path", () => {
    expect(fill("https://{config.host}/token", { host: "a.example/evil" })).toMatchObject({ pointer: "/host" });
    expect(fill("https://a.example/{config.tenant}/token", { tenant: ".." })).toMatchObject({ pointer: "/tenant" });
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (tenant) => {
        const filled = fill("https://a.example/{config.tenant}/token", { tenant });
        if (!("url" in filled)) return true;
        const { host, pathname, search, hash } = filled.url;
        return host === "a.example" && pathname.split("/").length === 3 && search === "" && hash === "";
      }),
    );
  });
});
