import { HilumError } from "@hilum/contract/errors";
import type { SqlChannel } from "./statement.ts";

export interface TransactionControl {
  begin(): Promise<void>;
  channel: SqlChannel;
  end(keep: boolean): Promise<void>;
}

/** A transaction keeps the writer from everybody else. */
const transactionMsMax = 10_000;

/** Commits when `work` resolves; undoes everything when it throws or takes longer than ten seconds. */
export async function runExclusively<T>(
  work: (channel: SqlChannel) => Promise<T>,
  control: TransactionControl,
): Promise<T> {
  await control.begin();
  let over = false;
  const within =
    <A, R>(call: (argument: A) => Promise<R>) =>
    (argument: A): Promise<R> =>
      over
        ? Promise.reject(new HilumError("server.internal", { cause: new Error("the transaction is over") }))
        : call(argument);
  const { read, scan, write } = control.channel;
  const channel = { read: within(read), scan: within(scan), write: within(write) };
  try {
    const result = await withDeadline(work(channel));
    over = true;
    await control.end(true);
    return result;
  } catch (error) {
    if (!over) {
      over = true;
      await control.end(false);
    }
    throw error;
  }
}

function withDeadline<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void =>
      reject(
        new HilumError("store.unavailable", { detail: "A transaction took longer than ten seconds and was undone." }),
      );
    const timer = setTimeout(late, transactionMsMax);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
