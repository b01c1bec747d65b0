import type { Service } from "../service";
import { devCache } from "./dev-cache";
import { sentraPortal } from "./sentra-portal";

/** Every service that has a Redis. A new file is added here, and nowhere else. */
export const services: readonly Service[] = [devCache, sentraPortal];
