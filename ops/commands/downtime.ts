import type { ResolvedStack } from "../../config/resolve-stack";
import { connectEngine, isNotFound } from "../docker-engine";
import { downtimeOf } from "../downtime";
import { ExitCode } from "../exit-code";
import type { Terminal } from "../terminal";

/**
 * `redis-ops downtime`, for `bin/up`: one line about how long a server did not answer, from what Docker told while it was
 * replaced. Prints nothing where nobody stopped it.
 * @param events see `downtimeOf`
 */
export async function downtime(
  { id, props }: ResolvedStack,
  events: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const docker = await connectEngine(props.docker);
  const container = docker.getContainer(props.server.containerName);
  try {
    const log = await container.logs({ stdout: true, stderr: true, timestamps: true });
    const found = downtimeOf(events, withoutHeaders(log));
    if (found !== undefined) {
      const [total, stopped, started, loaded] = [found.total, found.stopped, found.started, found.loaded].map(
        (seconds) => `${seconds.toFixed(1)} s`,
      );
      terminal.out(
        `${id}: ${total} without an answer (stopped ${stopped}, started ${started}, loaded ${loaded})`,
      );
    }
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
  return ExitCode.ok;
}

const HEADER_BYTES = 8;

/** The engine puts before each piece: channel, three zeros, length. */
function withoutHeaders(log: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= log.length; ) {
    const length = log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return Buffer.concat(pieces).toString("utf8");
}
