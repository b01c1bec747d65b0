import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { shapeOf } from "./command-shape";
import { monitor } from "./monitor";

export interface Counted {
  readonly what: string;
  readonly count: number;
}

/** What MONITOR saw, each the most frequent first. */
export interface HotSpots {
  readonly commands: number;
  /** Asked for. */
  readonly seconds: number;
  readonly wasCut: boolean;
  /** Commands with their keys as shapes. */
  readonly shapes: readonly Counted[];
  /** Keys as they are. */
  readonly keys: readonly Counted[];
  /** Addresses without the port; `lua` for scripts. */
  readonly clients: readonly Counted[];
}

/** Counts what a server executes for so many seconds. Of the commands' words, nothing but keys is kept. */
export async function watchCommands(
  docker: Docker,
  { props }: ResolvedStack,
  how: { readonly name: string; readonly seconds: number },
): Promise<HotSpots> {
  const [shapes, keys, clients] = [new Tally(), new Tally(), new Tally()];
  const container = docker.getContainer(props.server.containerName);
  const { commands, wasCut } = await monitor(container, props.server.auth, how, ({ client, words }) => {
    const of = shapeOf(words, props);
    shapes.add(of.shape);
    clients.add(client.replace(/:\d+$/, ""));
    for (const key of of.keys) {
      keys.add(key);
    }
  });
  return {
    commands,
    seconds: how.seconds,
    wasCut,
    shapes: shapes.counted(),
    keys: keys.counted(),
    clients: clients.counted(),
  };
}

class Tally {
  private readonly counts = new Map<string, number>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  counted(): readonly Counted[] {
    return [...this.counts]
      .map(([what, count]) => ({ what, count }))
      .sort((one, other) => other.count - one.count || (one.what < other.what ? -1 : 1));
  }
}
