import { dataOffset, opcode, type Instruction } from "./bpf.ts";

/** One system call as the kernel shows it to the filter. Arguments are 64-bit. */
export interface SystemCall {
  architecture: number;
  number: number;
  arguments: readonly bigint[];
}

/** Runs a filter the way the kernel does and gives its return value. Throws on a program the kernel would refuse. */
export function simulateProgram(program: readonly Instruction[], call: SystemCall): number {
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 1) {
    const instruction = program[at];
    if (instruction === undefined) break;
    const { code, operand } = instruction;
    if (code === opcode.returnConstant) return operand;
    if (code === opcode.loadWord) accumulator = loadWord(call, operand);
    else if (code === opcode.andConstant) accumulator = (accumulator & operand) >>> 0;
    else if (code === opcode.jump) at += operand;
    else if (code === opcode.jumpIfEqual) at += accumulator === operand ? instruction.whenTrue : instruction.whenFalse;
    else if (code === opcode.jumpIfAtLeast) at += accumulator >= operand ? instruction.whenTrue : instruction.whenFalse;
    else throw new Error(`Opcode 0x${code.toString(16)} at ${at} is not one of ours`);
  }
  throw new Error("The program ran past its end");
}

function loadWord(call: SystemCall, offset: number): number {
  if (offset === dataOffset.number) return call.number >>> 0;
  if (offset === dataOffset.architecture) return call.architecture >>> 0;
  const index = (offset - 16) >> 3;
  const word = BigInt.asUintN(64, call.arguments[index] ?? 0n);
  return Number(offset % 8 === 0 ? word & 0xffff_ffffn : word >> 32n);
}
