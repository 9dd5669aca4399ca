/**
 * Classic BPF as seccomp uses it (linux/filter.h, linux/bpf_common.h, seccomp(2)): eight-byte instructions over the
 * read-only `struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }`.
 */
export interface Instruction {
  readonly code: number;
  /** Instructions to skip when the comparison holds, and when it does not: 0 to 255. */
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly operand: number;
}

export const opcode = {
  loadWord: 0x20,
  andConstant: 0x54,
  jump: 0x05,
  jumpIfEqual: 0x15,
  jumpIfAtLeast: 0x35,
  returnConstant: 0x06,
} as const;

/** Byte offsets in `struct seccomp_data`; both supported architectures are little-endian. */
export const dataOffset = {
  number: 0,
  architecture: 4,
  argumentLow: (index: number): number => 16 + 8 * index,
} as const;

const jumpMax = 255;

export function loadWord(offset: number): Instruction {
  return { code: opcode.loadWord, whenTrue: 0, whenFalse: 0, operand: offset };
}

export function andConstant(mask: number): Instruction {
  return { code: opcode.andConstant, whenTrue: 0, whenFalse: 0, operand: mask >>> 0 };
}

export function returnConstant(value: number): Instruction {
  return { code: opcode.returnConstant, whenTrue: 0, whenFalse: 0, operand: value >>> 0 };
}

/** Runs `then` when the loaded word equals `value`, else what follows it. `then` must end in a return. */
export function whenEqual(value: number, then: readonly Instruction[]): Instruction[] {
  return branch(opcode.jumpIfEqual, value, then);
}

/** Runs `then` when the loaded word is `value` or more (unsigned), else what follows it. `then` must end in a return. */
export function whenAtLeast(value: number, then: readonly Instruction[]): Instruction[] {
  return branch(opcode.jumpIfAtLeast, value, then);
}

/** `then` when the loaded word equals one of `values`, else what follows. `then` must end in a return. */
export function whenOneOf(values: readonly number[], then: readonly Instruction[]): Instruction[] {
  // Each comparison jumps over the ones after it; the last one that fails jumps over `then`.
  return [
    ...values.map((value, index) => {
      const remaining = values.length - 1 - index;
      return compare(opcode.jumpIfEqual, value, remaining, remaining === 0 ? then.length : 0);
    }),
    ...then,
  ];
}

/** The program as the kernel's `struct sock_filter[]`. */
export function encodeProgram(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach((instruction, index) => {
    const at = index * 8;
    bytes.writeUInt16LE(instruction.code, at);
    bytes.writeUInt8(instruction.whenTrue, at + 2);
    bytes.writeUInt8(instruction.whenFalse, at + 3);
    bytes.writeUInt32LE(instruction.operand, at + 4);
  });
  return bytes;
}

function branch(code: number, value: number, then: readonly Instruction[]): Instruction[] {
  if (then.length <= jumpMax) return [compare(code, value, 0, then.length), ...then];
  // A conditional jump reaches 255 instructions; the unconditional one has 32 bits.
  return [compare(code, value, 1, 0), { code: opcode.jump, whenTrue: 0, whenFalse: 0, operand: then.length }, ...then];
}

function compare(code: number, value: number, whenTrue: number, whenFalse: number): Instruction {
  if (whenTrue > jumpMax || whenFalse > jumpMax)
    throw new RangeError(`A BPF jump of ${Math.max(whenTrue, whenFalse)} is out of reach`);
  return { code, whenTrue, whenFalse, operand: value >>> 0 };
}
