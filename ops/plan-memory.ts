import { MAX_MAXMEMORY_SHARE } from "../core/memory-budget";

/** What a plan says of a container: `memory` in MiB, 0 for no limit, and the lines of its redis.conf. */
export interface PlannedMemory {
  readonly memory: unknown;
  readonly redisConf: readonly string[];
}

/** The limit, and the share of it that `maxmemory` has, before and after: each where it changes. */
export function memoryDetails(before: PlannedMemory, after: PlannedMemory): readonly string[] {
  const [was, becomes] = [shareOf(before), shareOf(after)];
  const limit =
    typeof before.memory === "number" && typeof after.memory === "number" && before.memory !== after.memory
      ? [`memory limit ${before.memory} MiB -> ${after.memory} MiB`]
      : [];
  return was === becomes || was === undefined || becomes === undefined
    ? limit
    : [...limit, `maxmemory is ${percent(was)} of the memory limit -> ${percent(becomes)}`];
}

/** That a container would be killed before Redis evicts, as `config/check-memory.ts` refuses it in a service's file. */
export function memoryRisks(after: PlannedMemory): readonly string[] {
  const share = shareOf(after);
  return share === undefined || share <= MAX_MAXMEMORY_SHARE
    ? []
    : [
        `maxmemory would be ${percent(share)} of the memory limit, more than ${percent(MAX_MAXMEMORY_SHARE)}: ` +
          "the kernel kills Redis before it evicts",
      ];
}

const percent = (share: number) => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "all");

/** Undefined without a limit or a `maxmemory`, which an exporter has none of. */
function shareOf({ memory, redisConf }: PlannedMemory): number | undefined {
  const bytes = redisConf.map(maxmemoryOf).findLast((amount) => amount !== undefined);
  return typeof memory !== "number" || memory <= 0 || bytes === undefined
    ? undefined
    : bytes / (memory * 1024 ** 2);
}

/** What redis.conf calls its units: https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/ */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};

/** Bytes of a line that sets `maxmemory`; 0 is no bound, so that it takes all there is. */
function maxmemoryOf(line: string): number | undefined {
  const [, amount, unit = ""] = /^maxmemory\s+["']?(\d+)([kmg]?b?)["']?\s*$/i.exec(line) ?? [];
  const bytes = Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  return amount === undefined ? undefined : bytes === 0 ? Number.POSITIVE_INFINITY : bytes;
}
