import type { VendorRow, Vendors } from "@hilum/store";

/** Vendors and agreements as they are now, in memory: policy is asked at every crossing and must not wait for a database. */
export interface VendorTable {
  vendors(): readonly VendorRow[];
  /** Reads anew when this process or another one has changed something since. */
  refresh(): Promise<void>;
}

export async function createVendorTable(vendors: Pick<Vendors, "list" | "epoch">): Promise<VendorTable> {
  let rows: readonly VendorRow[] = [];
  let epoch = -1;

  async function refresh(): Promise<void> {
    const now = await vendors.epoch();
    if (now === epoch) return;
    rows = await vendors.list();
    epoch = now;
  }

  await refresh();
  return { vendors: () => rows, refresh };
}
