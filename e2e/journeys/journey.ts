import type { World } from "../world/world.ts";

/** One test of the report: what a person does, from an address of the console to an effect that the page shows. */
export interface Journey {
  name: string;
  run(world: World): Promise<void>;
}
