import { Readable } from "node:stream";
import type Docker from "dockerode";
import { streamExec } from "../ops/docker-run";

/** Sends commands, inline or in the protocol of Redis, to the server in a container when it answers. */
export async function fillServer(container: Docker.Container, commands: Iterable<string>): Promise<void> {
  const { stdout, finished } = await streamExec(
    container,
    ["sh", "-c", "until redis-cli ping >/dev/null 2>&1; do sleep 0.1; done; exec redis-cli --pipe"],
    Readable.from(commands, { objectMode: false }),
  );
  stdout.resume();
  const { exitCode, stderr } = await finished;
  if (exitCode !== 0) {
    throw new Error(`the server could not be filled: ${stderr}`);
  }
}
