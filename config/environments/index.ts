import { dev } from "./dev";
import { prod } from "./prod";

export const environments = { dev, prod };

export type EnvironmentName = keyof typeof environments;
