import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { repository } from "../../support/stack-fixtures";

/** MiB that go through `encode` and `decode`. */
const LENGTH = process.env.SOAK === "1" ? 1024 : 192;

/** MiB: what Node.js, the packages, four frames in flight and their results take, whatever the length. */
const MOST = 320;

test(`a backup of ${LENGTH} MiB passes through both in less than ${MOST} MiB of memory`, async () => {
  const program = join(repository, "__tests__", "support", "backup-through-memory.ts");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", program, String(LENGTH)],
    {
      cwd: repository,
      timeout: 600_000,
    },
  );
  const { bytes, peak } = JSON.parse(stdout) as { bytes: number; peak: number };
  expect(bytes).toBe(LENGTH * 1024 * 1024);
  expect(peak).toBeLessThan(MOST);
}, 600_000);
