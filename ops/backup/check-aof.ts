import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { runThrowAway } from "../docker-run";

/** `redis-check-aof` says that it is not an append-only set that this engine can load. */
export class BadAof extends Error {}

/** The volume at /data belongs to the container and is removed with it. */
const CHECK = `
tar -x -o -C /data || exit 1
set -- /data/*/*.manifest
exec redis-check-aof "$1"
`;

/**
 * Unpacks the tar archive of an append-only folder in a throw-away container of `image`, and runs `redis-check-aof` on it.
 * What reading `content` throws is thrown.
 * @throws BadAof with what it says
 */
export async function checkAof(docker: Docker, image: string, content: Readable): Promise<void> {
  const { exitCode, stdout, stderr } = await runThrowAway(
    docker,
    { image, argv: ["sh", "-c", CHECK], binds: ["/data"] },
    content,
  );
  if (exitCode !== 0 || !stdout.includes("All AOF files and manifest are valid")) {
    const said = `${stdout}\n${stderr}`.trim().split("\n").at(-1) || "nothing was said";
    throw new BadAof(`redis-check-aof: ${said} (exit code ${exitCode})`);
  }
}
