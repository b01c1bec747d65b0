import type Docker from "dockerode";
import { parseInfo } from "../../../ops/look/info";
import { containerState, judgeStack, refusalState } from "../../../ops/look/stack-status";
import { shopStack } from "../../support/stack-fixtures";

const { props } = shopStack("prod");
const shop = {
  ...props,
  server: { ...props.server, maxmemoryPolicy: "noeviction" as const },
  thresholds: {
    ...props.thresholds,
    memory: { warning: 70, critical: 90 },
    connectedClients: { warning: 100, critical: 500 },
    blockedClients: { warning: 0, critical: 10 },
    hitRatio: { warning: 90, critical: 70 },
  },
};

const WELL = {
  redis_version: "7.0.15",
  uptime_in_seconds: "100000",
  server_time_usec: "1700000060000000",
  rdb_last_save_time: "1700000000",
  used_memory: "700",
  maxmemory: "1000",
  connected_clients: "100",
  blocked_clients: "0",
  maxclients: "10000",
  keyspace_hits: "900",
  keyspace_misses: "100",
  rejected_connections: "3",
  aof_enabled: "1",
};

const infoOf = (more: Readonly<Record<string, string>> = {}) =>
  parseInfo(
    Object.entries({ ...WELL, ...more })
      .map((pair) => pair.join(":"))
      .join("\r\n"),
  );
const judged = (more: Readonly<Record<string, string>> = {}, facts: object = {}) =>
  judgeStack("shop-prod", shop, { state: "healthy", info: infoOf(more), ...facts });

test("a stack that is well", () => {
  expect(judged()).toMatchObject({
    problems: [],
    hitRatio: 0.9,
    lastSaveSeconds: 60,
    aof: "ok",
    snapshot: "ok",
  });
});

test.each([
  [{ used_memory: "701" }, "701 B are 70.1 % of maxmemory (1000 B), above the warning threshold of 70 %"],
  [{ connected_clients: "102" }, "101 connections, above 100 somebody is told"],
  [{ blocked_clients: "1" }, "1 blocked clients, above 0 somebody is told"],
  [{ keyspace_hits: "899", keyspace_misses: "101" }, "89 % of reads find a key, below 90 % somebody is told"],
  [{ rdb_last_bgsave_status: "err" }, "rdb_last_bgsave_status is err: the data is in memory alone"],
  [{ aof_last_write_status: "err" }, "aof_last_write_status is err: the data is in memory alone"],
  [{ aof_last_bgrewrite_status: "err" }, "aof_last_bgrewrite_status is err: the data is in memory alone"],
])("%j is not as it should be: %s", (more, problem) => {
  expect(judged(more).problems).toEqual([problem]);
});

const FULL = { used_memory: "995", maxmemory_policy: "noeviction" };
const PAST_CRITICAL = "995 B are 99.5 % of maxmemory (1000 B), above the critical threshold of 90 %";

test.each([
  ["full, and it may evict nothing", FULL, `writes are refused: ${PAST_CRITICAL}`],
  [
    "full, and it has refused some",
    { ...FULL, errorstat_OOM: "count=12" },
    `writes are refused, 12 since the start: ${PAST_CRITICAL}`,
  ],
  [
    "full, and there is nothing left that it may evict",
    { ...FULL, maxmemory_policy: "volatile-lru", errorstat_OOM: "count=3" },
    `writes are refused, 3 since the start: ${PAST_CRITICAL}`,
  ],
])("a server that is %s refuses writes, which its row says too", (_, info, problem) => {
  expect(judged(info)).toMatchObject({ refusesWrites: true, problems: [problem] });
});

test.each([
  [
    "nearly full",
    { ...FULL, used_memory: "989" },
    ["989 B are 98.9 % of maxmemory (1000 B), above the critical threshold of 90 %"],
  ],
  ["full, and it can make room", { ...FULL, maxmemory_policy: "volatile-lru" }, [PAST_CRITICAL]],
  ["full without what Redis leaves out", { ...FULL, mem_not_counted_for_evict: "10" }, [PAST_CRITICAL]],
  [
    "below the critical threshold, and has refused some",
    { used_memory: "700", maxmemory_policy: "volatile-lru", errorstat_OOM: "count=3" },
    [],
  ],
])("a server that is %s takes writes", (_, info, problems) => {
  expect(judged(info)).toMatchObject({ refusesWrites: false, problems });
});

