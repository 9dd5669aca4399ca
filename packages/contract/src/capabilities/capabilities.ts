import { capabilityNames, type CapabilityName, type PhiClass } from "../manifest/manifest.ts";

/** What a plugin provides, as people and machines read it. */
export interface CapabilitySpec {
  title: string;
  /** One sentence in an operator's words. */
  plain: string;
  /** Methods of the protocol that the plugin must answer, besides the core ones. */
  methods: readonly string[];
  /** The most careful PHI class that providing it implies. */
  phi: PhiClass;
  /** What the plugin gets by providing it, without a scope. */
  impliedPlain: readonly string[];
  /** What it never gets by providing it. */
  neverPlain: readonly string[];
  /** False: it may be declared and registered, and is refused at Enable. */
  served: boolean;
}

const never = [
  "Read patients, records or other messages",
  "See the settings of other plugins",
  "Reach the network without an approved destination",
] as const;

/** The capability catalogue, version 1 (DESIGN section 6). */
export const capabilities = {
  send_messages: {
    title: "Send messages",
    plain: "Sends the messages it is handed through a provider.",
    methods: ["messages.send"],
    phi: "transit",
    impliedPlain: [
      "Gets each message it is asked to send, with recipients, text and attachments",
      "Reports the delivery state of messages it sent itself",
    ],
    neverPlain: never,
    served: true,
  },
  receive_messages: {
    title: "Receive messages",
    plain: "Brings in messages that arrive at a provider.",
    methods: ["messages.receive"],
    phi: "transit",
    impliedPlain: ["Creates messages and their attachments through its own entrance"],
    neverPlain: never,
    served: false,
  },
  store_records: {
    title: "Store records",
    plain: "Keeps documents and records and gives them back.",
    methods: ["records.create", "records.read", "records.update", "records.delete", "records.search"],
    phi: "store",
    impliedPlain: [
      "Gets each record it is asked to keep, with its files, and keeps it",
      "Gives records back to Hilum, which shows them masked in Records",
    ],
    neverPlain: ["Read what other stores keep", ...never.slice(1)],
    served: true,
  },
  transform_records: {
    title: "Transform records",
    plain: "Changes records from one form into another.",
    methods: ["records.transform"],
    phi: "transit",
    impliedPlain: ["Gets each record it is asked to change"],
    neverPlain: never,
    served: false,
  },
  provide_operations: {
    title: "Provide operations",
    plain: "Offers actions that people and other plugins may run.",
    methods: ["operations.run"],
    phi: "transit",
    impliedPlain: ["Gets the input of each action it is asked to run"],
    neverPlain: never,
    served: false,
  },
  handle_events: {
    title: "Handle events",
    plain: "Acts when something happens in the clinic's systems.",
    methods: ["events.handle"],
    phi: "none",
    impliedPlain: [],
    neverPlain: never,
    served: false,
  },
  run_jobs: {
    title: "Run jobs",
    plain: "Works by itself on a schedule.",
    methods: ["jobs.run"],
    phi: "none",
    impliedPlain: [],
    neverPlain: never,
    served: false,
  },
} as const satisfies Record<CapabilityName, CapabilitySpec>;

const careful: readonly PhiClass[] = ["none", "transit", "store"];

/** The PHI class of a plugin: what it declares, but never less careful than its capabilities imply. */
export function phiClassOf(manifest: {
  capabilities: readonly CapabilityName[];
  classification?: { phi: PhiClass };
}): PhiClass {
  const ranks = manifest.capabilities.map((name) => careful.indexOf(capabilities[name].phi));
  return careful[Math.max(0, careful.indexOf(manifest.classification?.phi ?? "none"), ...ranks)] ?? "store";
}

/** Methods that the code of a plugin with these capabilities must answer, besides the core ones. */
export function methodsOf(names: readonly CapabilityName[]): string[] {
  return capabilityNames.filter((name) => names.includes(name)).flatMap((name) => [...capabilities[name].methods]);
}
