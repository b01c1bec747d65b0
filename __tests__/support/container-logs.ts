import type Docker from "dockerode";

export interface ContainerLogs {
  readonly stdout: string;
  readonly stderr: string;
}

const STDERR = 2;
const HEADER = 8;

/** What a container without a terminal has written, since it was made. */
export async function logsOf(container: Docker.Container): Promise<ContainerLogs> {
  let rest = await container.logs({ stdout: true, stderr: true });
  const chunks: { readonly stream: number; readonly text: string }[] = [];
  while (rest.length >= HEADER) {
    const end = HEADER + rest.readUInt32BE(4);
    chunks.push({ stream: rest.readUInt8(0), text: rest.toString("utf8", HEADER, end) });
    rest = rest.subarray(end);
  }
  const textOf = (isWanted: (stream: number) => boolean) =>
    chunks
      .filter(({ stream }) => isWanted(stream))
      .map(({ text }) => text)
      .join("");
  return { stdout: textOf((stream) => stream !== STDERR), stderr: textOf((stream) => stream === STDERR) };
}