test("the connection that asks is not counted", () => {
  expect(judged({ connected_clients: "1" }).clients).toBe(0);
  expect(judged({ connected_clients: "101" })).toMatchObject({ clients: 100, problems: [] });
});

test("a container beside the server that does not run is told, whether the server answers or not", () => {
  const beside = ["exporter shop-prod-exporter: stopped (exit 0)"];
  expect(judged({}, { beside }).problems).toEqual(beside);
  expect(judgeStack("shop-prod", shop, { state: "unhealthy", beside }).problems).toEqual([
    "unhealthy",
    ...beside,
  ]);
});

test("a server that evicts any key is full on purpose, and few reads say nothing", () => {
  const full = { state: "healthy", info: infoOf({ used_memory: "1000", maxmemory_policy: "allkeys-lru" }) };
  expect(judgeStack("shop-prod", shop, full).problems).toEqual([]);
  expect(judged({ keyspace_hits: "0", keyspace_misses: "999" }).problems).toEqual([]);
});

test("refused connections count since the look before; so does the share of reads", () => {
  const before = infoOf({ keyspace_hits: "850", keyspace_misses: "100", rejected_connections: "1" });
  expect(judgeStack("shop-prod", shop, { state: "healthy", info: infoOf() }, before)).toMatchObject({
    hitRatioSince: 1,
    problems: ["2 connections were rejected since the look before"],
  });
});

test("a backup that is older than twice the time between two, and none at all", () => {
  const twice = 2 * 6 * 3600;
  expect(judged({}, { backupAge: twice }).problems).toEqual([]);
  expect(judged({}, { backupAge: twice + 1 }).problems).toEqual([
    "the newest backup is 12 h old, and one should be made every 6 h",
  ]);
  expect(judged({}, { backupAge: null }).problems).toEqual(["no backup, and one should be made every 6 h"]);
  expect(judged({ uptime_in_seconds: "60" }, { backupAge: null }).problems).toEqual([]);
});

test.each([
  ["healthy", []],
  ["starting", []],
  ["running", []],
  ["not deployed", []],
  ["unhealthy", ["unhealthy"]],
  ["no engine", ["no engine"]],
  ["access denied", ["access denied"]],
])("state %s without an answer of Redis: %j", (state, problems) => {
  expect(judgeStack("shop-prod", shop, { state })).toEqual({ stack: "shop-prod", state, problems });
});

test.each([
  [{ Status: "running", Health: { Status: "healthy" } }, "healthy"],
  [{ Status: "running", Health: { Status: "none" } }, "running"],
  [{ Status: "running" }, "running"],
  [{ Status: "exited", ExitCode: 137, OOMKilled: true }, "stopped (exit 137, OOM-killed)"],
  [{ Status: "exited", ExitCode: 0 }, "stopped (exit 0)"],
  [{ Status: "restarting", ExitCode: 1 }, "restarting (exit 1)"],
  [{ Status: "paused" }, "paused"],
  [{ Status: "created" }, "created"],
])("Docker's %j is told as %s", (State, state) => {
  expect(containerState({ State } as unknown as Docker.ContainerInspectInfo)).toBe(state);
});

test.each([
  ["WRONGPASS invalid username-password pair", "access denied"],
  ["NOAUTH Authentication required.", "access denied"],
  ["no readable /run/secrets/redis_ops_password", "access denied"],
  ["LOADING Redis is loading the dataset in memory", "loading"],
  ["BUSY Redis is busy running a script.", "busy script"],
  ["BUSY: a script or function holds the server", "busy script"],
  ["ERR max number of clients reached", "no connection left"],
  ["no answer within 3 s", "no answer"],
])("%s is told as %s", (message, state) => {
  expect(refusalState(message)).toBe(state);
});
