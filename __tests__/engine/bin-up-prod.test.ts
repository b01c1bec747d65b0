import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ProjectCopy } from "../support/project-copy";
import { plainEnvironment } from "../support/run-program";

// One story: production, from a refused first deploy to a server that was removed and came back.
jest.setTimeout(15 * 60_000);

const SECRETS = ["redis_password", "redis_ops_password", "redis_backup_password", "redis_exporter_password"];
const PROTECTED = [
  "redis-data",
  "sentra-portal-prod-backup-secrets",
  "sentra-portal-prod-backups",
  "sentra-portal-prod-exporter-secrets",
  "sentra-portal-prod-secrets",
];

let copy: ProjectCopy;
let passwords: readonly string[];
const said: string[] = [];

beforeAll(async () => {
  copy = await ProjectCopy.make();
});
afterAll(() => copy.cleanUp());

const run = async (program: string, ...argv: readonly string[]) => {
  const result = await copy.run(program, argv);
  said.push(result.output);
  return result;
};

/** Runs a script in the server's container, where the secrets are. */
const inside = (script: string) =>
  execFileSync("docker", ["exec", copy.rename("sentra-redis"), "sh", "-c", script], {
    encoding: "utf8",
    env: plainEnvironment(),
  }).trim();

/** One command to Redis with the password of the service's clients. */
const asClient = (command: string) =>
  inside(`REDISCLI_AUTH=$(cat /run/secrets/redis_password) redis-cli --no-auth-warning ${command}`);

test("without secrets bin/up names each one that is missing and the command, and deploys nothing", async () => {
  const { exitCode, stdout, stderr } = await run("bin/up", "sentra-portal-prod");
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  for (const secret of [...SECRETS, "redis_exporter_passwords.json"]) {
    expect(stderr).toContain(copy.rename(`sentra-portal-prod secret ${secret}: got missing in volume `));
  }
  expect(stderr).toContain(copy.rename("bin/redis-ops secrets init sentra-portal-prod."));
  expect(copy.made()).toEqual({ containers: [], networks: [], volumes: [] });
});

test("bin/down asks for no secrets", async () => {
  const { exitCode, stdout, stderr } = await run("bin/down", "sentra-portal-prod");
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: copy.rename("down: sentra-portal-prod\n") });
  expect(stderr).toContain("nothing to remove");
});

test("after secrets init the same bin/up deploys it", async () => {
  const init = await run("bin/redis-ops", "secrets", "init", "sentra-portal-prod");
  expect(init.stderr).toBe("");
  expect(init.exitCode).toBe(0);
  const { exitCode, stdout } = await run("bin/up", "sentra-portal-prod");
  expect(exitCode).toBe(0);
  expect(stdout.trimEnd().split("\n").at(-1)).toBe(copy.rename("up: sentra-portal-prod"));
  passwords = SECRETS.map((file) => inside(`cat /run/secrets/${file}`));
  expect(asClient("SET greeting hello")).toBe("OK");
});

test("bin/down keeps the data and the secrets, and removes the rest", async () => {
  const { exitCode, stdout, stderr } = await run("bin/down", "sentra-portal-prod");
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: copy.rename("down: sentra-portal-prod\n") });
  expect(stderr).toContain(
    copy.rename(
      "kept the volumes sentra-portal-prod-backup-secrets sentra-portal-prod-exporter-secrets " +
        "sentra-portal-prod-backups redis-data sentra-portal-prod-secrets",
    ),
  );
  expect(copy.made()).toEqual({ containers: [], networks: [], volumes: PROTECTED.map(copy.rename) });
});

test("the next bin/up has the same data and the same passwords", async () => {
  const { exitCode } = await run("bin/up", "sentra-portal-prod");
  expect(exitCode).toBe(0);
  expect(asClient("GET greeting")).toBe("hello");
  expect(SECRETS.map((file) => inside(`cat /run/secrets/${file}`))).toEqual(passwords);
});

test("no command that looks at the stack, and no file in the project, has a password", async () => {
  for (const argv of [["config", "show"], ["connection"], ["secrets", "status"], ["verify"], ["preflight"]]) {
    const { exitCode } = await run("bin/redis-ops", ...argv, "sentra-portal-prod");
    expect(exitCode).toBe(0);
  }
  const files = ["state", "cdktf.out", ".lab"].flatMap((folder) => filesBelow(join(copy.directory, folder)));
  expect(files.some((file) => file.endsWith(".tfstate"))).toBe(true);
  for (const text of [...said, ...files.map((file) => readFileSync(file, "latin1"))]) {
    for (const password of passwords) {
      expect(password).toHaveLength(48);
      expect(text.includes(password)).toBe(false);
    }
  }
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
