import { REPLACEMENT_LABEL } from "../../constructs/hardened-container";
import { shopStack, startScript, template } from "../support/stack-fixtures";
import {
  containerOf,
  labelOf,
  redisConfOf,
  type ShopOptions,
  synthShop,
  synthStack,
} from "../support/synthesized-stack";

const server = (kind: "dev" | "prod", options?: ShopOptions) => containerOf(synthShop(kind, options));

const label = (options?: ShopOptions) => labelOf(server("dev", options), REPLACEMENT_LABEL);

describe("the Redis container", () => {
  it("runs as the image's Redis user with a root file system that nobody can write", () => {
    const { user, read_only, capabilities, security_opts, tmpfs } = server("prod");
    expect({ user, read_only, capabilities, security_opts, tmpfs }).toEqual({
      user: "999:1000",
      read_only: true,
      capabilities: { drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
      tmpfs: { "/usr/local/etc/redis": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000" },
    });
  });

  it("is limited to the memory of its stack, without swap", () => {
    const { memory, memory_swap } = server("dev", { deployment: { memory: { limit: "1 GiB" } } });
    expect([memory, memory_swap]).toEqual([1024, 1024]);
  });

  it("is left some memory when the host is short, only where the service says so", () => {
    const memory = { limit: "1 GiB", reservation: "512 MiB" } as const;
    expect(server("dev", { deployment: { memory } })).toMatchObject({ memory_reservation: 512 });
    expect(server("dev")).not.toHaveProperty("memory_reservation");
  });

  it("is started again after it has ended, as the service says", () => {
    expect(server("dev").restart).toBe("unless-stopped");
    expect(server("dev", { service: { restart: "on-failure" } }).restart).toBe("on-failure");
  });

  it("has the time that its environment gives it to write its data", () => {
    const { destroy_grace_seconds, stop_timeout } = server("dev", { environment: { stopTimeout: "45 s" } });
    expect([destroy_grace_seconds, stop_timeout]).toEqual([45, 45]);
  });

  it("joins its network by id, under the host names of the service", () => {
    expect(server("dev", { deployment: { aliases: ["cache", "redis"] } }).networks_advanced).toEqual([
      { name: `\${docker_network.network.id}`, aliases: ["cache", "redis"] },
    ]);
  });

  it("publishes its port on loopback only", () => {
    expect(server("dev", { deployment: { hostPort: 6390 } }).ports).toEqual([
      { internal: 6379, external: 6390, ip: "127.0.0.1" },
    ]);
  });

  it.each(["192.0.2.7", "0.0.0.0", "::1"])("publishes its port on %s where the service says so", (ip) => {
    expect(server("dev", { deployment: { hostPort: 6390, hostAddress: ip } }).ports).toEqual([
      { internal: 6379, external: 6390, ip },
    ]);
  });

  it.each(["dev", "prod"] as const)("publishes no port in %s unless it is asked to", (kind) => {
    expect(server(kind)).not.toHaveProperty("ports");
  });

  it("is limited in CPUs only where the service says so", () => {
    expect(server("dev", { deployment: { cpus: 1.5 } }).cpus).toBe("1.5");
    expect(server("dev")).not.toHaveProperty("cpus");
  });

  it("has another weight than the others when CPUs are short only where the service says so", () => {
    expect(server("dev", { deployment: { cpuShares: 512 } }).cpu_shares).toBe(512);
    expect(server("dev")).not.toHaveProperty("cpu_shares");
  });

  it("keeps its data in the volume, and gets no secrets without a password", () => {
    expect(server("dev").volumes).toEqual([
      { container_path: "/data", volume_name: `\${docker_volume.redis_data.name}` },
    ]);
  });

  it("reads the secrets from a volume that it cannot write", () => {
    expect(server("prod").volumes).toEqual([
      { container_path: "/data", volume_name: `\${docker_volume.redis_data.name}` },
      {
        container_path: "/run/secrets",
        read_only: true,
        volume_name: `\${docker_volume.redis_secrets.name}`,
      },
    ]);
  });

  it("gets no environment variable, where a password could be seen", () => {
    expect(server("prod")).not.toHaveProperty("env");
  });
});

describe("the health check", () => {
  it("has durations as Go prints them, or every plan would show a change", () => {
    const healthcheck = { interval: "90 s", timeout: "10 s", retries: 5, startPeriod: "1 h" } as const;
    expect(server("dev", { service: { healthcheck } }).healthcheck).toEqual({
      test: ["CMD-SHELL", "redis-cli -e ping | grep -qx PONG"],
      interval: "1m30s",
      timeout: "10s",
      retries: 5,
      start_period: "1h0m0s",
    });
  });

  it("logs in as a user who may only ping where a password is asked for", () => {
    expect(server("prod").healthcheck).toMatchObject({
      test: [
        "CMD-SHELL",
        "redis-cli -e --no-auth-warning -u redis://health:x@127.0.0.1:6379 ping | grep -qx PONG",
      ],
    });
  });

  it("is waited for as long as a healthy start may take, and 30 s for the image", () => {
    const healthcheck = { interval: "10 s", retries: 2, startPeriod: "2 min" } as const;
    const { wait, wait_timeout } = server("dev", { service: { healthcheck } });
    expect({ wait, wait_timeout }).toEqual({ wait: true, wait_timeout: 120 + 10 * (2 + 1) + 30 });
  });

  it("replaces the container when it changes, through the label", () => {
    expect(label({ service: { healthcheck: { interval: "6 s" } } })).not.toBe(label());
  });

  it.each<[string, ShopOptions]>([
    ["a directive", { service: { directives: { "maxmemory-clients": "5%" } } }],
    ["the engine", { service: { engine: "redis-7.2" } }],
    ["memory within the same start period", { deployment: { memory: { maxmemory: "300 MiB" } } }],
    ["a port", { deployment: { hostPort: 6390 } }],
    ["the stop timeout", { environment: { stopTimeout: "60 s" } }],
  ])("does not replace the container through the label when only %s changes", (_, options) => {
    expect(label(options)).toBe(label());
  });
});

describe("the configuration in the command", () => {
  it("is the last argument of the start script", () => {
    const { command } = server("dev");
    expect(command).toHaveLength(5);
    expect(command.slice(0, 2)).toEqual(["sh", "-c"]);
    expect(command[3]).toBe("redis-start");
    expect(command[4]).toMatch(/^port 6379\nbind \* -::\*\n/);
  });

  it("arrives in Redis as it was written, dollars and braces included", () => {
    const value = `\${x} %{y} $z`;
    const { id, props } = shopStack("dev");
    const directives = { "proc-title-template": value };
    const conf = redisConfOf(synthStack(id, { ...props, server: { ...props.server, directives } }));
    expect(conf).toContain(`proc-title-template $\${x} %%{y} $z\n`);
  });

  it("changes nothing when a comment or a blank line of the template or the start script changes", () => {
    const changed = synthShop("prod", {
      template: `# a new comment\n\n${template.replaceAll("\n\n", "\n\n# and one here\n\n")}`,
      startScript: startScript.replace("set -eu\n", "# a new comment\n\n  # and one here\nset -eu\n"),
    });
    expect(changed).toEqual(synthShop("prod"));
  });

  it("changes when a line of the template or the start script changes", () => {
    const own = server("dev").command;
    const { command } = server("dev", {
      template: template.replace("port 6379", "port 6380"),
      startScript: startScript.replace("umask 077", "umask 027"),
    });
    expect(command.map((text, index) => text === own[index])).toEqual([true, true, false, true, false]);
  });

  it("is refused when template and values do not fit, since a construct can be used without config/", () => {
    const { id, props } = shopStack("dev");
    const build = () => synthStack(id, props, { template: `${template}\nappendonly {{appendfsnyc}}\n` });
    expect(build).toThrow(
      /^1 problem, nothing was changed\n {2}redis\.conf\.tpl:\d+: got \{\{appendfsnyc\}\}, /,
    );
  });
});
