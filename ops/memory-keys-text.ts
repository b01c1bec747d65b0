import { ageText, bytesText } from "./amounts";
import type { GrowthReport } from "./look/memory-growth";
import type { Estimate, KeysReport, PrefixShare, Share } from "./look/memory-tally";
import { smallBar } from "./look/small-bar";
import { table, visible } from "./terminal";
import { wrapped } from "./wrapped";

/** Prefixes in a table; the rest in one row. */
const MAX_PREFIXES = 20;
const MAX_PREFIX = 60;
const BAR = 30;

/** A key is told whole, so that it can be given to `--key`; of a longer one `--json` has the rest. */
const MAX_KEY = 512;

/** What the keys take, for people. Names of keys are escaped, and long ones cut. */
export function memoryKeysText(report: KeysReport, database: number): string {
  const { keys, looked, exact, bytes } = report;
  const what = exact
    ? `keys of database ${database}: all ${looked} of them, ${bytesText(bytes.value)}`
    : `keys of database ${database}: ${looked} of ${keys} were drawn by RANDOMKEY. All numbers are estimates; ±: half the interval of 95 %. What is rare or huge can be missed: --all looks at every key. Together ${amount(bytes)}`;
  return [
    wrapped(`${what}. Bytes as MEMORY USAGE counts: of a value with many parts, from 5 of them.`, 0),
    prefixTable(report),
    table(
      ["TYPE", "KEYS", "BYTES"],
      report.types.map(({ type, ...share }) => [visible(type), ...amounts(share)]),
    ),
    ttlBars(report),
    table(
      ["BYTES", "TYPE", "TTL", exact ? "BIGGEST" : "BIGGEST OF THE SAMPLE"],
      report.biggest.map(({ key, bytes: size, type, ttlMs }) => [
        bytesText(size),
        visible(type),
        ttlMs === undefined ? "none" : ageText(ttlMs / 1000),
        cut(visible(key), MAX_KEY),
      ]),
    ),
    ...warnings(report.prefixes),
    wrapped(`Looking at them counts as ${2 * looked} reads in keyspace_hits.`, 0),
  ].join("\n\n");
}

/** What has grown, for people. */
export function growthText({ seconds, keys, prefixes, unchanged }: GrowthReport): string {
  const heading = `in ${seconds} s: ${signed(keys, String)} keys`;
  const rest =
    unchanged === 0
      ? []
      : [`${unchanged} ${unchanged === 1 ? "prefix" : "prefixes"} without a change that can be seen.`];
  const grown = table(
    ["GROWN", "KEYS", "BYTES"],
    prefixes.map(({ prefix, keys: count, bytes }) => [
      cut(visible(prefix)),
      change(count, String),
      change(bytes, bytesText),
    ]),
  );
  return [heading, ...(prefixes.length === 0 ? [] : [grown]), ...rest].join("\n\n");
}

function prefixTable({ prefixes, bytes: all }: KeysReport): string {
  const shown = prefixes.slice(0, MAX_PREFIXES);
  const rest = prefixes.length - shown.length;
  return [
    table(
      ["PREFIX", "KEYS", "BYTES", "OF ALL", "WITHOUT TTL", "STORE"],
      shown.map((share) => [
        cut(visible(share.prefix)),
        ...amounts(share),
        `${all.value === 0 ? 0 : Math.round((100 * share.bytes.value) / all.value)} %`,
        count(share.withoutTtl),
        share.store?.kind ?? "not in config/services",
      ]),
    ),
    ...(rest === 0 ? [] : [`and ${rest} more, which --json has`]),
  ].join("\n");
}

function ttlBars({ ttl }: KeysReport): string {
  const most = Math.max(1, ...ttl.map(({ keys }) => keys.value));
  return table(
    ["TTL", "KEYS", "BYTES", ""],
    ttl.map(({ ttl: name, ...share }) => [name, ...amounts(share), smallBar(share.keys.value / most, BAR)]),
  );
}

/** Keys that stay for ever although their store says when they go, and keys that no store has. */
function warnings(prefixes: readonly PrefixShare[]): readonly string[] {
  const forever = prefixes.filter(
    ({ store, withoutTtl }) => store?.ttl !== undefined && withoutTtl.value > 0,
  );
  const unknown = prefixes.filter(({ store }) => store === undefined);
  return [
    ...forever.map(({ prefix, withoutTtl, store }) =>
      wrapped(
        `${visible(prefix)}: ${count(withoutTtl)} without a TTL, and config/services says ${store?.ttl}: they stay until somebody deletes them. Next: find what writes them without EX.`,
        4,
        "  !",
      ),
    ),
    ...(unknown.length === 0
      ? []
      : [
          wrapped(
            `${unknown.length} ${unknown.length === 1 ? "prefix is" : "prefixes are"} not in config/services. Next: declare the store there, with its TTL and whether it may be lost, or find who writes them.`,
            4,
            "  !",
          ),
        ]),
  ];
}

const amounts = ({ keys, bytes }: Share) => [count(keys), amount(bytes)];
const count = ({ value, error }: Estimate) => (error === 0 ? `${value}` : `${value} ±${error}`);
const amount = ({ value, error }: Estimate) =>
  error === 0 ? bytesText(value) : `${bytesText(value)} ±${bytesText(error)}`;
const signed = (value: number, text: (value: number) => string) =>
  `${value > 0 ? "+" : value < 0 ? "-" : ""}${text(Math.abs(value))}`;
const change = ({ value, error }: Estimate, text: (value: number) => string) =>
  `${signed(value, text)}${error === 0 ? "" : ` ±${text(error)}`}`;
const cut = (text: string, most = MAX_PREFIX) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
