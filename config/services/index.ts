import type { Service } from "../service";
import { devCache } from "./dev-cache";
import { prospectflow } from "./prospectflow";
import { sentraPortal } from "./sentra-portal";
import { vedfolnir } from "./vedfolnir";

/** Every service that has a Redis. A new file is added here, and nowhere else. */
export const services: readonly Service[] = [devCache, prospectflow, sentraPortal, vedfolnir];
