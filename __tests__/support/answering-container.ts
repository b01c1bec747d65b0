import { Readable } from "node:stream";
import Docker from "dockerode";

/** What a command in a container says. */
export interface Answer {
  readonly exitCode?: number;
  readonly stdout?: string | Buffer;
  readonly stderr?: string;
}

const STDOUT = 1;
const STDERR = 2;

/** A container whose commands are answered by `answer`, as the engine's API hands them on. */
export function answeringContainer(
  answer: (argv: readonly string[]) => Answer | Promise<Answer>,
): Docker.Container {
  const container = {
    modem: new Docker({ socketPath: "/none" }).modem,
    async exec({ Cmd }: { readonly Cmd: readonly string[] }) {
      const { exitCode = 0, stdout = "", stderr = "" } = await answer(Cmd);
      return {
        start: async () => Readable.from([...frame(STDOUT, stdout), ...frame(STDERR, stderr)]),
        inspect: async () => ({ ExitCode: exitCode }),
      };
    },
    start: async () => undefined,
    remove: async () => undefined,
  };
  return container as unknown as Docker.Container;
}

/** The API's frame: channel, three zeros, length, content. */
function frame(channel: number, content: string | Buffer): readonly Buffer[] {
  const bytes = Buffer.from(content);
  const header = Buffer.from([channel, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length, 4);
  return bytes.length === 0 ? [] : [Buffer.concat([header, bytes])];
}
