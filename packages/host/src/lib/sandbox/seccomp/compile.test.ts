import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeProgram, returnConstant, whenAtLeast } from "./bpf.ts";
import { architectures, callName, compilePolicy, returnValue, x32Bit, type Architecture } from "./compile.ts";
import { systemCallNumbers, type SystemCallName } from "./numbers.ts";
import { createPolicy, decideCall, errno, systemCallNames } from "./policy.ts";
import { simulateProgram } from "./simulate.ts";

const [x64, arm64] = architectures as [Architecture, Architecture];
const allow = returnValue("allow");
const forbidden = returnValue({ errno: errno.EPERM });

function answer(
  name: SystemCallName,
  values: bigint[],
  options: { architecture?: Architecture; memoryAccounted?: boolean } = {},
): number {
  const architecture = options.architecture ?? x64;
  const number = systemCallNumbers[name][architecture.column];
  if (number === null) throw new Error(`${name} has no number on ${architecture.name}`);
  const program = compilePolicy(createPolicy(options.memoryAccounted ?? true), architecture);
  return simulateProgram(program, { architecture: architecture.auditNumber, number, arguments: values });
}

describe("the compiled seccomp filter", () => {
  it.each(architectures)("gives the rule table's answer for any call on $name", (architecture) => {
    const interesting = fc.oneof(
      fc.constantFrom(0n, 1n, 2n, 10n, 16n, 17n, 0x21n, 0x5412n, 0x5421n, 0x1000_0000n, 0x1_0000_5412n),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    );
    for (const memoryAccounted of [true, false]) {
      const policy = createPolicy(memoryAccounted);
      const program = compilePolicy(policy, architecture);
      fc.assert(
        fc.property(
          fc.oneof(fc.integer({ min: 0, max: 512 }), fc.integer({ min: 0, max: x32Bit - 1 })),
          fc.array(interesting, { minLength: 6, maxLength: 6 }),
          (number, values) => {
            const expected = returnValue(decideCall(policy, callName(architecture, number), values));
            expect(
              simulateProgram(program, { architecture: architecture.auditNumber, number, arguments: values }),
            ).toBe(expected);
          },
        ),
        { numRuns: 3000 },
      );
    }
  });

  it.each(architectures)("covers every number from 0 to 600 exactly as the table says on $name", (architecture) => {
    const policy = createPolicy(true);
    const program = compilePolicy(policy, architecture);
    for (let number = 0; number <= 600; number += 1) {
      const expected = returnValue(decideCall(policy, callName(architecture, number), []));
      expect(
        simulateProgram(program, { architecture: architecture.auditNumber, number, arguments: [] }),
        `call ${number}`,
      ).toBe(expected);
    }
  });

  it("kills a call of another architecture", () => {
    const program = compilePolicy(createPolicy(true), x64);
    for (const architecture of [0x4000_0003, arm64.auditNumber, 0]) {
      expect(simulateProgram(program, { architecture, number: 0, arguments: [] })).toBe(returnValue("kill"));
    }
  });

  it("refuses the x32 twin of an allowed call, and negative numbers", () => {
    const program = compilePolicy(createPolicy(true), x64);
    for (const number of [x32Bit, x32Bit | 1, -1]) {
      expect(simulateProgram(program, { architecture: x64.auditNumber, number, arguments: [] })).toBe(forbidden);
    }
  });

  it.each([
    "mount",
    "ptrace",
    "bpf",
    "unshare",
    "setns",
    "io_uring_setup",
    "keyctl",
    "open_by_handle_at",
    "process_vm_readv",
    "kexec_load",
    "userfaultfd",
    "pidfd_getfd",
  ] as const)("threat 8: forbids %s", (name) => {
    for (const architecture of architectures) expect(answer(name, [], { architecture })).toBe(forbidden);
  });

  it("lets threads be made, but no namespace", () => {
    expect(answer("clone", [0x3d0f00n])).toBe(allow);
    for (const flag of [
      0x0002_0000n,
      0x0200_0000n,
      0x0400_0000n,
      0x0800_0000n,
      0x1000_0000n,
      0x2000_0000n,
      0x4000_0000n,
    ]) {
      expect(answer("clone", [0x11n | flag])).toBe(forbidden);
    }
    expect(answer("clone3", [])).toBe(returnValue({ errno: errno.ENOSYS }));
  });

  it("threat 2: opens Unix and IP sockets only, and neither raw nor of another protocol", () => {
    expect(answer("socket", [1n, 1n | 0x80000n, 0n])).toBe(allow);
    expect(answer("socket", [2n, 2n, 17n])).toBe(allow);
    expect(answer("socket", [10n, 1n, 6n])).toBe(allow);
    expect(answer("socket", [2n, 3n, 1n])).toBe(returnValue({ errno: errno.EPROTONOSUPPORT }));
    expect(answer("socket", [2n, 1n, 262n])).toBe(returnValue({ errno: errno.EPROTONOSUPPORT }));
    for (const family of [16n, 17n, 40n, 38n])
      expect(answer("socket", [family, 3n, 0n])).toBe(returnValue({ errno: errno.EAFNOSUPPORT }));
    expect(answer("socketpair", [1n, 1n, 0n])).toBe(allow);
  });

  it("refuses TIOCSTI also where the upper half of the request is set", () => {
    expect(answer("ioctl", [0n, 0x5421n])).toBe(allow);
    expect(answer("ioctl", [0n, 0x5412n])).toBe(returnValue({ errno: errno.ENOTTY }));
    expect(answer("ioctl", [0n, 0x1_0000_5412n])).toBe(returnValue({ errno: errno.ENOTTY }));
  });

  it("threat 4, 5: makes threads but no further process where there is no memory cgroup", () => {
    for (const [name, flags] of [
      ["fork", 0n],
      ["vfork", 0n],
      ["clone", 0x4111n],
      ["clone", 0x1200011n],
    ] as const) {
      expect(answer(name, [flags], { memoryAccounted: false })).toBe(forbidden);
      expect(answer(name, [flags])).toBe(allow);
    }
    expect(answer("clone", [0x3d0f00n], { memoryAccounted: false })).toBe(allow);
    expect(answer("clone", [0x3d0f00n | 0x1000_0000n], { memoryAccounted: false })).toBe(forbidden);
  });

  it("threat 5: refuses memory that no limit would count where there is no memory cgroup", () => {
    expect(answer("mmap", [0n, 0n, 0n, 0x22n], { memoryAccounted: false })).toBe(allow);
    expect(answer("mmap", [0n, 0n, 0n, 0x21n], { memoryAccounted: false })).toBe(forbidden);
    expect(answer("memfd_create", [], { memoryAccounted: false })).toBe(returnValue({ errno: errno.ENOSYS }));
    expect(answer("mmap", [0n, 0n, 0n, 0x21n])).toBe(allow);
  });

  it("names every call of the table in exactly one rule", () => {
    const policy = createPolicy(true);
    expect(systemCallNames.filter((name) => policy[name] === undefined)).toEqual([]);
  });

  it("stays below the kernel's 4,096 instructions and encodes eight bytes each", () => {
    for (const architecture of architectures) {
      const program = compilePolicy(createPolicy(false), architecture);
      expect(program.length).toBeLessThan(4096);
      expect(encodeProgram(program)).toHaveLength(program.length * 8);
    }
  });

  it("jumps further than a conditional jump reaches", () => {
    const long = Array.from({ length: 300 }, () => returnConstant(1));
    const program = [...whenAtLeast(5, long), returnConstant(2)];
    expect(
      simulateProgram([{ code: 0x20, whenTrue: 0, whenFalse: 0, operand: 0 }, ...program], {
        architecture: 0,
        number: 5,
        arguments: [],
      }),
    ).toBe(1);
    expect(
      simulateProgram([{ code: 0x20, whenTrue: 0, whenFalse: 0, operand: 0 }, ...program], {
        architecture: 0,
        number: 4,
        arguments: [],
      }),
    ).toBe(2);
  });
});

const headers: [string, 0 | 1][] = [
  ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0],
  ["/usr/include/asm-generic/unistd.h", 1],
];

describe.each(headers)("the number table against %s", (path, column) => {
  it.skipIf(!existsSync(path))("agrees with the system's header (skipped where it is not installed)", () => {
    const names = new Map(
      [...readFileSync(path, "utf8").matchAll(/#define __NR(?:3264)?_(\w+)\s+(\d+)/g)].map(([, name, number]) => [
        name === "fstatat" ? "newfstatat" : name,
        Number(number),
      ]),
    );
    const compared = systemCallNames.filter((name) => names.has(name));
    expect(compared.length).toBeGreaterThan(200);
    for (const name of compared) expect([name, systemCallNumbers[name][column]]).toEqual([name, names.get(name)]);
  });
});
