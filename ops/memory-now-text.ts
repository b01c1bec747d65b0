import type { LevelsProps } from "../core/redis-stack-props";
import { ageText, bytesText } from "./amounts";
import { type MemoryAdvice, RATIO_MEANS_SOMETHING } from "./look/memory-advice";
import type { MemoryNow } from "./look/memory-now";
import { wrapped } from "./wrapped";

/** The memory of the running server for people, in 80 columns. */
export function memoryNowText(
  now: MemoryNow,
  configured: { readonly maxmemory: number; readonly levels: LevelsProps<number> },
  advice: readonly MemoryAdvice[],
): string {
  const rows: readonly (readonly [string, number | undefined, string])[] = [
    ["used", now.used, usedText(now, configured)],
    ["peak", now.peak, `at most since the start, ${ageText(now.uptimeSeconds)} ago`],
    ["resident", now.resident, ratioText(now)],
    ["container", now.container?.used, containerText(now)],
  ];
  return [
    "now",
    ...rows.map(([name, bytes, what]) =>
      wrapped(
        what,
        26,
        `  ${name.padEnd(11)}${(bytes === undefined ? "not known" : bytesText(bytes)).padStart(10)}`,
      ),
    ),
    `  since the start: ${keys(now.evictedKeys)} evicted, ${keys(now.expiredKeys)} expired`,
    ...advice.map(({ saw, next }) => wrapped(`${saw}. Next: ${next}.`, 4, "  !")),
  ].join("\n");
}

const keys = (count: number) => `${count} ${count === 1 ? "key" : "keys"}`;

function usedText(
  { usedPercent, maxmemory }: MemoryNow,
  { maxmemory: configured, levels }: { readonly maxmemory: number; readonly levels: LevelsProps<number> },
): string {
  if (usedPercent === undefined) {
    return "the server has no maxmemory";
  }
  const other =
    maxmemory === configured
      ? ""
      : `, which is ${bytesText(maxmemory)} on the server and ${bytesText(configured)} in the configuration`;
  return `${usedPercent.toFixed(1)} % of maxmemory${other} (warning ${levels.warning} %, critical ${levels.critical} %)`;
}

function ratioText({ fragmentation, used, resident, container }: MemoryNow): string {
  const ratio = `${fragmentation?.toFixed(2) ?? "?"} times used`;
  return [
    ratio,
    ...(used < RATIO_MEANS_SOMETHING ? ["which says nothing below 100 MiB used"] : []),
    ...(container !== undefined && resident > container.used
      ? ["with pages of program files, which the container's sum leaves out"]
      : []),
  ].join(", ");
}

function containerText({ container }: MemoryNow): string {
  return container === undefined
    ? "the engine does not count it"
    : `${((100 * container.used) / container.limit).toFixed(1)} % of its limit of ${bytesText(container.limit)}; page cache ${bytesText(container.pageCache)}, of which the kernel takes back what is needed`;
}
