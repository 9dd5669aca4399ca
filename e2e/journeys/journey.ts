import type { RequirementName } from "@hilum/testkit";
import type { World } from "../world/world.ts";

/** One test of the report: what a person does, from an address of the console to an effect that the page shows. */
export interface Journey {
  name: string;
  run(world: World): Promise<void>;
  /** Played for what later ones find there. It is another lane's test, so it is counted and pictured there. */
  ground?: true;
  /** What not every machine has: where one of these is missing, it is skipped and says so. */
  needs?: readonly RequirementName[];
}

/** The same journeys as the ground that a lane stands on. */
export const ground = (...journeys: readonly Journey[]): Journey[] =>
  journeys.map((journey) => ({ ...journey, ground: true }));
