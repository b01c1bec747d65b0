import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { healthcheckCommand } from "../../core/healthcheck-command";

const PASSWORD = { mode: "requirepass", secretsVolume: "shop-prod-secrets" } as const;

describe("the command of the health check", () => {
  it("logs in as nobody where no password is asked for", () => {
    expect(healthcheckCommand({ mode: "none" })).toBe("redis-cli -e ping | grep -qx PONG");
  });

  it("logs in as a user who may only ping where one is, and holds no secret", () => {
    expect(healthcheckCommand(PASSWORD)).toBe(
      "redis-cli -e --no-auth-warning -u redis://health:x@127.0.0.1:6379 ping | grep -qx PONG",
    );
  });
});

describe("the health check", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "redis-on-docker-health-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Exit code of the check where `redis-cli` prints `reply` and exits 0, as it does on errors too. */
  function exitCode(reply: string): number {
    const cli = join(folder, "redis-cli");
    writeFileSync(cli, `#!/bin/sh\nprintf '%s\\n' '${reply}'\n`);
    chmodSync(cli, 0o755);
    try {
      execFileSync("sh", ["-c", healthcheckCommand(PASSWORD)], {
        env: { PATH: `${folder}:${process.env.PATH}` },
      });
      return 0;
    } catch (error) {
      return (error as { status: number }).status;
    }
  }

  it("is healthy when the reply is PONG and nothing else", () => {
    expect(exitCode("PONG")).toBe(0);
  });

  it.each([
    "NOAUTH Authentication required.",
    "WRONGPASS invalid username-password pair or user is disabled.",
    "LOADING Redis is loading the dataset in memory",
    "NOPERM this user has no permissions to run the ping command",
    "PONG PONG",
    "",
  ])("is not healthy when the reply is %j", (reply) => {
    expect(exitCode(reply)).toBe(1);
  });
});
