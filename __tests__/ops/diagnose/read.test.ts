import { createHash } from "node:crypto";
import { containerFacts, eventTimes, logLines } from "../../../ops/diagnose/container-facts";
import { isLooping, linesOfStart } from "../../../ops/diagnose/facts";
import { answerOf, passwordsOf, refusedLoginsOf, slowCommandsOf } from "../../../ops/diagnose/read-answers";
import { kernelAddress, readInside } from "../../../ops/diagnose/read-inside";
import { factsWith, NOW } from "../../support/diagnose-facts";

const said = (stdout: string, stderr = "", exitCode = 0) => answerOf({ exitCode, stdout, stderr }, 8);

test.each([
  ["PONG\n", "", 0, "pong", "PONG"],
  [
    "",
    "LOADING Redis is loading the dataset in memory\n",
    1,
    "loading",
    "LOADING Redis is loading the dataset in memory",
  ],
  ["", "BUSY Redis is busy running a script.\n", 1, "busy", "BUSY Redis is busy running a script."],
  ["", "MISCONF Redis is configured to save\n", 1, "misconf", "MISCONF Redis is configured to save"],
  [
    "",
    "AUTH failed: WRONGPASS invalid\nNOAUTH Authentication required.\n",
    1,
    "denied",
    "AUTH failed: WRONGPASS invalid; NOAUTH Authentication required.",
  ],
  [
    "",
    "cat: can't open '/run/secrets/redis_ops_password': No such file or directory\nNOAUTH x\n",
    1,
    "denied",
    "cat: can't open '/run/secrets/redis_ops_password': No such file or directory; NOAUTH x",
  ],
  [
    "",
    "AUTH failed: ERR max number of clients reached\n",
    1,
    "max-clients",
    "AUTH failed: ERR max number of clients reached",
  ],
  [
    "",
    "Could not connect to Redis at 127.0.0.1:6379: Connection refused\n",
    1,
    "refused",
    "Could not connect to Redis at 127.0.0.1:6379: Connection refused",
  ],
  ["", "Terminated\n", 143, "silence", "no answer within 8 s"],
  ["", "", 124, "silence", "no answer within 8 s"],
  ["", "", 1, "other", "exit code 1"],
])("an answer %j %j, exit code %d, is %s", (stdout, stderr, exitCode, kind, text) => {
  expect(said(stdout, stderr, exitCode)).toEqual({ kind, said: text });
});

test("the slow log shows commands without their keys and values", () => {
  const text = JSON.stringify([
    [4, 1_700_000_000, 23_000, ["set", "session:1", "token"], "10.0.0.7:1", "app"],
  ]);
  expect(slowCommandsOf(text)).toEqual([
    {
      at: 1_700_000_000_000,
      microseconds: 23_000,
      command: "SET with 2 arguments",
      client: "app at 10.0.0.7:1",
    },
  ]);
});

test("of ACL LOG only refused logins are read", () => {
  const entry = {
    count: 3,
    username: "app",
    "age-seconds": "12.7",
    "client-info": "id=4 addr=10.0.0.7:4711 laddr=x",
  };
  const text = JSON.stringify([
    { ...entry, reason: "auth" },
    { ...entry, reason: "command" },
  ]);
  expect(refusedLoginsOf(text)).toEqual([{ user: "app", address: "10.0.0.7", count: 3, secondsAgo: 13 }]);
});

test("passwords are compared by their hashes", () => {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const users = `user default on #${hash("one")} ~* &* +@all\nuser ops on #${hash("two")} +@all\nuser health on nopass`;
  expect(passwordsOf(users, `${hash("one")} redis_password\n${hash("other")} redis_ops_password\n`)).toEqual([
    { user: "default", file: "redis_password", isSame: true },
    { user: "ops", file: "redis_ops_password", isSame: false },
  ]);
});

test("addresses are read as the kernel writes them", () => {
  expect(kernelAddress("0100007F")).toBe("127.0.0.1");
  expect(kernelAddress("0000000000000000FFFF0000030014AC")).toBe("172.20.0.3");
  expect(kernelAddress("B80D0120000000000000000001000000")).toBe("2001:db8:0:0:0:0:0:1");
});

