interface Difference {
  /** What the stricter of the two says. */
  says: RegExp;
  reason: string;
}

/** For tests: what Hilum refuses, where HAPI's validator finds no error, and why it is right to. */
export const stricterThanHapi: readonly Difference[] = [
  {
    says: /half of a surrogate pair/,
    reason: "half a sign is no text: whoever stores or sends it refuses or changes it",
  },
  { says: /holds control characters/, reason: "R4 takes tab, line feed and carriage return alone in a string" },
  { says: /The text is empty/, reason: "a string of R4 is never empty" },
  { says: /longer than 1 MB/, reason: "a string of R4 is no longer than 1 MB" },
  {
    says: /neither Type\/id, nor #id/,
    reason: "a reference of R4 is a relative address, an absolute one or a fragment",
  },
  { says: /This is not a MIME type/, reason: "a space in a parameter is quoted in RFC 9110" },
  { says: /Encounter cannot stand here/, reason: "R4 has no Encounter among those who perform an Observation" },
];

/** For tests: what Hilum takes, where HAPI's validator finds an error, and why it is taken. */
export const laxerThanHapi: readonly Difference[] = [
  {
    says: /fullUrl/,
    reason:
      "a Bundle that is stored is one document: how its entries refer to each other matters where it is carried out as a transaction, and there it is judged",
  },
  {
    says: /The hash of the data did not match/,
    reason:
      "the official example writes the hash as hexadecimal digits within base64; what is stored is given out as it came",
  },
  {
    says: /identifier\.value must be a full URI/,
    reason:
      "R4 says it in words alone, the official example does otherwise, and to refuse it would keep out what is sent",
  },
];
