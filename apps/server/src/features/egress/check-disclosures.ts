import type { Evidence } from "@hilum/contract/api";
import type { Configured } from "../plugins/load-instance.ts";
import type { Disclosures } from "./disclosures.ts";
import { outwardHosts } from "./outward-hosts.ts";

/**
 * The rows of the Enable gate that speak of what leaves: whether each declared destination may be asked, and whether patient data
 * may go to the hosts that are granted. None for a plugin that reaches nobody.
 */
export async function checkDisclosures(
  configured: Configured,
  { foresee }: Pick<Disclosures, "foresee">,
): Promise<Evidence[]> {
  const hosts = outwardHosts(configured);
  if (hosts.length === 0) return [];
  const { testMode } = configured.instance;
  const page = `/plugins/${configured.plugin.id}/access?instance=${configured.instance.instance}`;
  const closed = hosts.filter(({ kind, access }) => kind === "fetch" && access === "denied");
  const destinations: Evidence[] =
    closed.length === 0
      ? []
      : [
          {
            id: "destinations",
            title: "Every destination may be asked",
            status: "warning",
            detail: `Requests to ${closed.map(({ title }) => title).join(", ")} will be refused: their scope is denied.`,
            fix: "Grant the scope under Access if the plugin needs it.",
            link: page,
          },
        ];
  return [...destinations, await checkAgreements()];

  async function checkAgreements(): Promise<Evidence> {
    const row = { id: "agreements", title: "Patient data may go where it sends" };
    const open = hosts.filter(({ access, host }) => access !== "denied" && host !== undefined);
    const judged = await Promise.all(
      open.map(async ({ host, phi }) => ({ host, ...(await foresee({ host, phi, testMode })) })),
    );
    const refused = judged.filter(({ allowed }) => !allowed);
    if (refused.length > 0)
      return {
        ...row,
        status: "failed",
        cause: "configuration",
        detail: `${refused.map(({ host, because }) => `${host}: ${because === "expired" ? "the agreement has ended" : "there is no agreement"}`).join("; ")}.`,
        fix: "Add the vendor with this host and its agreement under Vendors, or turn the instance to test mode.",
        link: refused[0]?.vendor === undefined ? "/vendors" : `/vendors/${refused[0].vendor.id}`,
      };
    const until = judged
      .flatMap(({ validUntil }) => validUntil ?? [])
      .toSorted()
      .at(0);
    const detail = judged.some(({ because }) => because === "test_mode")
      ? "In test mode no agreement is needed: it is handed test messages alone."
      : until === undefined
        ? "No agreement with an end is needed."
        : `Under an agreement until ${until}.`;
    return { ...row, status: "passed", detail };
  }
}
