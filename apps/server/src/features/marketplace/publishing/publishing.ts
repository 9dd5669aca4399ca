import type { Readable } from "node:stream";
import { HilumError, type Context } from "@hilum/contract";
import type { BodyOf, OperationOf, OwnMarketplace as OwnMarketplaceAnswer, Repair } from "@hilum/contract/api";
import { packageBytesMax } from "@hilum/marketplace";
import { findDue, usualLifetimes, type DueRole, type Repository } from "@hilum/marketplace/sign";
import { readBody } from "../read-body.ts";
import { checkRepository } from "./check-repository.ts";
import type { OwnMarketplace } from "./own-marketplace.ts";
import type { SubmissionsService } from "./submissions.ts";

export interface PublishingService {
  read(now: Date): Promise<OwnMarketplaceAnswer>;
  /** Throws `request.conflict`, `source.*`, `publication.*`. */
  take(context: Context, wanted: BodyOf<OperationOf<"publishRepository">>): Promise<OwnMarketplaceAnswer>;
  upload(bytes: Readable): Promise<{ digest: string; bytes: number }>;
  /** Throws `request.not_found`. */
  file(digest: string): Promise<Buffer>;
  /** Roles that have to be signed anew soon, for whoever keeps it. */
  repairs(now: Date): Promise<Repair[]>;
  /** Ends what a crash broke off. */
  restore(): Promise<void>;
  /** Removes what was uploaded before that moment and neither published nor handed in since; answers how many files. */
  sweep(before: Date): Promise<number>;
}

/** An organisation's own marketplace: only what is signed comes in, and only what holds is written. Acts are called one at a time. */
export function createPublishingService({
  own,
  submissions,
  testKeys,
}: {
  own: OwnMarketplace;
  submissions: SubmissionsService;
  testKeys(): boolean;
}): PublishingService {
  const present = async (now: Date): Promise<OwnMarketplaceAnswer> => {
    const repository = (await own.read())?.repository;
    return {
      ...(repository === undefined
        ? {}
        : { repository: repository as unknown as OwnMarketplaceAnswer["repository"] & object }),
      folder: own.folder,
      expires: repository === undefined ? [] : expiryOf(repository, now),
      waiting: await submissions.waiting(),
    };
  };
  return {
    read: present,
    async take(context, { repository, basis }) {
      const before = (await own.read())?.repository;
      if ((before?.timestamp.signed.version ?? 0) !== basis)
        throw new HilumError("request.conflict", {
          detail: "The marketplace was signed by somebody else meanwhile. Load it again and sign on top of that.",
        });
      const next = repository as unknown as Repository;
      const takenIn = await checkRepository(next, {
        ...{ before, testKeys: testKeys(), has: own.has },
        approved: await submissions.approved(),
      });
      const at = context.now().toISOString();
      await own.commit({ repository: next, takenIn, at });
      await submissions.notePublished(takenIn, at);
      return await present(context.now());
    },
    async upload(stream) {
      const bytes = await readBody(stream, packageBytesMax);
      return { digest: await own.keep(bytes), bytes: bytes.length };
    },
    async file(digest) {
      const bytes = await own.find(digest);
      if (bytes === undefined) throw new HilumError("request.not_found", { detail: "No such file was uploaded." });
      return bytes;
    },
    async repairs(now) {
      const state = await own.read();
      return state === undefined
        ? []
        : findDue(state.repository, usualLifetimes, now).map((due) => presentDue(due, state.at));
    },
    sweep: async (before) => await own.sweep(before, await submissions.digestsUnderWay()),
    async restore() {
      const state = await own.restore();
      if (state !== undefined) await submissions.notePublished(state.takenIn, state.at);
    },
  };
}

function presentDue({ role, expires, daysLeft }: DueRole, since: string): Repair {
  const late = daysLeft < 0;
  return {
    ...{ id: `own-marketplace:${role}`, severity: late ? "error" : "warning" },
    title: `The own marketplace's ${role} ${late ? "has expired" : "expires soon"}`,
    why: late
      ? `Since ${expires} nobody takes anything new from it; what is installed goes on.`
      : `From ${expires} on nobody takes anything new from it.`,
    fix: "Whoever holds its key signs it anew.",
    ...{ since, link: { label: "Open the marketplace", to: "/marketplace/publish" } },
  };
}

function expiryOf(repository: Repository, now: Date): OwnMarketplaceAnswer["expires"] {
  const { publishers, log: _log, ...roles } = repository;
  const due = new Map(findDue(repository, usualLifetimes, now).map(({ role, daysLeft }) => [role, daysLeft]));
  return Object.entries({ ...roles, ...publishers }).map(([role, { signed }]) => {
    const expired = Date.parse(signed.expires) <= now.getTime();
    return {
      ...{ role, at: new Date(signed.expires).toISOString() },
      state: expired ? "expired" : due.has(role) ? "soon" : "in_time",
    };
  });
}
