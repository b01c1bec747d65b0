import { Readable } from "node:stream";
import type Docker from "dockerode";
import { Size } from "../../core/size";
import { runThrowAway } from "../docker-run";

/** Lines that need secrets, or take CONFIG away: they are no values that a running server can be given. */
export const START_ONLY = ["rename-command", "requirepass", "user"];

/** Starts Redis with the configuration that comes in, and prints what it has made of it. */
const SCRIPT = `
cat >/data/redis.conf
redis-server /data/redis.conf >/data/log &
until redis-cli --json CONFIG GET '*' 2>/dev/null; do
  kill -0 $! 2>/dev/null || { tail -n 3 /data/log >&2; exit 1; }
  usleep 20000
done
`;

/**
 * Every directive and its value, as a server of `image` shows them that was started with this redis.conf: `256mb` as
 * bytes, what is left out as its default. Redis itself is asked, in a container of its own that has nothing of the stack.
 * @throws Error when Redis does not start with it
 */
export async function configuredValues(
  docker: Docker,
  image: string,
  redisConf: string,
): Promise<ReadonlyMap<string, string>> {
  const lines = redisConf.split("\n").filter((line) => !START_ONLY.includes(line.split(" ")[0] ?? ""));
  const { exitCode, stdout, stderr } = await runThrowAway(
    docker,
    {
      image,
      argv: ["sh", "-c", SCRIPT],
      tmpfs: { "/data": "rw,noexec,nosuid,size=8m,mode=0700,uid=999,gid=1000" },
      memory: Size.mebibytes(128),
    },
    Readable.from([`${lines.join("\n")}\n`]),
  );
  if (exitCode !== 0) {
    throw new Error(`${image} does not start with the configured redis.conf: ${stderr.trim()}`);
  }
  return new Map(Object.entries(JSON.parse(stdout) as Record<string, string>));
}
