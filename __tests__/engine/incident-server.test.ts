import { setTimeout as sleep } from "node:timers/promises";
import { sentraPortal } from "../../config/services/sentra-portal";
import { SECRET_FILES } from "../../core/redis-conf";
import type { MaxmemoryPolicy } from "../../core/redis-stack-props";
import type { SizeText } from "../../core/size";
import { runThrowAway } from "../../ops/docker-run";
import { initSecrets } from "../../ops/stack-secrets";
import { writeVolume } from "../../ops/volume-files";
import { digestOf, writeAllTypes } from "../support/all-types";
import { diagnosed } from "../support/diagnosed";
import { eventually } from "../support/eventually";
import { IncidentTrials, type Trial, untilRefused } from "../support/incident-trials";
import { untilInAppendOnlyFile, writeKeys } from "../support/keys";
import { redisOps } from "../support/recording-terminal";
import { edited, renamed } from "../support/renamed-service";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

jest.mock("../../ops/load", () => ({
  ...jest.requireActual("../../ops/load"),
  loadStack: jest.fn(),
  loadNamedStacks: jest.fn(),
}));

/**
 * Incidents that are made on a real stack of production: found first, and mended by the commands that are printed. One file,
 * however long: one stack is made wrong again and again, and each row of the table needs the words above it.
 */

const { SOAK } = process.env;
/** Ten thousand need 180 MiB for their buffers alone, which count as data does: more than this stack may have. */
const MAXCLIENTS = 100;
const SET = "/data/appendonlydir";

/** Holds every connection that HOST gives, of MOST. redis-benchmark ends when it is refused one; others take the rest. */
const HOG = `
mkfifo /tmp/nothing && exec 3<>/tmp/nothing
redis-benchmark -h "$1" -a "$(cat /run/secrets/${SECRET_FILES.default})" -I -c $(($2 - 20)) &
sleep 2
for one in $(seq 30); do while :; do nc "$1" 6379 <&3; sleep 0.2; done & done
wait`;

let scratch: Scratch;
let stack: TestStack;
let trials: IncidentTrials;
/** Keeps the data, which is in memory so that its disk can be filled, while the server is stopped. */
let keeper: string;

const inKeeper = (script: string) =>
  scratch.docker
    .getContainer(keeper)
    .exec({ Cmd: ["sh", "-c", script], AttachStdout: true, AttachStderr: true })
    .then(async (exec) => {
      const stream = await exec.start({});
      await new Promise((resolve) => stream.on("end", resolve).resume());
      expect((await exec.inspect()).ExitCode).toBe(0);
    });

beforeAll(async () => {
  scratch = await Scratch.create();
  const service = edited(
    await renamed(
      { ...sentraPortal, maxclients: MAXCLIENTS, maxmemoryPolicy: "noeviction" },
      "prod",
      scratch,
    ),
    {
      memory: { maxmemory: "16 MiB", limit: "256 MiB" },
    },
  );
  stack = new TestStack(scratch, service);
  const { dataVolume } = stack.props;
  const o = "size=128m,uid=999,gid=1000";
  await scratch.docker.createVolume({
    Name: dataVolume.name,
    DriverOpts: { type: "tmpfs", device: "tmpfs", o },
  });
  keeper = `${scratch.prefix}-keeper`;
  const container = await scratch.docker.createContainer({
    name: keeper,
    Image: LAB_IMAGE,
    Cmd: ["sleep", "3600"],
    User: "999:1000",
    HostConfig: { Binds: [`${dataVolume.name}:/data`] },
  });
  await container.start();
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
  await writeAllTypes(stack);
  // Of a stream, the digest has what DUMP says, and that has the time at which it was loaded.
  await stack.redis("UNLINK", "stream");
  await untilInAppendOnlyFile(stack);
  trials = new IncidentTrials(scratch, stack);
}, 120_000);

afterAll(async () => {
  console.info(trials.lines.join("\n"));
  await scratch.remove();
});

const secrets = () => {
  const { auth } = stack.props.server;
  return auth.mode === "none" ? "" : auth.secretsVolume;
};

