import { readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { runThrowAway } from "../docker-run";
import type { DataVolume } from "./data-files";

const START_SCRIPT = join(__dirname, "..", "..", "constructs", "redis-start.sh");

/** What the start script would say instead of starting Redis on a volume as it is; undefined: it would start. */
export async function startRefusal(
  docker: Docker,
  { volume, image }: DataVolume,
  redisConf: string,
): Promise<string | undefined> {
  const { exitCode, stderr } = await runThrowAway(docker, {
    image,
    argv: ["sh", "-c", readFileSync(START_SCRIPT, "utf8"), "redis-check", redisConf],
    binds: [`${volume}:/data:ro`],
  });
  return exitCode === 0 ? undefined : stderr.trim();
}
