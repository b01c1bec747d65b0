import type { Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { eventually } from "../support/eventually";
import { intactKeys, writeKeys } from "../support/keys";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** What the running container is like, seen from inside and by the engine. */

/** Without the append-only file, which no gate asks for then, only a save at the stop keeps what was written before. */
const rdbOnly = (service: Service): Service => ({
  ...service,
  stores: service.stores.map((store) => ({ ...store, lossAcceptable: true })),
  persistence: { appendonly: false, save: [{ after: "1 h", changes: 1 }] },
});

const CASES = [
  { id: "dev-cache-dev", service: rdbOnly(devCache), environment: "dev" },
  { id: "sentra-portal-prod", service: rdbOnly(sentraPortal), environment: "prod" },
] as const;

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

describe.each(CASES)("$id", ({ service, environment }) => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await TestStack.deploySmall(scratch, service, environment);
  }, 120_000);

  const shell = async (script: string) => {
    const { stdout, stderr } = await stack.exec("sh", "-c", script);
    return (stdout + stderr).trim();
  };

  /** A line of the kernel's description of process 1. */
  const statusOfProcess1 = async (field: string) => {
    const line = await shell(`grep '^${field}:' /proc/1/status`);
    return line.split(/\s+/).slice(1).join(" ");
  };

  it("runs redis-server as process 1", async () => {
    expect(await statusOfProcess1("Name")).toBe("redis-server");
    expect((await shell("tr '\\0' ' ' </proc/1/cmdline")).split(" ")[0]).toBe("redis-server");
  });

  it("runs it as 999:1000 with no other group", async () => {
    expect(await statusOfProcess1("Uid")).toBe("999 999 999 999");
    expect(await statusOfProcess1("Gid")).toBe("1000 1000 1000 1000");
  });

  it.each(["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])("has no capability in %s", async (field) => {
    expect(await statusOfProcess1(field)).toBe("0000000000000000");
  });

  it("cannot gain privileges", async () => {
    expect(await statusOfProcess1("NoNewPrivs")).toBe("1");
  });

  it("has a root file system that cannot be written, and a volume that can", async () => {
    expect(await shell("touch /tmp/here")).toContain("Read-only file system");
    expect(await shell("awk '$2 == \"/\" { print substr($4, 1, 2) }' /proc/1/mounts")).toBe("ro");
    expect(await shell("touch /data/here && rm /data/here && echo written")).toBe("written");
  });

  it("keeps redis.conf in memory, where only Redis can read it", async () => {
    const folder = "/usr/local/etc/redis";
    expect(await shell(`stat -c '%a %u:%g' ${folder}/redis.conf`)).toBe("600 999:1000");
    expect(await shell(`stat -c '%u:%g' ${folder}`)).toBe("999:1000");
    const [type, options] = (await shell(`awk '$2 == "${folder}" { print $3, $4 }' /proc/1/mounts`)).split(
      " ",
    );
    expect(type).toBe("tmpfs");
    expect(options?.split(",")).toEqual(expect.arrayContaining(["noexec", "nosuid", "size=1024k"]));
  });

  it("is started again by Docker unless somebody stopped it, and its log cannot fill the disk", async () => {
    const { SHUTDOWN = "SHUTDOWN" } = stack.props.server.renamedCommands;
    await stack.redis(SHUTDOWN, "NOSAVE");
    const { RestartCount, State, HostConfig } = await eventually(
      () => stack.container.inspect(),
      (info) => info.RestartCount > 0 && info.State.Health?.Status === "healthy",
    );
    expect({ RestartCount, health: State.Health?.Status }).toEqual({ RestartCount: 1, health: "healthy" });
    expect(HostConfig.LogConfig).toEqual({
      Type: "json-file",
      Config: { "max-size": "10m", "max-file": "3" },
    });
  });

  it("stops within a second when idle, cleanly, and has saved what was written", async () => {
    await writeKeys(stack, 1000);
    const started = Date.now();
    await stack.container.stop();
    const { State } = await stack.container.inspect();
    expect(State).toMatchObject({ ExitCode: 0, Running: false });
    expect(new Date(State.FinishedAt).getTime() - started).toBeLessThan(1000);

    await stack.container.start();
    await stack.becomeHealthy();
    expect(await intactKeys(stack, 1000)).toBe(1000);
  });
});