/** Puts another password into a file of the stack's secrets, as a careless copy does. */
const replacePassword = (name: string, content: string) =>
  writeVolume(scratch.docker, secrets(), [{ name, content, uid: 999, gid: 1000, mode: 0o400 }]);

const removePassword = async (name: string) => {
  await runThrowAway(scratch.docker, {
    image: LAB_IMAGE,
    user: "0",
    argv: ["rm", `/secrets/${name}`],
    binds: [`${secrets()}:/secrets`],
  });
};

const saysInInfo = (text: string | RegExp) =>
  eventually(
    () => stack.redis("INFO", "everything"),
    (info) => info.match(text) !== null,
  );

/** Runs a script in the server's container, in which `$cli` is redis-cli as user `ops`. */
const inServer = (text: string) =>
  stack.exec(
    "sh",
    "-c",
    `export REDISCLI_AUTH=$(cat /run/secrets/${SECRET_FILES.ops}); cli='redis-cli --user ops'; ${text}`,
  );

const fill = (text: string) => stack.redis("EVAL", text, "0");

/** What a person writes into the service's file. */
const raise = async (
  maxmemory: SizeText,
  maxmemoryPolicy: MaxmemoryPolicy = stack.props.server.maxmemoryPolicy,
) => {
  stack.write(
    edited({ ...stack.resolved.service, maxmemoryPolicy }, { memory: { maxmemory, limit: "256 MiB" } }),
  );
};

/** Takes away what only the trial wrote, and makes the stack the one of before. */
const fillerRemoved = async () => {
  await fill("for i = 1, 20 do redis.call('UNLINK', 'filler:' .. i) end");
  await fill("for _, key in ipairs(redis.call('KEYS', 'session:f*')) do redis.call('UNLINK', key) end");
  await raise("16 MiB", "noeviction");
  await stack.apply();
};

const looping = () =>
  eventually(
    () => stack.container.inspect(),
    ({ State, RestartCount }) => State.Restarting || RestartCount > 1,
  );

const backUp = async () => {
  const { exitCode, err } = await redisOps("backup", "create", stack.resolved.id);
  expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
};

const keysRemoved = () => stack.redis("EVAL", "for i = 1, 100 do redis.call('UNLINK', 'key:' .. i) end", "0");

const hog = async () => {
  const container = await scratch.docker.createContainer({
    name: `${scratch.prefix}-hog`,
    Image: LAB_IMAGE,
    Cmd: ["sh", "-c", HOG, "hog", stack.props.server.containerName, `${MAXCLIENTS}`],
    HostConfig: {
      NetworkMode: stack.props.network.name,
      Binds: [`${secrets()}:/run/secrets:ro`],
    },
  });
  await container.start();
  await untilRefused(stack, 20);
};

/** Runs a script on the files of the stopped server, which then starts with what that has left. */
const damaged = async (text: string) => {
  await untilInAppendOnlyFile(stack);
  await stack.container.stop();
  await inKeeper(text);
  await stack.container.start();
  await looping();
};

/** A script that the caller does not wait for. */
const hangs = async (text: string) => {
  stack.redis("EVAL", text, "0").catch(() => undefined);
  await sleep(1000);
};

/** What `diagnose` still tells of, and ends with exit code 0. */
const expectNote = async (id: string) => {
  const { exitCode, out } = await redisOps("diagnose", stack.resolved.id, "--json");
  expect(JSON.parse(out).findings).toContainEqual(expect.objectContaining({ id, severity: "note" }));
  expect(exitCode).toBe(0);
};

/** Docker forgets the kill when it has started the server once more by itself, and that was then ended in good order. */
const expectNoteWhileDockerSaysSo = async () => {
  const { State } = await stack.container.inspect();
  const { exitCode, out } = await redisOps("diagnose", stack.resolved.id, "--json");
  const ids = (JSON.parse(out).findings as readonly { id: string }[]).map(({ id }) => id);
  expect(ids.includes("out-of-memory-kill/before")).toBe(State.OOMKilled);
  expect(exitCode).toBe(0);
};

