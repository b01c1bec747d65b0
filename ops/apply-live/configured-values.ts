import { Readable } from "node:stream";
import type Docker from "dockerode";
import { InvalidInputError } from "../../core/problem";
import { Size } from "../../core/size";
import { runThrowAway } from "../docker-run";
import { isImageThere } from "../transition/data-files";

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
 * @throws InvalidInputError when Redis does not start with it, or there is no such image
 */
export async function configuredValues(
  docker: Docker,
  image: string,
  redisConf: string,
): Promise<ReadonlyMap<string, string>> {
  const lines = redisConf.split("\n").filter((line) => !START_ONLY.includes(line.split(" ")[0] ?? ""));
  if (!(await isImageThere(docker, image))) {
    throw new InvalidInputError([
      {
        field: image,
        got: "no such image on the Docker engine",
        expected: "the image of the server, which is asked what it makes of the configuration",
        fix: `docker pull ${image}, or build it again by bin/lab up --engine-image ${image}`,
      },
    ]);
  }
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
    throw new InvalidInputError([
      {
        field: "redis.conf",
        got: stderr.trim().replace(/\s+/g, " ") || `exit code ${exitCode}`,
        expected: `what ${image} starts with`,
        fix: "correct the value in the service's file, or redis.conf.tpl",
      },
    ]);
  }
  return new Map(Object.entries(JSON.parse(stdout) as Record<string, string>));
}
