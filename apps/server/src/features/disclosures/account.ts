import { purposesOfUse, type Context, type PurposeOfUse } from "@hilum/contract";
import { maskContact } from "@hilum/contract/fhir";
import type { AccountedDisclosure } from "@hilum/contract/api";
import type { DisclosureFilter, DisclosureRow, Page, Store } from "@hilum/store";
import { Readable } from "node:stream";
import { makeId } from "../../make-id.ts";
import { csvCell } from "../audit/export.ts";
import { titleOfTarget } from "../glass/present-glass.ts";

/** The accounting of disclosures that a patient is owed (45 CFR 164.528). */
export interface DisclosureAccount {
  /** Newest first, addresses of persons masked; `patient` is the masked name. */
  list(filter: DisclosureFilter): Promise<{ patient: string; items: AccountedDisclosure[]; next?: string }>;
  /** As it is handed to the patient, oldest first: those that must be accounted for, or all. */
  csv(filter: Omit<DisclosureFilter, "limit" | "cursor"> & { all: boolean }): Readable;
  /** What was given out elsewhere, written down by a person. */
  enter(
    context: Context,
    entered: Pick<DisclosureRow, "patient" | "at" | "recipient" | "what" | "purpose"> & { part2: boolean },
  ): Promise<AccountedDisclosure>;
}

type Parts = { store: Pick<Store, "disclosures" | "records"> };

export function createDisclosureAccount({ store: { disclosures, records } }: Parts): DisclosureAccount {
  return {
    async list(filter) {
      const { items, next } = await disclosures.list(filter);
      return {
        patient: await titleOfTarget(records, { patient: filter.patient }),
        items: items.map(presentDisclosure),
        ...(next === undefined ? {} : { next }),
      };
    },
    csv: ({ all, ...filter }) => Readable.from(toCsv(disclosures, filter, all)),
    async enter(context, { part2, ...entered }) {
      const id = makeId(context.now().getTime());
      const row: DisclosureRow = {
        ...{ ...entered, id, source: `entered:${id}`, kind: "entered", by: context.actor.id, records: [], part2 },
        accountable: isAccountable(entered.purpose, false),
      };
      await disclosures.add([row]);
      return presentDisclosure(row);
    },
  };
}

/** Treatment, payment and operations need no account (164.528(a)(1)(i)), nor does what went to the patient (ii). */
export function isAccountable(purpose: PurposeOfUse, toPatient: boolean): boolean {
  return !toPatient && !exempt.has(purpose);
}
const exempt: ReadonlySet<PurposeOfUse> = new Set([
  ...(["TREAT", "ETREAT", "CAREMGT", "HPAYMT", "HOPERAT", "HCOMPL", "PATSFTY", "HSYSADMIN", "PATRQT"] as const),
]);

export function presentDisclosure({ patient: _patient, source: _source, ...row }: DisclosureRow): AccountedDisclosure {
  return {
    ...row,
    recipient: row.kind === "message" ? row.recipient.split(", ").map(maskContact).join(", ") : row.recipient,
    purposeLabel: purposesOfUse[row.purpose],
  };
}

const columns = ["Date", "Recipient", "What was disclosed", "Purpose", "Through", "By", "42 CFR part 2"] as const;
const pageRows = 200;

/** A page at a time, newest first as the store has them, then turned: an account of years fits in memory. */
async function* toCsv(
  disclosures: Store["disclosures"],
  filter: Omit<DisclosureFilter, "limit" | "cursor">,
  all: boolean,
): AsyncGenerator<string> {
  const rows: DisclosureRow[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<DisclosureRow> = await disclosures.list({
      ...{ ...filter, limit: pageRows },
      ...(cursor === undefined ? {} : { cursor }),
    });
    rows.push(...page.items.filter(({ accountable }) => all || accountable));
    cursor = page.next;
  } while (cursor !== undefined);
  yield `${columns.join(",")}\r\n`;
  for (const row of rows.toReversed()) yield `${cellsOf(row).map(csvCell).join(",")}\r\n`;
}

function cellsOf({ at, recipient, what, purpose, via, by, part2 }: DisclosureRow): (string | undefined)[] {
  return [
    at,
    recipient,
    what,
    purposesOfUse[purpose],
    via && `${via.plugin}/${via.instance}`,
    by,
    part2 ? "yes" : "no",
  ];
}
