/** For tests: numbers that look random and are the same for the same seed (mulberry32). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Stands in every text that a mutation writes: whatever repeats a value of the resource repeats it. */
export const planted = "Quirrell";

interface Place {
  owner: Record<string, unknown>;
  key: string;
}

type Mutation = (place: Place, random: (below: number) => number) => void;

/** What people and programs get wrong: each leaves a resource that FHIR does not know, or that is not what it says. */
export const mutations: Readonly<Record<string, Mutation>> = {
  "a text where none belongs": ({ owner, key }) => {
    owner[key] = `${planted} ${planted}`;
  },
  "a number where none belongs": ({ owner, key }, random) => {
    owner[key] = [-1, 0.5, 1e30, Number.NaN, Number.POSITIVE_INFINITY][random(5)];
  },
  "an object where none belongs": ({ owner, key }) => {
    owner[key] = { [`property${planted}`]: planted, value: planted };
  },
  "a list where none belongs, or in a list": ({ owner, key }) => {
    owner[key] = [owner[key], planted];
  },
  nothing: ({ owner, key }, random) => {
    owner[key] = [null, "", " ", [], {}, [null]][random(6)];
  },
  "a property that is missing": ({ owner, key }) => {
    delete owner[key];
  },
  "a property by another name": ({ owner, key }) => {
    owner[`${key}${planted}`] = owner[key];
    delete owner[key];
  },
  "a property named like a person": ({ owner }) => {
    owner[`Ana ${planted}`] = planted;
  },
  "a second choice": ({ owner, key }) => {
    const choice = /^(value|effective|onset|occurrence|content|deceased|multipleBirth)[A-Z]/.exec(key)?.[1] ?? "value";
    owner[`${choice}String`] = planted;
    owner[`${choice}Boolean`] = true;
  },
  "a reference to nowhere": ({ owner, key }, random) => {
    owner[key] = { reference: [`#${planted}`, `${planted}/1`, planted, `Patient/${planted} ${planted}`][random(4)] };
  },
  "hostile narrative": ({ owner }, random) => {
    const [div = ""] = [
      `<script>${planted}</script>`,
      `<div><img src="x" onerror="${planted}"/></div>`,
      `<div><a href="java&#9;script:${planted}">x</a></div>`,
      `<div>${planted}`,
    ].slice(random(4));
    owner["text"] = { status: "generated", div };
  },
  "nesting without end": ({ owner, key }, random) => {
    let value: unknown = planted;
    for (let depth = 0; depth < 60 + random(80); depth += 1) value = depth % 2 === 0 ? { extension: value } : [value];
    owner[key] = value;
  },
  "more than a record holds": ({ owner, key }, random) => {
    owner[key] = random(2) === 0 ? Array.from({ length: 10_001 }, () => planted) : planted.repeat(200_000);
  },
  "a name that reaches a prototype": ({ owner }, random) => {
    Object.defineProperty(owner, ["__proto__", "constructor", "prototype"][random(3)] ?? "constructor", {
      value: { [planted]: planted },
      enumerable: true,
      configurable: true,
      writable: true,
    });
  },
  "half a sign": ({ owner, key }) => {
    owner[key] = `${planted}\uD800`;
  },
  "a control character": ({ owner, key }) => {
    owner[key] = `${planted}\u0000`;
  },
  "another type": ({ owner }, random) => {
    owner["resourceType"] = [planted, "Device", "constructor", 1, null, ["Patient"]][random(6)];
  },
};

/** A copy of the resource with one thing in it changed, and what was. */
export function mutate(
  resource: Readonly<Record<string, unknown>>,
  random: (below: number) => number,
): { name: string; mutated: Record<string, unknown> } {
  const mutated = structuredClone(resource) as Record<string, unknown>;
  const places = placesIn(mutated);
  const names = Object.keys(mutations);
  const name = names[random(names.length)] ?? "";
  const place = places[random(places.length)];
  if (place !== undefined) mutations[name]?.(place, random);
  return { name, mutated };
}

function placesIn(value: unknown): Place[] {
  if (Array.isArray(value)) return value.flatMap(placesIn);
  if (typeof value !== "object" || value === null) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner).flatMap((key) => [{ owner, key }, ...placesIn(owner[key])]);
}
