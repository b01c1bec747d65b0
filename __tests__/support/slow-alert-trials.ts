import { setTimeout as sleep } from "node:timers/promises";
import { fill } from "./alert-trials";
import { type AlertTrial, nothing } from "./alert-watch";
import { holdClients } from "./held-clients";
import { asClient } from "./keys";
import { recreateContainer } from "./recreate-container";
import type { TestStack } from "./test-stack";

/** Deeds that take a minute and more even when time is sixty times as fast. */

const DEATHS = 5;

const sidecar = ({ docker, props }: TestStack) =>
  docker.getContainer(props.backups.schedule?.containerName ?? "");
const inSidecar = async (stack: TestStack, script: string) => {
  const process = await sidecar(stack).exec({ Cmd: ["sh", "-c", script], AttachStdout: true });
  (await process.start({})).resume();
};

/** Sends a command so often, a fifth of a second apart. */
const again = (stack: TestStack, command: string, times: number) =>
  asClient(stack, `for n in $(seq ${times}); do echo ${command}; sleep 0.2; done`);

/** The container that makes backups, as it was deployed, but for the time from one to the next. */
export async function backUpEvery({ docker, props }: TestStack, seconds: number): Promise<void> {
  const deployed = `${props.backups.schedule?.every.toSeconds()}`;
  await recreateContainer(docker, props.backups.schedule?.containerName ?? "", ({ Cmd }) => ({
    Cmd: Cmd.map((word) => (word === deployed ? `${seconds}` : word)),
  }));
}

/** Of a stack that backs up every five seconds to a volume that can get full. */
export const slowTrials: readonly AlertTrial[] = [
  {
    what: `Redis is killed ${DEATHS} times, and starts again`,
    fires: ["RedisRestartLoop critical"],
    besides: ["RedisDown critical"],
    provoke: async (stack) => {
      for (let death = 1; death <= DEATHS; death += 1) {
        await stack.container.kill();
        await stack.container.start();
        await sleep(1500);
      }
      return nothing;
    },
  },
  {
    what: "Redis hangs",
    fires: ["RedisDown critical"],
    provoke: async ({ container }) => {
      await container.pause();
      return () => container.unpause();
    },
  },
  {
    what: "somebody sets maxmemory to 0",
    fires: ["RedisMaxmemoryUnset warning"],
    provoke: async (stack) => {
      const { maxmemory } = stack.props.server;
      await stack.redis("OPS_CONFIG", "SET", "maxmemory", "0");
      return () => stack.redis("OPS_CONFIG", "SET", "maxmemory", `${maxmemory.toBytes()}`);
    },
  },
  {
    what: "70 clients where 60 may be, for longer than any window",
    fires: ["RedisRejectedConnections critical"],
    besides: ["RedisDown critical"],
    provoke: async (stack) => {
      const disconnect = await holdClients(stack, 70);
      await sleep(9000);
      await disconnect();
      return nothing;
    },
  },
  {
    what: "five reads a second find nothing",
    fires: ["RedisHitRatioLow warning", "RedisHitRatioLow critical"],
    provoke: async (stack) => {
      const reads = again(stack, "GET nobody", 120);
      return () => reads;
    },
  },
  {
    what: "five commands a second read 36 MiB each",
    fires: ["RedisLatencyHigh warning", "RedisSlowCommands warning"],
    besides: ["RedisLatencyHigh critical"],
    provoke: async (stack) => {
      await asClient(stack, "echo SETRANGE fill:1 37748736 x");
      const reads = again(stack, "BITCOUNT fill:1", 120);
      return async () => {
        await reads;
        await asClient(stack, "echo UNLINK fill:1");
      };
    },
  },
  {
    what: "Redis is stopped before there is a backup",
    fires: ["RedisBackupMissing warning", "RedisBackupFailing warning", "RedisDown critical"],
    // It asks for half a minute, which no pace of rules makes shorter, before it has anything to tell.
    besides: ["RedisBackupMetricsAbsent warning"],
    provoke: async (stack) => {
      await stack.container.stop();
      await inSidecar(stack, "rm -rf /data/*");
      await sidecar(stack).restart({ t: 1 });
      return () => stack.container.start();
    },
  },
  {
    what: "Redis is stopped after a backup",
    fires: ["RedisBackupOverdue warning", "RedisBackupFailing warning", "RedisDown critical"],
    provoke: async (stack) => {
      await stack.container.stop();
      return () => stack.container.start();
    },
  },
  {
    what: "the disk of the backups gets full",
    fires: ["RedisBackupRoomLow warning", "RedisBackupFailing warning"],
    besides: ["RedisBackupOverdue warning"],
    provoke: async (stack) => {
      await inSidecar(stack, "dd if=/dev/zero of=/data/ballast bs=1048576 count=60");
      return () => inSidecar(stack, "rm /data/ballast");
    },
  },
  {
    what: "nobody makes backups",
    fires: ["RedisBackupMetricsAbsent warning"],
    provoke: async (stack) => {
      await sidecar(stack).stop({ t: 2 });
      return () => sidecar(stack).start();
    },
  },
];

/** Of a cache that is full by design. */
export const cacheTrials: readonly AlertTrial[] = [
  {
    what: "ten keys a second that each take a sixtieth of a cache",
    fires: ["RedisEvictions warning"],
    provoke: async (stack) => {
      const writes = fill(stack, 1, 250, 0.1);
      return () => writes;
    },
  },
];
