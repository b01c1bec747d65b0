import type { ContainerInspectInfo } from "dockerode";
import type { ContainerFacts, LogLine } from "./facts";

/** What the engine says of a container. */
export function containerFacts({
  State,
  RestartCount,
  Config,
  HostConfig,
  NetworkSettings,
}: ContainerInspectInfo): ContainerFacts {
  return {
    status: State.Status,
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    error: State.Error,
    restartCount: RestartCount,
    startedAt: Date.parse(State.StartedAt),
    finishedAt: Date.parse(State.FinishedAt),
    health: State.Health?.Status ?? "none",
    probe: State.Health?.Log.at(-1)?.Output.trim() ?? "",
    image: Config.Image,
    memoryLimit: HostConfig.Memory ?? 0,
    networks: Object.keys(NetworkSettings.Networks).sort(),
  };
}

const HEADER_BYTES = 8;

/** A log with timestamps as the engine sends it: frames of channel, three zeros, length, content. Oldest first. */
export function logLines(frames: Buffer): readonly LogLine[] {
  const texts: string[] = [];
  let rest = frames;
  while (rest.length >= HEADER_BYTES) {
    const end = HEADER_BYTES + rest.readUInt32BE(4);
    texts.push(rest.toString("utf8", HEADER_BYTES, end));
    rest = rest.subarray(end);
  }
  return texts
    .join("")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const blank = line.indexOf(" ");
      return { at: Date.parse(line.slice(0, blank)), text: line.slice(blank + 1) };
    });
}

/** When each event was, in milliseconds since 1970, of events as the engine sends them: an object of JSON in each line. */
export function eventTimes(lines: string): readonly number[] {
  return lines
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => (JSON.parse(line) as { readonly timeNano: number }).timeNano / 1_000_000);
}
