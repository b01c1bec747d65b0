import { createHash } from "node:crypto";
import { Duration } from "../../core/duration";
import type { BackupScheduleProps } from "../../core/redis-stack-props";
import { backupScript, shopStack } from "../support/stack-fixtures";
import {
  containerOf,
  redisConfOf,
  type ShopOptions,
  synthShop,
  synthStack,
} from "../support/synthesized-stack";

const inDev: ShopOptions = { deployment: { backups: {} } };
const backup = (kind: "dev" | "prod", options?: ShopOptions) =>
  containerOf(synthShop(kind, options), "redis_backup");

describe("the scheduled backup", () => {
  it("does not exist where it is off, and neither do its volumes", () => {
    const { resource } = synthShop("prod", {
      deployment: { backups: "off" },
      environment: { gates: "warn" },
    });
    expect(Object.keys(resource.docker_container)).toEqual(["redis", "redis_exporter"]);
    expect(Object.keys(resource.docker_volume).sort()).toEqual([
      "exporter_secrets",
      "redis_data",
      "redis_secrets",
    ]);
  });

  it("is as hardened as the server, and of the same image and user", () => {
    const { read_only, capabilities, security_opts, user, image, restart } = backup("prod");
    const server = containerOf(synthShop("prod"));
    expect({ read_only, capabilities, security_opts, user, image, restart }).toEqual({
      read_only: true,
      capabilities: { drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
      user: "999:1000",
      image: server.image,
      restart: "unless-stopped",
    });
  });

  it("is told server, stack, schedule, room to leave, version, configuration and port, and no password", () => {
    const { command, env } = backup("prod");
    const conf = redisConfOf(synthShop("prod"));
    expect(command.slice(0, 2)).toEqual(["sh", "-c"]);
    expect(command.slice(3)).toEqual([
      "redis-backup",
      "shop-prod",
      "shop-prod",
      "21600",
      "12",
      "259200",
      "268435456",
      "7.4.11",
      createHash("sha256").update(conf).digest("hex"),
      "9122",
    ]);
    expect(env).toBeUndefined();
  });

  it("runs the script without its comments", () => {
    const [, , text = ""] = backup("prod").command;
    const code = backupScript
      .split("\n")
      .filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
    expect(text.replaceAll("$${", "${").split("\n")).toEqual(code);
  });

  it("has as much memory as the largest key may take", () => {
    expect(backup("prod")).toMatchObject({ memory: 320, memory_swap: 320 });
    expect(backup("prod", { deployment: { memory: { maxmemory: "1048577 B" } } })).toMatchObject({
      memory: 66,
    });
  });

  it("is in the service's network only, and publishes nothing", () => {
    expect(backup("prod").networks_advanced).toEqual([{ name: `\${docker_network.network.id}` }]);
    expect(backup("prod")).not.toHaveProperty("ports");
  });

  it("writes to a volume of its own, and cannot write its password or read the server's", () => {
    expect(backup("prod").volumes).toEqual([
      { container_path: "/data", volume_name: `\${docker_volume.redis_backups.name}` },
      {
        container_path: "/run/secrets",
        read_only: true,
        volume_name: `\${docker_volume.backup_secrets.name}`,
      },
    ]);
    const { redis_backups, backup_secrets } = synthShop("prod").resource.docker_volume;
    expect([redis_backups?.name, backup_secrets?.name]).toEqual([
      "shop-prod-backups",
      "shop-prod-backup-secrets",
    ]);
  });

  it("needs no password where the server asks for none", () => {
    expect(backup("dev", inDev).volumes).toEqual([
      { container_path: "/data", volume_name: `\${docker_volume.redis_backups.name}` },
    ]);
    expect(Object.keys(synthShop("dev", inDev).resource.docker_volume).sort()).toEqual([
      "redis_backups",
      "redis_data",
    ]);
  });

  it("is healthy while a backup is not older than two intervals and ten minutes", () => {
    expect(backup("prod").healthcheck).toEqual({
      test: ["CMD-SHELL", "find /data -name '*Z-????.json' -mmin -730 | grep -q ."],
      interval: "1m0s",
      timeout: "10s",
      retries: 3,
      start_period: "10m0s",
    });
  });

  it("starts after the server, which it finds under its container's name", () => {
    const { command, depends_on } = backup("dev", {
      deployment: { ...inDev.deployment, containerName: "basket" },
    });
    expect(depends_on).toEqual(["docker_container.redis"]);
    expect(command.slice(4, 6)).toEqual(["basket", "shop-dev"]);
  });

  it("is deployed with every value of its schedule", () => {
    const { id, props } = shopStack("prod");
    const other: Required<BackupScheduleProps> = {
      containerName: "other",
      volumeName: "other-backups",
      secretsVolume: "other-secrets",
      every: Duration.seconds(301),
      keepLast: 9,
      keepFor: Duration.seconds(9),
    };
    const { schedule } = props.backups;
    if (schedule === undefined) {
      throw new Error("shop-prod has no schedule");
    }
    const deployed = (own: Partial<BackupScheduleProps>) =>
      JSON.stringify(
        synthStack(id, { ...props, backups: { ...props.backups, schedule: { ...schedule, ...own } } })
          .resource,
      );
    const before = deployed({});
    const lost = Object.entries(other).filter(([name, value]) => deployed({ [name]: value }) === before);
    expect(lost).toEqual([]);
  });
});
