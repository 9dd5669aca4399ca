import type { AnswerOf, OperationOf } from "@hilum/contract/api";
import { many } from "../../../text/format.ts";

export type Compared = AnswerOf<OperationOf<"compareSourceTree">>;

/** What comparing showed, and what to do. */
export function verdictSaid({ verdict, here, theirs }: Compared): {
  tone: "ok" | "warn" | "bad";
  title: string;
  text: string;
} {
  switch (verdict) {
    case "same":
      return { tone: "ok", title: "The same tree.", text: "Both were shown the same packages." };
    case "older":
      return {
        tone: "ok",
        title: "Theirs is older, and consistent.",
        text: `Their ${many(theirs.size, "package")} are the beginning of the ${here.size} that were read here.`,
      };
    case "newer":
      return {
        tone: "warn",
        title: "Theirs is larger than what was read here.",
        text: "Read this source again and compare once more. If it stays so, this hospital is shown less: ask its keeper.",
      };
    case "forked":
      return {
        tone: "bad",
        title: "Two different histories.",
        text: "Somebody shows the two hospitals different packages. Install nothing from it, keep both trees, and ask its keeper.",
      };
    case "other":
      return {
        tone: "warn",
        title: "Another marketplace.",
        text: "What was pasted is the tree of another marketplace.",
      };
  }
}
