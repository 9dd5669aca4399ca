import type { RemoteLinkRecord, RemoteStore } from "../remote/remote-store.ts";

/** A store of remote links for tests, with the rules of the real one. */
export function createRemoteStoreInMemory(
  now: () => Date,
): RemoteStore & { tokens: Map<string, { link: string; expiresAt: string }>; links: Map<string, RemoteLinkRecord> } {
  const enrolments = new Map<
    string,
    { plugin: string; instance: string; id: string; expiresAt: string; used?: boolean }
  >();
  const links = new Map<string, RemoteLinkRecord>();
  const tokens = new Map<string, { link: string; expiresAt: string }>();
  const nonces = new Set<string>();
  const live = (expiresAt: string): boolean => Date.parse(expiresAt) > now().getTime();
  return {
    tokens,
    links,
    createEnrolment: async ({ hash, plugin, instance, id, expiresAt }) =>
      void enrolments.set(hash, { plugin, instance, id, expiresAt }),
    async enrol(hash, link) {
      const enrolment = enrolments.get(hash);
      if (enrolment === undefined || enrolment.used === true || !live(enrolment.expiresAt)) return undefined;
      enrolment.used = true;
      const { plugin, instance } = enrolment;
      links.set(link.id, { ...link, plugin, instance });
      return links.get(link.id);
    },
    find: async (id) => links.get(id),
    async revoke(_key, id) {
      const link = links.get(id);
      const enrolment = [...enrolments.values()].find((each) => each.id === id);
      if (enrolment !== undefined) enrolment.used = true;
      if (link !== undefined) link.revokedAt = now().toISOString();
      for (const [hash, token] of tokens) if (token.link === id) tokens.delete(hash);
      return link !== undefined || enrolment !== undefined;
    },
    async takeNonce(link, nonce) {
      if (nonces.has(`${link} ${nonce}`)) return false;
      nonces.add(`${link} ${nonce}`);
      return true;
    },
    createToken: async (hash, token) => void tokens.set(hash, token),
    async findByToken(hash) {
      const token = tokens.get(hash);
      const link = token === undefined ? undefined : links.get(token.link);
      return token === undefined || !live(token.expiresAt) || link?.revokedAt !== undefined ? undefined : link;
    },
    touch: async () => undefined,
  };
}
