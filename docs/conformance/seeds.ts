import { devCache } from "./dev-cache";
import { prospectflowReadme } from "./prospectflow-readme";
import { prospectflowRunbook } from "./prospectflow-runbook";
import type { Seed } from "./row";
import { sentraPortal } from "./sentra-portal";
import { vedfolnir } from "./vedfolnir";

/** The descriptions that the services of this repository come from, in the order of their sections. */
export const seeds: readonly Seed[] = [
  prospectflowReadme,
  prospectflowRunbook,
  vedfolnir,
  sentraPortal,
  devCache,
];
