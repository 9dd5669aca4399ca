import { allowedCalls, forbiddenCalls } from "./calls.ts";
import { systemCallNumbers, type SystemCallName } from "./numbers.ts";

/** What the kernel answers: run it, fail it with this errno, or kill the process. */
export type Action = "allow" | "kill" | { readonly errno: number };

/** Holds when the low 32 bits of the argument, masked, are one of the values. */
export interface ArgumentTest {
  readonly argument: number;
  readonly mask: number;
  readonly anyOf: readonly number[];
}

/** The first case whose tests all hold decides; `otherwise` where none does. */
export interface Rule {
  readonly cases: readonly { readonly tests: readonly ArgumentTest[]; readonly action: Action }[];
  readonly otherwise: Action;
}

export type Policy = Readonly<Partial<Record<SystemCallName, Rule>>>;

export const errno = { EPERM: 1, ENOTTY: 25, ENOSYS: 38, EPROTONOSUPPORT: 93, EAFNOSUPPORT: 97 } as const;

/** A call that the policy does not name looks like one that the kernel does not have, so that C libraries fall back. */
export const unknownCall: Action = { errno: errno.ENOSYS };

const every = 0xffff_ffff;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET (linux/sched.h). */
const namespaceFlags = 0x7e02_0000;

/** CLONE_THREAD: the new task shares everything, memory included. */
const threadsOnly: Rule["cases"] = [
  { tests: [{ argument: 0, mask: 0x0001_0000, anyOf: [0x0001_0000] }], action: "allow" },
];

/** TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FIOASYNC, TCGETS2. */
const harmlessDeviceRequests = [
  0x5401, 0x5402, 0x5403, 0x5404, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451, 0x5452, 0x802c_542a,
];

const family = { unix: 1, inet: 2, inet6: 10 };
const socketTypeMask = 0xf;
const stream = 1;
const datagram = 2;

/**
 * @param memoryAccounted true where a memory cgroup counts every page of every process. Without one there is RLIMIT_DATA,
 *   which counts private writable pages of one process: so a second process and shared memory without a file, both of
 *   which would escape it, are refused. Threads stay.
 */
export function createPolicy(memoryAccounted: boolean): Policy {
  const newProcess = always(memoryAccounted ? "allow" : { errno: errno.EPERM });
  return {
    ...entries(allowedCalls, always("allow")),
    ...entries(forbiddenCalls, always({ errno: errno.EPERM })),
    // The flags of clone3 are behind a pointer, where a filter cannot look; C libraries fall back to clone.
    clone3: always({ errno: errno.ENOSYS }),
    clone: {
      cases: [...flagCases(0, namespaceFlags), ...(memoryAccounted ? [] : threadsOnly)],
      otherwise: memoryAccounted ? "allow" : { errno: errno.EPERM },
    },
    fork: newProcess,
    vfork: newProcess,
    // Only the low half counts: the kernel takes `unsigned int cmd` (CVE-2019-7303). TIOCSTI is among the refused.
    ioctl: when([{ argument: 1, mask: every, anyOf: harmlessDeviceRequests }], { errno: errno.ENOTTY }),
    socket: {
      cases: [
        {
          tests: [
            { argument: 0, mask: every, anyOf: [family.unix] },
            { argument: 1, mask: socketTypeMask, anyOf: [stream, datagram] },
          ],
          action: "allow",
        },
        {
          tests: [
            { argument: 0, mask: every, anyOf: [family.inet, family.inet6] },
            { argument: 1, mask: socketTypeMask, anyOf: [stream, datagram] },
            // Default, TCP, UDP: no other protocol module is ever loaded on a plugin's behalf.
            { argument: 2, mask: every, anyOf: [0, 6, 17] },
          ],
          action: "allow",
        },
        {
          tests: [{ argument: 0, mask: every, anyOf: [family.unix, family.inet, family.inet6] }],
          action: { errno: errno.EPROTONOSUPPORT },
        },
      ],
      otherwise: { errno: errno.EAFNOSUPPORT },
    },
    socketpair: when([{ argument: 0, mask: every, anyOf: [family.unix] }], { errno: errno.EAFNOSUPPORT }),
    memfd_create: always(memoryAccounted ? "allow" : { errno: errno.ENOSYS }),
    // MAP_SHARED | MAP_ANONYMOUS
    mmap: memoryAccounted
      ? always("allow")
      : {
          cases: [{ tests: [{ argument: 3, mask: 0x21, anyOf: [0x21] }], action: { errno: errno.EPERM } }],
          otherwise: "allow",
        },
  };
}

/** The policy's answer, straight from the rules: what the compiled filter is tested against. */
export function decideCall(policy: Policy, name: SystemCallName | undefined, values: readonly bigint[]): Action {
  const rule = name === undefined ? undefined : policy[name];
  if (rule === undefined) return unknownCall;
  const holds = (test: ArgumentTest): boolean =>
    test.anyOf.includes(Number(BigInt.asUintN(32, values[test.argument] ?? 0n) & BigInt(test.mask)));
  return rule.cases.find((each) => each.tests.every(holds))?.action ?? rule.otherwise;
}

function always(action: Action): Rule {
  return { cases: [], otherwise: action };
}

function when(tests: readonly ArgumentTest[], otherwise: Action): Rule {
  return { cases: [{ tests, action: "allow" }], otherwise };
}

/** One refusing case per bit: a mask with several bits set could only be compared with all of them at once. */
function flagCases(argument: number, flags: number): Rule["cases"] {
  return Array.from({ length: 32 }, (_, bit) => (flags & (1 << bit)) >>> 0)
    .filter((mask) => mask !== 0)
    .map((mask) => ({ tests: [{ argument, mask, anyOf: [mask] }], action: { errno: errno.EPERM } }));
}

function entries(names: readonly SystemCallName[], rule: Rule): Policy {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

export const systemCallNames = Object.keys(systemCallNumbers) as readonly SystemCallName[];
