import type { OwnMarketplace } from "@hilum/contract/api";
import type { Word } from "../../../look/status.tsx";

type Expiry = OwnMarketplace["expires"][number];
/** How long what a role signed still holds. */
export const expiryWord: Readonly<Record<Expiry["state"], Word>> = {
  in_time: "Active",
  soon: "Ends soon",
  expired: "Expired",
};
