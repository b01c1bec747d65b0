import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { repository } from "./stack-fixtures";

/** The newer of the two engines that the lab builds: a service that names it is what an upgrade leads to. */
export const NEXT_LAB_ENGINE = "debian-8.0.2";
export const NEXT_LAB_IMAGE = "redis-on-docker-lab/redis:8.0.2";

/** Builds its image, which only tests that upgrade need. */
export async function buildNextImage(): Promise<void> {
  await promisify(execFile)(join(repository, "lab", "image", "build-redis.sh"), ["--suite", "trixie"]);
}
