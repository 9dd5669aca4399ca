import { HilumError } from "@hilum/contract/errors";
import type { Statement } from "../../engine/statement.ts";
import type { Refusal } from "../../session.ts";
import type { Compartment } from "./compartments.ts";

/** A statement of a write, with what it means when it is refused. */
export interface Step {
  statement: Statement;
  about: "key" | "version" | "unless" | "hold" | "blob" | "rest";
  /** Index among the writes. */
  write?: number;
  compartment?: Compartment;
}

/** Names the write by its index, and nothing of the record. */
export function describeRefusal({ about, write }: Step, { why }: Refusal): HilumError {
  const problem = (message: string) => ({ problems: [{ pointer: `/${write ?? 0}`, message }] });
  switch (about) {
    case "version":
      return new HilumError("record.conflict", problem("Another version is current than the one that was expected."));
    case "unless":
      return new HilumError("record.exists", problem("A record that fits the condition is there already."));
    case "hold":
      return new HilumError(
        "record.held",
        problem("The record, or a patient that it is about, is under a legal hold."),
      );
    case "blob":
      return new HilumError("blob.not_found", problem("The record names an attachment that is not stored."));
    case "key":
    case "rest":
      return new HilumError("request.conflict", { cause: new Error(`a statement was refused: ${why}`) });
  }
}
