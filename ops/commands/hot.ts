import { setTimeout as sleep } from "node:timers/promises";
import type { ResolvedStack } from "../../config/resolve-stack";
import { ageText } from "../amounts";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { type CommandUse, commandUse } from "../look/command-stats";
import { type HotSpots, watchCommands } from "../look/hot-spots";
import { type KeySample, sampleKeys } from "../look/key-sample";
import { disabledText, onServer } from "../look/on-server";
import { countText, microsecondsText, percentText, smallBar } from "../look/small-bar";
import { knowsNoTouch } from "../read-without-touch";
import { json, type Terminal, table, visible } from "../terminal";

export interface HotOptions {
  /** Between the two looks at the commands: 1 to 300. */
  readonly seconds: number;
  /** Keys looked at: 1 to 1000000. */
  readonly sample: number;
  /** Milliseconds of MONITOR: 100 to 10000. Left out: none. */
  readonly monitorMs?: number;
  /** Show keys as they are, which may hold names and tokens. */
  readonly keys: boolean;
  readonly json: boolean;
}

/** Lines of a table; `--json` has more of the keys, and all of the rest. */
const SHOWN = 10;
const SHOWN_JSON = 100;

/**
 * CPU time of Redis 7.0.15 for one GET of 64 bytes, 50 clients, 5 runs each, without MONITOR and with one client of it: 8.4 and
 * 10.1 us one at a time, 0.8 and 2.2 us in pipelines of 16. The manual says more than 50 %.
 */
const MONITOR_COST = "about 17 % of the throughput while it runs, 65 % where clients send pipelines of 16";

/** `redis-ops hot`: which commands and keys are used most. */
export async function hot(stack: ResolvedStack, options: HotOptions, terminal: Terminal): Promise<ExitCode> {
  const { seconds, monitorMs } = options;
  const [commands, sample, monitorName] = await onServer(stack, terminal, async (live) => {
    const before = await live.redis.info("commandstats");
    const started = performance.now();
    terminal.err(`counting the commands of ${stack.id} for ${seconds} s`);
    await sleep(seconds * 1000);
    const after = await live.redis.info("commandstats");
    const use = commandUse(before, after, (performance.now() - started) / 1000);
    return [
      use,
      await sampleKeys(live, stack.props.stores, options.sample, terminal),
      live.commandName("MONITOR"),
    ] as const;
  });
  if (monitorMs !== undefined && monitorName !== undefined) {
    terminal.err(`MONITOR for ${monitorMs / 1000} s: costs ${MONITOR_COST}`);
  }
  const seen =
    monitorMs === undefined || monitorName === undefined
      ? undefined
      : await watchCommands(await connectEngine(stack.props.docker), stack, {
          name: monitorName,
          seconds: monitorMs / 1000,
        });
  if (options.json) {
    terminal.out(json(asData(stack.id, options, { commands, sample, seen })));
    return ExitCode.ok;
  }
  terminal.out(commandText(commands, seconds));
  terminal.out(`\n${sampleText(sample, options.keys, stack.props.server.version)}`);
  if (seen !== undefined) {
    terminal.out(`\n${seenText(seen, options.keys)}`);
  } else {
    terminal.out(
      monitorMs === undefined
        ? `Next: --monitor 1s counts what is used by command and key; it costs ${MONITOR_COST}`
        : disabledText("MONITOR"),
    );
  }
  return ExitCode.ok;
}

interface Found {
  readonly commands: readonly CommandUse[];
  readonly sample: KeySample | undefined;
  readonly seen: HotSpots | undefined;
}

function asData(stack: string, { seconds, keys }: HotOptions, { commands, sample, seen }: Found) {
  return {
    stack,
    seconds,
    commands,
    sample: sample && { ...sample, keys: keys ? sample.keys.slice(0, SHOWN_JSON) : undefined },
    monitor: seen && { ...seen, keys: keys ? seen.keys.slice(0, SHOWN_JSON) : undefined },
  };
}

function commandText(commands: readonly CommandUse[], seconds: number): string {
  if (commands.length === 0) {
    return `No command in ${seconds} s.`;
  }
  const rows = commands
    .slice(0, SHOWN)
    .map(({ command, callsPerSecond, microsecondsPerCall, share, failed, rejected }) => [
      visible(command),
      rate(callsPerSecond),
      microsecondsText(microsecondsPerCall),
      smallBar(share, 10),
      percentText(share),
      `${failed + rejected}`,
    ]);
  return `${table(["COMMAND", "PER SECOND", "EACH", "TIME", "SHARE", "FAILED"], rows)}\nIn ${seconds} s.`;
}

const rate = (perSecond: number) => (perSecond < 10 ? perSecond.toFixed(1) : countText(perSecond));

function sampleText(sample: KeySample | undefined, showKeys: boolean, version: string): string {
  if (sample === undefined) {
    return disabledText("SCAN or OBJECT");
  }
  if (sample.sampled === 0) {
    return sample.of === 0
      ? "There is no key."
      : `None of ${sample.of} keys was still there when it was looked at.`;
  }
  const isFrequency = sample.measure === "frequency";
  const value = (of: number) => (isFrequency ? of.toFixed(0) : ageText(of));
  const shapes = table(
    isFrequency
      ? ["KEYS LIKE", "SAMPLED", "MEAN FREQ", "HIGHEST"]
      : ["KEYS LIKE", "SAMPLED", "MEAN IDLE", "SHORTEST"],
    sample.shapes
      .slice(0, SHOWN)
      .map(({ shape, keys, mean, hottest }) => [visible(shape), `${keys}`, value(mean), value(hottest)]),
  );
  const keys = table(
    ["KEY", isFrequency ? "FREQ" : "IDLE"],
    sample.keys.slice(0, SHOWN).map((one) => [visible(one.key), value(one.value)]),
  );
  const meaning = isFrequency
    ? "FREQ is the counter of LFU: logarithmic, 0 to 255, and it goes down with time."
    : `With ${sample.policy} Redis knows when a key was used last, not how often: IDLE is the time since then.`;
  const own = knowsNoTouch(version)
    ? ""
    : " Before Redis 7.2, what sessions, queue and memory --keys read counts as use as well.";
  return `${shapes}\n${showKeys ? `\n${keys}\n` : ""}A sample of ${sample.sampled} of ${sample.of} keys. ${meaning}${own}`;
}

function seenText(seen: HotSpots, showKeys: boolean): string {
  if (seen.commands === 0) {
    return `MONITOR saw no command in ${seen.seconds} s.`;
  }
  const counted = (head: string, rows: HotSpots["shapes"]) =>
    table(
      [head, "COUNT", "", "SHARE"],
      rows
        .slice(0, SHOWN)
        .map(({ what, count }) => [
          visible(what),
          `${count}`,
          smallBar(count / seen.commands, 10),
          percentText(count / seen.commands),
        ]),
    );
  const cut = seen.wasCut ? " It was ended by its limit of bytes: there is more than that." : "";
  return [
    counted("COMMAND AND KEYS LIKE", seen.shapes),
    ...(showKeys ? [counted("KEY", seen.keys)] : []),
    counted("CLIENT", seen.clients),
    `MONITOR saw ${seen.commands} commands.${cut}`,
  ].join("\n\n");
}