test("what look-inside.sh says is read, and what it leaves out is left out", () => {
  const output = `state R (running)
overcommit 0
MemTotal 1000
MemAvailable 10
used 4096
oom_kills 2
nr_periods 10
nr_throttled 3
disk 200 50
inodes 10 4
read_only
unwritable /data
unwritable /data/append only
peer 030014AC 7
peer 0000000000000000FFFF0000030014AC 2
peer 0100007F 1
`;
  expect(readInside(output)).toEqual({
    inside: {
      processState: "R",
      overcommit: "0",
      memTotal: 1_024_000,
      memAvailable: 10_240,
      memoryUsed: 4096,
      oomKills: 2,
      cpuPeriods: 10,
      cpuThrottled: 3,
      peers: [
        { address: "172.20.0.3", connections: 9 },
        { address: "127.0.0.1", connections: 1 },
      ],
    },
    volume: {
      total: 204_800,
      free: 51_200,
      freeInodes: 4,
      unwritable: ["/data", "/data/append only"],
      readOnly: true,
    },
  });
  expect(readInside("")).toEqual({ inside: { peers: [] } });
  expect(readInside("disk 2 1\ninodes 0 0\n").volume).toEqual({
    total: 2048,
    free: 1024,
    unwritable: [],
    readOnly: false,
  });
});

test("a log is read from the frames that the engine sends", () => {
  const frame = (channel: number, text: string) => {
    const header = Buffer.from([channel, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };
  const frames = Buffer.concat([
    frame(1, "2026-11-21T12:00:00.5Z first line\n"),
    frame(2, "2026-11-21T12:00:01Z second\n"),
  ]);
  expect(logLines(frames)).toEqual([
    { at: NOW + 500, text: "first line" },
    { at: NOW + 1000, text: "second" },
  ]);
});

test.each([
  ["of a server that runs, since its start", {}, ["last but one", "last", "now"]],
  ["of one that Docker is about to start again, in its last attempt", { status: "restarting" }, ["now"]],
  [
    "of one that has just been started again, in the attempt before",
    { restartCount: 3, health: "starting" },
    ["last", "now"],
  ],
] as const)("lines count %s", (_what, container, expected) => {
  const lines = [
    { at: NOW - 70 * 60_000, text: "before" },
    { at: NOW - 59 * 60_000, text: "last but one" },
    { at: NOW - 6000, text: "last" },
    { at: NOW - 1000, text: "now" },
  ];
  const times =
    "status" in container || "health" in container ? { startedAt: NOW - 1500, finishedAt: NOW - 5000 } : {};
  const facts = factsWith({ container: { ...container, ...times }, facts: { log: { value: lines } } });
  expect(linesOfStart(facts).map(({ text }) => text)).toEqual(expected);
});

test("lines of an attempt begin where Redis says so, though the end of an older one was moments before", () => {
  const lines = [
    { at: NOW - 9000, text: "1:C # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo" },
    { at: NOW - 8900, text: "1:M # Bad file format reading the append only file" },
    { at: NOW - 6000, text: "1:C # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo" },
    { at: NOW - 5900, text: "1:M # Short read or OOM loading DB" },
    { at: NOW - 1000, text: "1:C # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo" },
  ];
  const container = {
    restartCount: 1,
    health: "starting",
    startedAt: NOW - 1500,
    finishedAt: NOW - 5000,
  } as const;
  const facts = factsWith({ container, facts: { log: { value: lines } } });
  expect(linesOfStart(facts)).toEqual(lines.slice(2));
});

test.each([
  [{ status: "restarting" }, true],
  [{ restartCount: 2, health: "starting", startedAt: NOW - 9999 }, true],
  [{ restartCount: 2, health: "starting", startedAt: NOW - 10_000 }, false],
  [{ restartCount: 2, health: "healthy", startedAt: NOW - 1 }, false],
  [{ restartCount: 0, health: "starting", startedAt: NOW - 1 }, false],
])("a container that is %j is started over and over: %s", (container, expected) => {
  expect(isLooping(factsWith({ container }))).toBe(expected);
});

test("events are told by their times", () => {
  const event = (timeNano: number) => `${JSON.stringify({ status: "oom", Type: "container", timeNano })}\n`;
  expect(eventTimes("")).toEqual([]);
  expect(eventTimes(event(1_795_262_400_000_000_000) + event(1_795_262_401_500_000_000))).toEqual([
    1_795_262_400_000, 1_795_262_401_500,
  ]);
});

test("a container without a health check has none", () => {
  const inspected = {
    State: {
      Status: "exited",
      ExitCode: 137,
      OOMKilled: true,
      Error: "",
      StartedAt: "2026-11-21T12:00:00Z",
      FinishedAt: "2026-11-21T12:00:00Z",
    },
    RestartCount: 1,
    Config: { Image: "redis" },
    HostConfig: {},
    NetworkSettings: { Networks: { b: {}, a: {} } },
  } as unknown as Parameters<typeof containerFacts>[0];
  expect(containerFacts(inspected)).toEqual({
    status: "exited",
    exitCode: 137,
    oomKilled: true,
    error: "",
    restartCount: 1,
    startedAt: NOW,
    finishedAt: NOW,
    health: "none",
    probe: "",
    image: "redis",
    memoryLimit: 0,
    networks: ["a", "b"],
  });
});
