import type { HostOptions } from "@hilum/host";

/** The lanes of a plugin that asks for nothing: what it asks for after all is a fault of the measurement. */
export function closedLanes(): HostOptions["lanes"] {
  const refuse = (): Promise<never> => Promise.reject(new Error("the echo asks for nothing"));
  return {
    ...{ ownerOfMessage: refuse, updateDelivery: refuse, readBlob: refuse },
    ...{ getState: refuse, putState: refuse, deleteState: refuse },
    records: {
      ...{ create: refuse, read: refuse, update: refuse, delete: refuse, search: refuse, openBlob: refuse },
      refOf: (type, id) => `${type}/${id}`,
    },
  };
}
