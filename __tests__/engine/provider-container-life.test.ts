import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { container, ProviderScratch, SLOW_GOODBYE } from "../support/provider-scratch";

/** What the stand-in does to a container: its end, its health, an interrupted wait, an update in place. */

let lab: ProviderScratch;

beforeAll(async () => {
  lab = await ProviderScratch.create();
}, 120_000);

afterAll(() => lab.remove());

describe("the end of a container", () => {
  async function end(grace: Readonly<Record<string, unknown>>): Promise<string> {
    const name = lab.unique("end");
    const terraform = await lab.folder();
    const volumes = [{ volume_name: name, container_path: "/data" }];
    const healthcheck = [{ test: ["CMD", "test", "-f", "/data/up"], interval: "1s" }];
    await terraform.write(
      container({ name, command: SLOW_GOODBYE, volumes, healthcheck, wait: true, ...grace }),
    );
    await terraform.apply();
    await terraform.apply("-destroy");
    return lab.printed(name, "ls", "/data");
  }

  it("waits for the process when destroy_grace_seconds is set", async () => {
    expect(await end({ destroy_grace_seconds: 20 })).toMatch(/^bye\s+up$/);
  }, 60_000);

  it("kills the process when it is not set, whatever stop_timeout says", async () => {
    expect(await end({ stop_timeout: 20 })).toBe("up");
  }, 60_000);
});

describe("a container that does not become healthy", () => {
  it("fails the apply, is tainted, and is replaced by the next one", async () => {
    const name = lab.unique("sick");
    const terraform = await lab.folder();
    const healthcheck = [{ test: ["CMD", "false"], interval: "1s", retries: 100 }];
    const sick = { name, command: ["sleep", "600"], healthcheck, wait: true, wait_timeout: 2 };
    await terraform.write(container(sick));
    const { exitCode, stderr } = await terraform.run("apply", "-auto-approve");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "docker_container.wait_timeout: got a container that is running, starting after 2 s, expected healthy. " +
        `Fix: read \`docker logs ${name}\`, or allow more time.`,
    );
    expect((await terraform.state())[0]?.instances[0]?.status).toBe("tainted");
    expect((await terraform.changes())[0]?.action_reason).toBe("replace_because_tainted");
    await terraform.write(container({ ...sick, wait: false }));
    await terraform.apply();
    expect(await terraform.plan()).toEqual({});
  }, 60_000);

  it("says so at once when it has no healthcheck to wait for", async () => {
    const terraform = await lab.folder();
    await terraform.write(container({ name: lab.unique("blind"), command: ["sleep", "600"], wait: true }));
    const { stderr } = await terraform.run("apply", "-auto-approve");
    expect(stderr).toContain(
      "docker_container.wait: got true, expected false for a container with no healthcheck.",
    );
  });
});

describe("a Terraform that is interrupted", () => {
  it("waits no longer, and knows what it has left behind", async () => {
    const name = lab.unique("interrupted");
    const terraform = await lab.folder();
    const healthcheck = [{ test: ["CMD", "false"], interval: "1s" }];
    await terraform.write(
      container({ name, command: ["sleep", "600"], healthcheck, wait: true, wait_timeout: 600 }),
    );
    const apply = terraform.start("apply", "-auto-approve");
    while (!(await isRunning(name))) {
      await sleep(100);
    }
    apply.kill("SIGINT");
    const [code] = await once(apply, "close");
    expect(code).toBe(1);
    expect((await terraform.state())[0]?.instances[0]).toMatchObject({ status: "tainted" });
  }, 30_000);

  async function isRunning(name: string): Promise<boolean> {
    const filters = { name: [name], status: ["running"] };
    return (await lab.docker.listContainers({ filters })).length > 0;
  }
});

describe("an update in place", () => {
  it("reaches the running container", async () => {
    const name = lab.unique("live");
    const terraform = await lab.folder();
    const before = { name, command: ["sleep", "600"], memory: 64, memory_swap: 64, restart: "no" };
    await terraform.write(container(before));
    await terraform.apply();
    const { id } = await terraform.attributes("docker_container.it");
    const live = { memory: 96, memory_swap: 96, memory_reservation: 32, cpu_shares: 512, cpu_set: "0" };
    await terraform.write(container({ ...before, ...live, restart: "unless-stopped" }));
    await terraform.apply();
    const { Id, HostConfig } = await lab.docker.getContainer(name).inspect();
    expect(Id).toBe(id);
    expect(HostConfig).toMatchObject({
      Memory: 96 * 1024 ** 2,
      MemorySwap: 96 * 1024 ** 2,
      MemoryReservation: 32 * 1024 ** 2,
      CpuShares: 512,
      CpusetCpus: "0",
      RestartPolicy: { Name: "unless-stopped" },
    });
    expect(await terraform.plan()).toEqual({});
  });

  it.each([
    ["init", { init: true }],
    ["tmpfs", { tmpfs: { "/scratch": "rw,size=2m" } }],
    ["healthcheck", { healthcheck: [{ test: ["CMD", "true"], interval: "1m0s" }] }],
  ])("of %s does nothing, and is planned again", async (_name, change) => {
    const before = {
      name: lab.unique("phantom"),
      command: ["sleep", "600"],
      tmpfs: { "/scratch": "rw,size=1m" },
    };
    const given = { ...before, healthcheck: [{ test: ["CMD", "true"], interval: "1h0m0s" }] };
    const terraform = await lab.folder();
    await terraform.write(container(given));
    await terraform.apply();
    await terraform.write(container({ ...given, ...change }));
    await terraform.apply();
    expect(await terraform.plan()).toEqual({ "docker_container.it": { actions: ["update"] } });
  });
});
