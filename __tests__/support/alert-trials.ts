import { type AlertTrial, nothing } from "./alert-watch";
import { holdClients } from "./held-clients";
import { asClient } from "./keys";
import type { TestStack } from "./test-stack";

/** Deeds for stacks with a `maxmemory` of 64 MiB, of which each key takes one. */

/** Shell that prints the writes of keys by number. */
const writes = (from: number, to: number, pause: number, more = "") =>
  `for n in $(seq ${from} ${to}); do echo SETRANGE fill:$n 1047999 x; ${more} sleep ${pause}; done`;

export const fill = (stack: TestStack, from: number, to: number, pause = 0) =>
  asClient(stack, writes(from, to, pause));
const fillWithTtl = (stack: TestStack, from: number, to: number, pause = 0) =>
  asClient(stack, writes(from, to, pause, "echo EXPIRE fill:$n 3600;"));
export const empty = (stack: TestStack) => asClient(stack, "seq 1 300 | sed 's/.*/UNLINK fill:&/'");

const sh = (stack: TestStack, script: string) => stack.exec("sh", "-c", script);

/** Both, one after the other: neither runs beside the other. */
async function save(stack: TestStack): Promise<void> {
  await stack.redis("BGSAVE", "SCHEDULE");
  await sh(stack, "sleep 0.5");
  await stack.redis("BGREWRITEAOF");
}

export const memoryTrial: AlertTrial = {
  what: "memory is at 97 %, and what is written beyond is refused",
  fires: ["RedisWritesRefused critical", "RedisMemoryHigh warning", "RedisMemoryHigh critical"],
  provoke: async (stack) => {
    await fill(stack, 1, 80);
    return () => empty(stack);
  },
};

export const stopTrial: AlertTrial = {
  what: "Redis is stopped",
  fires: ["RedisDown critical"],
  provoke: async (stack) => {
    await stack.container.stop();
    return () => stack.container.start();
  },
};

/** Of a stack that warns of more than 20 clients, is critical above 40, and takes 60. */
export const noevictionTrials: readonly AlertTrial[] = [
  {
    what: "25 clients, 5 of which wait in BLPOP, and memory at 78 %",
    fires: [
      "RedisConnectedClientsHigh warning",
      "RedisBlockedClientsHigh warning",
      "RedisMemoryHigh warning",
    ],
    provoke: async (stack) => {
      const disconnect = await holdClients(stack, 25, 5);
      await fill(stack, 1, 48);
      return async () => {
        await disconnect();
        await empty(stack);
      };
    },
  },
  {
    what: "45 clients, 11 of which wait in BLPOP, memory at 97 %, and a single burst of writes beyond",
    fires: [
      "RedisConnectedClientsHigh warning",
      "RedisConnectedClientsHigh critical",
      "RedisBlockedClientsHigh warning",
      "RedisBlockedClientsHigh critical",
      "RedisMemoryHigh warning",
      "RedisMemoryHigh critical",
      "RedisWritesRefused critical",
    ],
    provoke: async (stack) => {
      const disconnect = await holdClients(stack, 45, 11);
      await fill(stack, 1, 100);
      return async () => {
        await disconnect();
        await empty(stack);
      };
    },
  },
  {
    what: "70 clients where 60 may be, for a second",
    fires: ["RedisRejectedConnections critical"],
    // The exporter is one of those that are rejected.
    besides: ["RedisDown critical"],
    provoke: async (stack) => {
      const disconnect = await holdClients(stack, 70);
      await sh(stack, "sleep 1");
      await disconnect();
      return nothing;
    },
  },
  {
    what: "the exporter is stopped",
    fires: ["RedisExporterAbsent critical"],
    provoke: async ({ docker, props }) => {
      const container = docker.getContainer(props.exporter?.containerName ?? "");
      await container.stop();
      return () => container.start();
    },
  },
];

/** Of a stack with `volatile-lru`, both ways of persistence, and a data volume that can get full. */
export const volatileTrials: readonly AlertTrial[] = [
  {
    what: "memory is at 100 %, and sessions come all the time",
    fires: ["RedisEvictions warning", "RedisMemoryHigh warning", "RedisMemoryHigh critical"],
    provoke: async (stack) => {
      await fillWithTtl(stack, 1, 62);
      const evicting = fillWithTtl(stack, 63, 160, 0.1);
      return async () => {
        await evicting;
        await empty(stack);
      };
    },
  },
  {
    what: "the volume cannot be written",
    fires: ["RedisSnapshotFailed critical", "RedisAppendOnlyRewriteFailed warning"],
    provoke: async (stack) => {
      await sh(stack, "chmod 500 /data /data/appendonlydir");
      await stack.redis("BGSAVE");
      await stack.redis("BGREWRITEAOF");
      return async () => {
        await sh(stack, "chmod 755 /data /data/appendonlydir");
        await save(stack);
      };
    },
  },
  {
    what: "the disk is full",
    fires: ["RedisAppendOnlyWriteFailed critical", "RedisSnapshotFailed critical"],
    besides: ["RedisAppendOnlyRewriteFailed warning"],
    provoke: async (stack) => {
      await sh(stack, "dd if=/dev/zero of=/data/ballast bs=1048576");
      await asClient(stack, `echo SET fill:1 "$(head -c 20000 /dev/zero | tr '\\0' x)"`);
      await stack.redis("BGSAVE");
      return async () => {
        await sh(stack, "rm /data/ballast");
        await save(stack);
        await empty(stack);
      };
    },
  },
  stopTrial,
];
