import { afterAll, describe, expect, it } from "vitest";
import { createSimulatedClient, removeSimulatedClients } from "./simulated-client.ts";
import { createSimulator } from "./simulator.ts";

afterAll(removeSimulatedClients);

describe("tuf-conformance: test_quoting_issues", () => {
  it.each(["?", "#", "/delegatedrole", "../delegatedrole"])("threat 126: test_unusual_role_name[%s]", async (role) => {
    const repo = createSimulator();
    repo.delegate("targets", role);
    repo.publish([role, "targets", "snapshot", "timestamp"]);
    const client = createSimulatedClient(repo);
    await expect(client.download("nonexistent target")).rejects.toMatchObject({ code: "source.invalid" });
    expect(repo.asked.roles).toContainEqual([encodeURIComponent(role), 1]);
    expect(Object.keys(client.trusted())).toHaveLength(5);
  });
});
