import {
  andConstant,
  dataOffset,
  loadWord,
  returnConstant,
  whenAtLeast,
  whenEqual,
  whenOneOf,
  type Instruction,
} from "./bpf.ts";
import { systemCallNumbers, type SystemCallName } from "./numbers.ts";
import {
  errno,
  systemCallNames,
  unknownCall,
  type Action,
  type ArgumentTest,
  type Policy,
  type Rule,
} from "./policy.ts";

export interface Architecture {
  /** `process.arch` of Node. */
  readonly name: "x64" | "arm64";
  /** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h. */
  readonly auditNumber: number;
  /** Column of the number table. */
  readonly column: 0 | 1;
}

export const architectures: readonly Architecture[] = [
  { name: "x64", auditNumber: 0xc000_003e, column: 0 },
  { name: "arm64", auditNumber: 0xc000_00b7, column: 1 },
];

/** Calls of the x32 ABI carry this bit, so that they would slip past a filter that compares plain numbers. */
export const x32Bit = 0x4000_0000;

/** Numbers from `from` up to the next segment share one rule. */
interface Segment {
  readonly from: number;
  readonly rule: Rule;
}

/**
 * The filter for one architecture: a foreign architecture is killed (32-bit calls would have other numbers), then a
 * binary search over the call numbers leads to the rule.
 */
export function compilePolicy(policy: Policy, architecture: Architecture): Instruction[] {
  return [
    loadWord(dataOffset.architecture),
    ...whenEqual(architecture.auditNumber, [loadWord(dataOffset.number), ...search(segmentsOf(policy, architecture))]),
    returnConstant(returnValue("kill")),
  ];
}

/** SECCOMP_RET_* of linux/seccomp.h. */
export function returnValue(action: Action): number {
  if (action === "allow") return 0x7fff_0000;
  if (action === "kill") return 0x8000_0000;
  return 0x0005_0000 | action.errno;
}

/** The call with this number, or undefined where our table has none. */
export function callName(architecture: Architecture, number: number): SystemCallName | undefined {
  return systemCallNames.find((name) => systemCallNumbers[name][architecture.column] === number);
}

function segmentsOf(policy: Policy, architecture: Architecture): Segment[] {
  const unknown: Rule = { cases: [], otherwise: unknownCall };
  const byNumber = new Map<number | null, Rule | undefined>(
    systemCallNames.map((name) => [systemCallNumbers[name][architecture.column], policy[name]]),
  );
  const segments: Segment[] = [];
  const highest = Math.max(...[...byNumber.keys()].filter((number) => number !== null));
  for (let number = 0; number <= highest + 1; number += 1) {
    const rule = byNumber.get(number) ?? unknown;
    const previous = segments.at(-1);
    if (previous === undefined || !isSameConstant(previous.rule, rule)) segments.push({ from: number, rule });
  }
  segments.push({ from: x32Bit, rule: { cases: [], otherwise: { errno: errno.EPERM } } });
  return segments;
}

function isSameConstant(one: Rule, other: Rule): boolean {
  return (
    one.cases.length === 0 && other.cases.length === 0 && returnValue(one.otherwise) === returnValue(other.otherwise)
  );
}

function search(segments: readonly Segment[]): Instruction[] {
  const middle = segments.length >> 1;
  const pivot = segments[middle];
  if (pivot === undefined) throw new RangeError("A filter needs at least one segment");
  if (middle === 0) return ruleProgram(pivot.rule);
  return [...whenAtLeast(pivot.from, search(segments.slice(middle))), ...search(segments.slice(0, middle))];
}

function ruleProgram(rule: Rule): Instruction[] {
  const fallThrough = [returnConstant(returnValue(rule.otherwise))];
  return rule.cases.reduceRight(
    (rest, { tests, action }) => [...caseProgram(tests, [returnConstant(returnValue(action))]), ...rest],
    fallThrough,
  );
}

function caseProgram(tests: readonly ArgumentTest[], then: Instruction[]): Instruction[] {
  return tests.reduceRight(
    (inner, test) => [
      loadWord(dataOffset.argumentLow(test.argument)),
      andConstant(test.mask),
      ...whenOneOf(test.anyOf, inner),
    ],
    then,
  );
}
