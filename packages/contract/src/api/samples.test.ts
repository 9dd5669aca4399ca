import { execFileSync } from "node:child_process";
import { operations, samplesOf } from "./index.ts";
import { describe, expect, it } from "vitest";

const origin = "https://localhost:8443";
const operationOf = (id: string) => operations.find((operation) => operation.id === id)!;
const body = {
  resourceType: "Communication",
  payload: [{ contentString: 'It\'s due: "now"', flag: true, none: null }],
  empty: [],
};

describe("samplesOf", () => {
  it("fills path and query, and names the token by its variable", () => {
    const { curl } = samplesOf(operationOf("listPluginLogs"), {
      origin,
      params: { plugin: "com.example.plugin" },
      query: { level: "warn", instance: undefined },
    });
    expect(curl).toBe(
      "curl --cacert hilum-ca.pem 'https://localhost:8443/api/v1/plugins/com.example.plugin/logs?level=warn' \\\n" +
        '  -H "Authorization: Bearer $HILUM_TOKEN"',
    );
  });

  it("leaves out the token where none is looked at", () => {
    const { curl, node, python } = samplesOf(operationOf("getHealth"), { origin });
    expect(`${curl}${node}${python}`).not.toContain("HILUM_TOKEN");
  });

  it("writes a body so that a shell hands on the very same", () => {
    const { curl } = samplesOf(operationOf("sendMessage"), { origin, body });
    const printed = execFileSync("sh", ["-c", curl.replace(/^curl/, "printf '%s\\n'")], { encoding: "utf8" });
    expect(JSON.parse(printed.slice(printed.indexOf("-d\n") + 3))).toEqual(body);
  });

  it("writes JavaScript and Python that hold the very same body", () => {
    const { node, python } = samplesOf(operationOf("sendMessage"), { origin, body });
    const literal = /body: JSON\.stringify\(([\s\S]*)\),\n\}\);/.exec(node)?.[1] ?? "";
    expect(JSON.parse(literal)).toEqual(body);
    const inPython = /data=(json\.dumps\([\s\S]*\))\.encode\(\),\n\)/.exec(python)?.[1] ?? "";
    expect(
      inPython
        .replaceAll("True", "true")
        .replaceAll("None", "null")
        .replaceAll(/,(\s*[\]}])/g, "$1"),
    ).toContain('"contentString": "It\'s due: \\"now\\""');
  });

  it("makes a sample of every operation", () => {
    for (const operation of operations) {
      const { curl, node, python } = samplesOf(operation, { origin });
      expect(
        [curl, node, python].every((text) => text.includes(origin)),
        operation.id,
      ).toBe(true);
    }
  });
});