const EXPORTER = () => stack.props.exporter?.containerName ?? "";
const SCHEDULE = () => stack.props.backups.schedule?.containerName ?? "";

const TRIALS: readonly Trial[] = [
  {
    what: "`docker stop`",
    inject: () => stack.container.stop(),
    finds: ["stopped/exited"],
    says: "start it; it loads the data that it had",
    follow: ["docker start", "verify"],
  },
  {
    what: "`docker pause`",
    inject: () => stack.container.pause(),
    finds: ["stopped/paused"],
    says: "let it go on",
    follow: ["docker unpause", "verify"],
  },
  {
    what: "`docker kill`",
    inject: () => stack.container.kill(),
    finds: ["stopped/killed"],
    says: "read what it said itself",
    follow: ["docker logs", "docker start", "verify"],
  },
  {
    what: "SIGSTOP to the server",
    inject: () => stack.container.kill({ signal: "SIGSTOP" }),
    finds: ["unresponsive/stopped-process"],
    says: "let it go on; docker kill would do so too, and switch its restart policy off",
    follow: ["docker exec", "verify"],
  },
  {
    what: "another password of `ops` in its file",
    inject: () => replacePassword(SECRET_FILES.ops, "another-password-of-ops"),
    finds: ["access-denied/ops-refused"],
    says: "see whether every file is there",
    follow: ["secrets status", "secrets init", "docker restart", "verify"],
  },
  {
    what: "another password of clients in its file",
    inject: () => replacePassword(SECRET_FILES.default, "another-password-of-clients"),
    finds: ["access-denied/file-changed"],
    says: "is the new one meant? Give it to the clients. If not, put the old one back (leave this out if it is)",
    follow: ["docker restart", "verify"],
  },
  {
    what: "a password file is missing at the start",
    inject: async () => {
      await removePassword(SECRET_FILES.ops);
      await stack.container.restart();
      await looping();
    },
    finds: ["cannot-start/secrets", "stopped/looping"],
    says: "see which",
    follow: ["secrets status", "secrets init", "docker start", "verify"],
    exits: { "secrets status": [1] },
  },
  {
    what: "`/data` is not writable",
    inject: async () => {
      await stack.exec("chmod", "500", "/data");
      await stack.redis("BGSAVE");
      await saysInInfo("rdb_last_bgsave_status:err");
    },
    finds: ["disk-full/unwritable", "persistence-failure/misconf"],
    says: "give them back to Redis' user; nothing is removed",
    follow: ["docker run", "docker exec", "docker start", "verify"],
  },
  {
    what: "the disk of `/data` is full",
    inject: async () => {
      await inKeeper("cat /dev/zero >/data/ballast; true");
      await stack.redis("BGSAVE");
      await saysInInfo("rdb_last_bgsave_status:err");
    },
    finds: ["disk-full/full", "persistence-failure/misconf"],
    says: "memory has all of the data: first take a copy of it to another disk or to S3; it goes by way of the network",
    follow: ["backup create", "df -h", () => inKeeper("rm /data/ballast"), "docker exec", "verify"],
  },
  {
    what: "`/data` is not writable, and the server was restarted",
    inject: async () => {
      await stack.exec("chmod", "500", "/data");
      await stack.container.kill();
      await stack.container.start();
      await looping();
    },
    finds: ["disk-full/unwritable"],
    says: "give them back to Redis' user; nothing is removed",
    follow: ["docker run", "docker start", "verify"],
  },
  {
    what: "the append-only file is damaged in the middle",
    inject: async () => {
      await backUp();
      await writeKeys(stack, 100);
      await keysRemoved();
      await damaged(`file=$(ls ${SET}/*.incr.aof | tail -n 1)
        printf XXXX | dd of=$file bs=1 seek=$(($(stat -c %s $file) / 2)) conv=notrunc 2>/dev/null`);
    },
    finds: ["data-corruption/bad-aof"],
    says: "how much a repair would keep; it shows what goes, asks, and keeps the file",
    follow: ["restore --repair", "backup list", "restore --from latest"],
    exits: { "restore --repair": [2] },
  },
  {
    what: "the append-only file's base is cut in half",
    inject: async () => {
      await backUp();
      await damaged(
        `file=$(ls ${SET}/*.base.rdb | tail -n 1); truncate -s $(($(stat -c %s $file) / 2)) $file`,
      );
    },
    finds: ["data-corruption/bad-rdb"],
    says: "take the newest backup; what is there is kept",
    follow: ["restore --from latest", "verify"],
  },
  {
    what: "the append-only file's base is of a newer Redis",
    inject: async () => {
      await backUp();
      await damaged(`printf REDIS0099 | dd of=$(ls ${SET}/*.base.rdb | tail -n 1) conv=notrunc 2>/dev/null`);
    },
    finds: ["cannot-start/newer-data"],
    says: "name the engine that wrote them in config/services/",
    follow: ["restore --from latest"],
  },
  {
    what: "the append-only file was removed",
    inject: async () => {
      await backUp();
      await stack.redis("SAVE");
      await damaged(`mv ${SET} /data/moved-away`);
    },
    finds: ["cannot-start/data-refused"],
    says: "do what the line says; this finds the safe sequence",
    follow: ["restore --from latest"],
  },
  {
    what: "a script that only reads does not end",
    inject: () => hangs("while true do redis.call('DBSIZE') end"),
    finds: ["hung-script/script"],
    says: "end it. Redis refuses by itself where it has written already (UNKILLABLE), and says NOTBUSY where it has ended",
    follow: ["SCRIPT KILL", "verify"],
  },
  {
    what: "a script that has written does not end",
    inject: () => hangs("redis.call('SET', 'written', 1) while true do end"),
    finds: ["hung-script/script"],
    says: "end it. Redis refuses by itself where it has written already (UNKILLABLE), and says NOTBUSY where it has ended",
    follow: ["SCRIPT KILL", "SHUTDOWN NOSAVE", "docker start", "verify"],
    exits: { "SHUTDOWN NOSAVE": [0, 1, 137] },
  },
  {
    what: `${MAXCLIENTS} connections, as many as there may be`,
    inject: () => hog(),
    finds: ["rejected-connections/full"],
    says: "whose addresses those are",
    follow: [
      "docker network inspect",
      () => scratch.docker.getContainer(`${scratch.prefix}-hog`).remove({ force: true }),
      "clients",
    ],
  },
  {
    what: "maxmemory is reached, and nothing can be evicted",
    inject: () =>
      inServer(
        `for i in $(seq 20); do $cli EVAL "redis.call('SET', 'filler:' .. ARGV[1], string.rep('x', 1000000))" 0 $i; done`,
      ),
    finds: ["memory-exhaustion/full"],
    says: "take a copy first",
    follow: [
      "backup create",
      () => raise("48 MiB"),
      "apply-live",
      "redis-ops memory",
      "bin/up",
      fillerRemoved,
    ],
  },
  {
    what: "sessions are evicted",
    inject: async () => {
      await raise("16 MiB", "volatile-lru");
      await stack.apply();
      const one = "redis.call('SET', 'session:f' .. ARGV[1] .. i, string.rep('x', 100000), 'EX', 86400)";
      inServer(
        `for i in $(seq 200); do $cli EVAL "for i = 1, 20 do ${one} end" 0 $i: >/dev/null; done`,
      ).catch(() => undefined);
      await saysInInfo(/evicted_keys:[1-9]/);
    },
    finds: ["evictions/kept-now"],
    says: "take a copy of what is there",
    takes: "what was evicted before the limit was raised",
    follow: [
      "backup create",
      () => raise("48 MiB"),
      "apply-live",
      "redis-ops memory",
      "bin/up",
      fillerRemoved,
    ],
  },
  {
    what: "the kernel kills the server at each start: its memory limit was lowered",
    inject: async () => {
      await inServer(
        `for i in $(seq 10); do $cli EVAL "redis.call('SET', 'filler:' .. ARGV[1], string.rep('x', 1000000))" 0 $i; done`,
      );
      await untilInAppendOnlyFile(stack);
      await stack.container.stop();
      await stack.container.update({ Memory: 6 * 1024 ** 2, MemorySwap: 6 * 1024 ** 2 });
      await stack.container.start();
      await looping();
    },
    finds: ["out-of-memory-kill/killed", "out-of-memory-kill/limit-lowered"],
    says: "see what the limit is for, and where it ends",
    follow: [
      "redis-ops memory",
      "bin/up",
      "docker restart",
      "verify",
      expectNoteWhileDockerSaysSo,
      fillerRemoved,
    ],
    exits: { "redis-ops memory": [0, 1] },
  },
  {
    what: "slow commands",
    inject: async () => {
      for (let run = 0; run < 3; run++) {
        await stack.redis("EVAL", "for i = 1, 4000000 do local x = i * 2 end", "0");
      }
    },
    finds: ["slow-commands/slow"],
    says: "which commands, of which clients",
    follow: ["redis-ops slow", "SLOWLOG RESET", "redis-ops diagnose"],
  },
  {
    what: "the container is taken out of its network",
    inject: () =>
      scratch.docker
        .getNetwork(stack.props.network.name)
        .disconnect({ Container: stack.props.server.containerName }),
    finds: ["unresponsive/no-network"],
    says: "put it back, with its names, while it runs; Terraform does not see that it is out",
    follow: ["docker network connect"],
  },
  {
    what: "the exporter was stopped",
    inject: () => scratch.docker.getContainer(EXPORTER()).stop({ t: 1 }),
    finds: ["exporter-absent/exporter-stopped"],
    says: "read what it said",
    follow: ["docker logs", "docker start"],
  },
  {
    what: "the container of backups was stopped",
    inject: () => scratch.docker.getContainer(SCHEDULE()).stop({ t: 1 }),
    finds: ["backup-overdue/not-running"],
    says: "read what it said",
    follow: ["docker logs", "backup create", "docker start"],
  },
  {
    what: "the disk is full, and every connection is taken",
    inject: async () => {
      await inKeeper("cat /dev/zero >/data/ballast; true");
      await hog();
    },
    finds: ["disk-full/full", "rejected-connections/full"],
    says: "memory has all of the data: first take a copy of it",
    follow: [
      "df -h",
      () => inKeeper("rm /data/ballast"),
      () => scratch.docker.getContainer(`${scratch.prefix}-hog`).remove({ force: true }),
      "BGSAVE",
      "verify",
    ],
  },
];

