import {
  criteria,
  qualityLevels,
  type Criterion,
  type QualityFacts,
  type QualityLevel,
  type Verdict,
} from "./criteria.ts";

export interface JudgedCriterion extends Omit<Criterion, "judge">, Verdict {}

export interface Quality {
  /** `none` where a criterion of bronze is not met. */
  level: QualityLevel | "none";
  criteria: JudgedCriterion[];
}

/** The level whose criteria, and those of all levels below it, are met. */
export function judgeQuality(facts: QualityFacts): Quality {
  const judged = criteria.map(({ id, title, level, judge }) => ({ id, title, level, ...judge(facts) }));
  const missed = qualityLevels.findIndex((level) => judged.some((one) => one.level === level && !one.met));
  const reached = missed === -1 ? qualityLevels.length : missed;
  return { level: qualityLevels[reached - 1] ?? "none", criteria: judged };
}
