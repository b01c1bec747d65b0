import { Size } from "../../../core/size";
import { directivesToAsk, type LiveFacts, liveChanges } from "../../../ops/apply-live/live-changes";

const MEBIBYTE = 1024 ** 2;

type Values = Readonly<Record<string, string>>;

/** How each directive would change: `DIRECTIVE how: why`. */
function changesOf(running: Values, configured: Values, more: Partial<LiveFacts> = {}): readonly string[] {
  const facts: LiveFacts = {
    version: "7.4.11",
    running: new Map(Object.entries(running)),
    configured: new Map(Object.entries(configured)),
    usedMemory: Size.mebibytes(64),
    memoryLimit: { running: Size.mebibytes(1024), configured: Size.mebibytes(1024) },
    redisConf: { running: "", configured: "" },
    ...more,
  };
  return liveChanges(facts).map(({ directive, how, why }) =>
    why === "" ? `${directive} ${how}` : `${directive} ${how}: ${why}`,
  );
}

test("nothing differs", () => {
  expect(changesOf({ hz: "10", save: "" }, { hz: "10", save: "" })).toEqual([]);
});

test("a value that Redis takes is set live; one that it reads at its start, or protects, is not", () => {
  expect(
    changesOf({ hz: "10", databases: "16", dir: "/data" }, { hz: "20", databases: "17", dir: "/elsewhere" }),
  ).toEqual([
    "databases container: Redis reads it at its start alone",
    "dir container: Redis refuses it at run time: enable-protected-configs is no",
    "hz live",
  ]);
});

test("a directive that the running server does not have is not one that it could be given", () => {
  expect(changesOf({}, { hz: "20" })).toEqual([]);
});

describe("maxmemory", () => {
  const maxmemory = (running: number, configured: number, limit = 1024) =>
    changesOf(
      { maxmemory: `${running * MEBIBYTE}` },
      { maxmemory: `${configured * MEBIBYTE}` },
      { memoryLimit: { running: Size.mebibytes(1024), configured: Size.mebibytes(limit) } },
    );

  it("is lowered live down to what is used, and not below", () => {
    expect(maxmemory(128, 64)).toEqual(["maxmemory live"]);
    expect(maxmemory(128, 63)).toEqual([
      "maxmemory preflight: 67108864 bytes are used: keys would be evicted, or writes refused",
    ]);
  });

  it("is raised live only in a container that may use as much as the configuration gives it", () => {
    expect(maxmemory(128, 256)).toEqual(["maxmemory live"]);
    expect(maxmemory(128, 256, 1025)).toEqual([
      "maxmemory container: the container may use 1 GiB, and this needs 1025 MiB: the kernel would kill Redis",
    ]);
    expect(maxmemory(256, 128, 1025)).toEqual(["maxmemory live"]);
  });

  it("is set live where there was none, since that is less", () => {
    expect(maxmemory(0, 128, 1025)).toEqual(["maxmemory live"]);
  });
});

test("what decides which data is kept waits for preflight", () => {
  const policy = (from: string, to: string) =>
    changesOf({ "maxmemory-policy": from }, { "maxmemory-policy": to });
  expect(policy("noeviction", "allkeys-lru")).toEqual([
    "maxmemory-policy preflight: keys that nothing evicts today would be evicted",
  ]);
  expect(policy("allkeys-lru", "noeviction")).toEqual(["maxmemory-policy live"]);
  expect(changesOf({ save: "3600 1" }, { save: "60 1" })).toEqual(["save live"]);
  expect(changesOf({ save: "" }, { save: "60 1" })).toEqual(["save live"]);
  expect(changesOf({ save: "3600 1" }, { save: "" })).toEqual([
    "save preflight: no snapshot would be written any more, at SIGTERM neither",
  ]);
  for (const [from, to] of [
    ["yes", "no"],
    ["no", "yes"],
  ] as const) {
    expect(changesOf({ appendonly: from }, { appendonly: to })).toEqual([
      "appendonly preflight: which files hold the data changes with it",
    ]);
  }
});

test("users, names of commands and the password come with a new container", () => {
  const running =
    'requirepass "@secret:a@"\nuser backup on -@all +ping\nrename-command CONFIG OPS_CONFIG\nhz 10\n';
  const configured =
    'requirepass "@secret:a@"\nuser backup on -@all +ping +info\nrename-command KEYS ""\nhz 20\n';
  const reason = "container: Redis reads it at its start alone";
  expect(changesOf({}, {}, { redisConf: { running, configured } })).toEqual([
    `rename-command CONFIG ${reason}`,
    `rename-command KEYS ${reason}`,
    `user backup ${reason}`,
  ]);
});

test("no server is asked for a password", () => {
  const known = new Map(["hz", "requirepass", "masterauth", "tls-key-file-pass"].map((name) => [name, ""]));
  expect(directivesToAsk(known)).toEqual(["hz"]);
});
