import { sentraPortal } from "../../config/services/sentra-portal";
import { SECRET_FILES } from "../../core/redis-conf";
import { writeVolume } from "../../ops/volume-files";
import { type Diagnosed, diagnosed, follow } from "../support/diagnosed";
import { eventually } from "../support/eventually";
import { edited } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** Incidents that are made on a real stack of production: found first, and mended by the commands that are printed. */

let scratch: Scratch;
let stack: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, sentraPortal, "prod");
  await stack.redis("SET", "session:1", "alice");
}, 120_000);

afterAll(() => scratch.remove());

/** Puts another password into a file of the stack's secrets, as a careless copy does. */
const replacePassword = (name: string, content: string) => {
  const { auth } = stack.props.server;
  const volume = auth.mode === "none" ? "" : auth.secretsVolume;
  return writeVolume(scratch.docker, volume, [{ name, content, uid: 999, gid: 1000, mode: 0o400 }]);
};

/** Nothing is found, with what was there before. What is slow is the machine's affair, on which other tests run. */
async function isMended(): Promise<void> {
  const wrong = ({ findings }: Diagnosed) => findings.filter(({ id }) => !id.startsWith("slow-commands/"));
  const found = await eventually(
    () => diagnosed(stack),
    (one) => wrong(one).length === 0,
  );
  expect(wrong(found).map(({ id, saw }) => `${id}: ${saw}`)).toEqual([]);
  expect(found.exitCode).toBe(found.findings.length === 0 ? 0 : 1);
  expect(await stack.redis("GET", "session:1")).toBe("alice");
}

const idsOf = ({ findings }: Diagnosed) => findings.map(({ id }) => id);

it("finds nothing wrong with a stack that was just deployed", isMended);

it("finds a container that was stopped, and the way back", async () => {
  await stack.container.stop();
  const found = await diagnosed(stack);
  expect(found).toMatchObject({ exitCode: 1, healthy: false });
  expect(idsOf(found)[0]).toBe("stopped/exited");
  await follow(found.findings[0], "docker start");
  await isMended();
});

it("finds a process that was stopped by a signal, which answers no probe, and lets it go on", async () => {
  await stack.container.kill({ signal: "SIGSTOP" });
  const found = await diagnosed(stack);
  expect(idsOf(found)[0]).toBe("unresponsive/stopped-process");
  await follow(found.findings[0], "docker exec");
  await isMended();
}, 30_000);

it("finds password files that are not what the server was started with", async () => {
  await replacePassword(SECRET_FILES.ops, "another-password-of-ops");
  const found = await diagnosed(stack);
  expect(idsOf(found)[0]).toBe("access-denied/ops-refused");
  await follow(found.findings[0], "docker restart");
  await isMended();

  await replacePassword(SECRET_FILES.default, "another-password-of-clients");
  const changed = await diagnosed(stack);
  expect(idsOf(changed)[0]).toBe("access-denied/file-changed");
  await follow(changed.findings[0], "docker restart");
  await isMended();
}, 30_000);

it("finds a volume that cannot be written behind the failure to save, and mends it without a restart", async () => {
  await stack.exec("chmod", "500", "/data");
  await stack.redis("BGSAVE");
  await eventually(
    () => stack.redis("INFO", "persistence"),
    (text) => text.includes("rdb_last_bgsave_status:err"),
  );
  const found = await diagnosed(stack);
  expect(idsOf(found)[0]).toBe("disk-full/unwritable");
  const failure = found.findings.find(({ id }) => id === "persistence-failure/misconf");
  expect(failure?.because).toBe("disk-full/unwritable");
  await follow(found.findings[0], "docker run");
  await follow(found.findings[0], "docker exec");
  await isMended();
});

it("says of a stack that was never deployed that it is not, and makes nothing", async () => {
  const { service } = stack.resolved;
  const other = new TestStack(scratch, edited(service, { containerName: `${scratch.prefix}-never` }));
  const before = await scratch.inEngine();
  const found = await diagnosed(other);
  expect(found).toMatchObject({ exitCode: 1, healthy: false });
  expect(idsOf(found)[0]).toBe("stopped/not-deployed");
  expect(await scratch.inEngine()).toEqual(before);
});
