import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./stack-fixtures";

/** What `npm run lint` would say of files with these texts; empty when it finds nothing to change. */
export function lintOf(texts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-lint-"));
  try {
    for (const [name, text] of Object.entries(texts)) {
      writeFileSync(join(folder, name), text);
    }
    const biome = join(repository, "node_modules", ".bin", "biome");
    const { status, stdout, stderr } = spawnSync(
      biome,
      [
        "check",
        `--config-path=${join(repository, "biome.json")}`,
        "--vcs-enabled=false",
        "--error-on-warnings",
        ".",
      ],
      { cwd: folder, encoding: "utf8" },
    );
    if (!stdout.includes(`Checked ${Object.keys(texts).length} file`)) {
      throw new Error(`not every file was checked:\n${stdout}${stderr}`);
    }
    return status === 0 ? "" : stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
