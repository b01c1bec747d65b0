import { type AlertCase, gone, hold } from "./alert-case";

const DOWN =
  "The exporter gets no answer: Redis is stopped, hangs, refuses the exporter's password, or takes no more connections (maxclients).";
const ABSENT =
  "Prometheus gets no metrics from the exporter, so that none of the other alerts of this stack can fire.";
const LOADING = "Clients get LOADING for longer than 1 min, in which maxmemory of 256 MiB is loaded.";

const SESSIONS = { stack: "sessions" } as const;

const started = (runId: string, before: number, minutes: number, more = "") => ({
  [`redis_instance_info{run_id="${runId}"${more}}`]: [
    ...(before === 0 ? [] : [gone(before)]),
    hold(1, minutes),
    gone(1),
  ],
});

/** Whether Redis is there. */
export const availabilityAlertCases: readonly AlertCase[] = [
  {
    ...SESSIONS,
    alert: "RedisDown",
    name: "fires after a minute without an answer, and resolves with the first",
    series: { redis_up: [hold(1, 2), hold(0, 3), hold(1, 5)] },
    at: { 2.75: {}, 3: { critical: DOWN }, 4.75: { critical: DOWN }, 5: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisDown",
    name: "is quiet when the exporter is gone, which is another alert",
    series: { redis_up: [hold(1, 2), gone(20)] },
    at: { 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisExporterAbsent",
    name: "fires after five minutes without metrics, and resolves with the first",
    series: { redis_up: [hold(1, 2), gone(10), hold(1, 5)] },
    at: { 6.75: {}, 7: { critical: ABSENT }, 12: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisExporterAbsent",
    name: "fires for one that was never there",
    series: {},
    at: { 5: { critical: ABSENT } },
  },
  {
    ...SESSIONS,
    alert: "RedisExporterAbsent",
    name: "is quiet while the exporter tells that Redis is down",
    series: { redis_up: [hold(0, 20)] },
    at: { 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRestartLoop",
    name: "fires at the third restart within half an hour, and resolves when the first is forgotten",
    series: { ...started("a", 0, 5), ...started("b", 5, 5), ...started("c", 10, 5), ...started("d", 15, 60) },
    at: {
      14: {},
      15: {
        critical:
          "3 restarts within 30 minutes. More than 2 are no deploy: it crashes, or the kernel kills it.",
      },
      36: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisRestartLoop",
    name: "is quiet at two restarts",
    series: { ...started("a", 0, 5), ...started("b", 5, 5), ...started("c", 10, 30) },
    at: { 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRestartLoop",
    name: "is quiet when only the replication id changes, as it does between backups",
    series: Object.assign(
      {},
      ...[0, 5, 10, 15, 20].map((before) => started("a", before, 5, `,master_replid="${before}"`)),
    ),
    at: { 25: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRestartLoop",
    name: "is quiet while the calculated start time moves by a second",
    series: {
      ...started("a", 0, 30),
      redis_start_time_seconds: [hold(100, 5), hold(101, 5), hold(100, 5), hold(101, 5)],
    },
    at: { 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLoadingLong",
    name: "fires after the start period, and resolves when the data is loaded",
    series: { redis_loading_dump_file: [hold(1, 3), hold(0, 5)] },
    at: { 0.75: {}, 1: { critical: LOADING }, 3: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLoadingLong",
    name: "is quiet while an ordinary file is loaded",
    series: { redis_loading_dump_file: [hold(1, 0.75), hold(0, 5)] },
    at: { 2: {} },
  },
];
