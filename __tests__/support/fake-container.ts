import { Readable } from "node:stream";
import type Docker from "dockerode";
import { unchecked } from "./stack-fixtures";

/** What a command prints, or its exit code. */
export type Said = string | number;

/** As the client throws it. */
export class EngineError extends Error {
  constructor(readonly statusCode: number) {
    super(`the engine says ${statusCode}`);
  }
}

/** A container that only notes what it is told. `says`: stdout of a command, or its exit code, or an error of the engine. */
export function fakeContainer(
  name: string,
  told: string[],
  says: (command: string) => Said,
  also: object = {},
) {
  return unchecked<Docker.Container>({
    modem: {
      demuxStream: (from: Readable, to: NodeJS.WritableStream) => from.on("data", (chunk) => to.write(chunk)),
    },
    exec: async ({ Cmd }: { Cmd: readonly string[] }) => {
      const command = Cmd.filter((word) => !word.includes("\n")).join(" ");
      told.push(`${name}: ${command}`);
      const said = says(command);
      return {
        start: async () => Readable.from(typeof said === "string" ? [Buffer.from(said)] : []),
        inspect: async () => ({ ExitCode: typeof said === "string" ? 0 : said }),
      };
    },
    inspect: async () => ({ State: { Running: true, ExitCode: 0, StartedAt: "1" } }),
    stop: async () => told.push(`${name}: stop`),
    start: async () => told.push(`${name}: start`),
    ...also,
  });
}
