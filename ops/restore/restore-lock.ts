import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { InvalidInputError } from "../../core/problem";
import { isNotFound } from "../docker-engine";
import { definition, removed } from "../docker-run";
import type { RestoreTarget } from "./restore-target";

const HOLD_LOCK = readFileSync(join(__dirname, "hold-lock.sh"), "utf8");
/** The container of a restore that was just killed needs a moment to go. */
const TRIES = 20;
const TRY_MILLISECONDS = 250;

/**
 * Runs `use` while no other restore of the stack can begin: the engine gives a name to one container only. The container
 * has the volume at `/data`, and everything that is done there is done in it. It ends with this program, even a killed one.
 * @throws InvalidInputError while another restore runs
 */
export async function withRestoreLock<T>(
  docker: Docker,
  target: RestoreTarget,
  use: (lock: Docker.Container) => Promise<T>,
): Promise<T> {
  const name = `redis-ops-restore-${target.id}`;
  const container = await create(docker, target, name);
  let stream: NodeJS.ReadWriteStream | undefined;
  try {
    // Nothing is ever written to it: the container ends when the connection does.
    stream = await container.attach({ stream: true, hijack: true, stdin: true });
    stream.on("error", () => undefined);
    await container.start();
    return await use(container);
  } finally {
    stream?.end();
    // It ends and goes by itself; what was thrown first is what counts.
    await removed(container).catch(() => undefined);
  }
}

async function create(docker: Docker, { image, volume }: RestoreTarget, name: string) {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await docker.createContainer({
        ...definition({
          image,
          argv: ["sh", "-c", HOLD_LOCK, "hold-lock"],
          binds: [`${volume}:/data`],
          tmpfs: { "/tmp": "rw,noexec,nosuid,size=1m,mode=1777" },
        }),
        name,
        OpenStdin: true,
        StdinOnce: true,
        AttachStdin: true,
      });
    } catch (error) {
      if (!isConflict(error)) {
        throw error;
      }
      await removeIfEnded(docker, name);
      if (left === 0) {
        throw new InvalidInputError([
          {
            field: "restore",
            got: `the container ${name}, which another restore holds`,
            expected: "one restore of a stack at a time",
            fix: `wait for the other one; if there is none, docker rm -f ${name}`,
          },
        ]);
      }
      await sleep(TRY_MILLISECONDS);
    }
  }
}

/** Of an engine that was itself killed: such a container holds nothing any more. */
async function removeIfEnded(docker: Docker, name: string): Promise<void> {
  try {
    const { State } = await docker.getContainer(name).inspect();
    if (State.Status === "exited" || State.Status === "dead") {
      await removed(docker.getContainer(name));
    }
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === 409;
}