it("finds nothing wrong with a stack that was just deployed", () => trials.expectHealthy());

/** The others take too long for every run. */
const ALWAYS: ReadonlySet<string> = new Set([
  "unresponsive/stopped-process",
  "access-denied/ops-refused",
  "disk-full/full",
  "hung-script/script",
  "rejected-connections/full",
]);
const firsts = TRIALS.filter(
  ({ finds }, at) => ALWAYS.has(finds[0]) && TRIALS.findIndex((other) => other.finds[0] === finds[0]) === at,
);

it.each(SOAK === "1" ? TRIALS : firsts)("$what: $finds.0", (trial) => trials.go(trial), 180_000);

it("says of an append-only file that was torn at its end that the server has cut it off, and needs nobody", async () => {
  const before = await digestOf(stack);
  await stack.redis("SET", "torn", "x".repeat(50));
  await untilInAppendOnlyFile(stack);
  await stack.container.stop();
  await inKeeper(`file=$(ls ${SET}/*.incr.aof | tail -n 1); truncate -s $(($(stat -c %s $file) - 20)) $file`);
  await stack.container.start();
  await stack.becomeHealthy();
  await expectNote("data-corruption/cut-at-start");
  expect(await digestOf(stack)).toBe(before);
}, 60_000);

it("says of a stack that was never deployed that it is not, and makes nothing", async () => {
  const { service } = stack.resolved;
  const other = new TestStack(scratch, edited(service, { containerName: `${scratch.prefix}-never` }));
  const before = await scratch.inEngine();
  const found = await diagnosed(other);
  expect(found).toMatchObject({ exitCode: 1, healthy: false });
  expect(found.findings[0]?.id).toBe("stopped/not-deployed");
  expect(await scratch.inEngine()).toEqual(before);
});
