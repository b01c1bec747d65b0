import { DirectoryStore } from "../../ops/backup/directory-store";
import { dockerEngine } from "../../ops/docker-engine";
import { repairAof } from "../../ops/restore/repair-aof";
import type { RestoreRun } from "../../ops/restore/replace-data";
import { storeBackup } from "../support/manifests";
import { shopStack, unchecked } from "../support/stack-fixtures";
import { temporaryFolder } from "../support/temporary-folder";

const path = temporaryFolder();

/** A run on a stopped server of snapshots: nothing but its facts can be asked, so that a change would fail. */
function repairOfSnapshots(at: string): Promise<unknown> {
  const resolved = shopStack("prod");
  const stack = { ...resolved, props: { ...resolved.props, backups: { at } } };
  const run = unchecked<RestoreRun>({
    docker: dockerEngine({}),
    target: { id: stack.id, containerName: "shop-prod", appendonly: false },
    present: { isHalfExchanged: false },
  });
  return repairAof(run, stack);
}

test("a damaged snapshot cannot be repaired: the newest backup is named, or that there is none", async () => {
  const refused =
    "1 problem, nothing was changed\n  --repair: got dump.rdb, which shop-prod keeps its data in, " +
    "expected an append-only set: of a damaged snapshot, nothing can be relied on. Fix: ";
  await expect(repairOfSnapshots(path("none"))).rejects.toThrow(
    `${refused}there is no backup; bin/redis-ops restore shop-prod --empty starts with no data and keeps the files.`,
  );
  await storeBackup(new DirectoryStore(path("some"), "/"), "20261120T120000Z-0001");
  const { id } = await storeBackup(new DirectoryStore(path("some"), "/"), "20261121T120000Z-0002");
  await expect(repairOfSnapshots(path("some"))).rejects.toThrow(
    `${refused}bin/redis-ops restore shop-prod --from ${id}, the newest backup, `,
  );
});
