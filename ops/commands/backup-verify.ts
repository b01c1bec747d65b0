import type { ResolvedStack } from "../../config/resolve-stack";
import { keysText } from "../amounts";
import { readIdentities } from "../backup/decode";
import { isExpectedFailure, tellingFailures } from "../backup/failures";
import { chooseBackup, type FoundBackup, findBackups, passedOver } from "../backup/find-backups";
import { readingStores } from "../backup/open-store";
import { type Verifier, verifyBackup } from "../backup/verify-backup";
import { watching } from "../backup/watch";
import { connectEngine } from "../docker-engine";
import { engineImage } from "../engine-image";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";

export interface BackupVerifyOptions {
  /** An id, its beginning, `latest` or `all`. */
  readonly id: string;
  readonly at?: string;
  /** Path of a file with secret keys of age. */
  readonly identity?: string;
  readonly json: boolean;
}

interface Verdict {
  readonly id: string;
  readonly where: string;
  readonly good: boolean;
  readonly saw: string;
}

/** `redis-ops backup verify`: reads backups whole. Exit code 1 when one is not good, or there is none. */
export function backupVerify(
  stack: ResolvedStack,
  options: BackupVerifyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return tellingFailures(`the backups of ${stack.id} are not known`, "try again", terminal, async () => {
    const identities = options.identity === undefined ? [] : readIdentities(options.identity);
    const docker = await connectEngine(stack.props.docker);
    const found = await findBackups(readingStores(stack, options.at, docker), stack.id);
    const chosen = options.id === "all" ? found.good : [chooseBackup(found, options.id, "--id")];
    const verdicts: Verdict[] =
      options.id === "all"
        ? found.broken.map(({ store, id, problem }) => ({
            id,
            where: store.where,
            good: false,
            saw: problem,
          }))
        : [];
    const image = await engineImage(docker, stack.props.server);
    for (const backup of chosen) {
      const watch = watching(`reading ${backup.manifest.id}`, terminal);
      verdicts.push(await judge(backup, { docker, image, identities, watch }));
    }
    for (const line of [...found.failures.map(({ message }) => message), ...passedOver(found, options.id)]) {
      terminal.err(line);
    }
    if (chosen.length === 0 && verdicts.length === 0) {
      terminal.err(
        `${stack.id} has no backup${found.failures.length > 0 ? " where something answered" : ""}`,
      );
    }
    const isGood = chosen.length > 0 && found.failures.length === 0 && verdicts.every(({ good }) => good);
    report(stack.id, verdicts, isGood, options.json, terminal);
    return isGood ? ExitCode.ok : ExitCode.unhealthy;
  });
}

async function judge(backup: FoundBackup, verifier: Verifier): Promise<Verdict> {
  const { store, manifest } = backup;
  const verdict = { id: manifest.id, where: store.where };
  try {
    const looked = await verifyBackup(backup, verifier);
    const saw =
      looked === "content"
        ? `${manifest.kind === "rdb" ? `${manifest.keys === undefined ? "keys not known" : keysText(manifest.keys.total)}, ` : ""}checksums, redis-check-${manifest.kind} of the engine`
        : "the stored bytes are those of the manifest; they are encrypted, and nothing else was looked at. Give --identity FILE for the rest";
    return { ...verdict, good: true, saw };
  } catch (error) {
    if (!isExpectedFailure(error)) {
      throw error;
    }
    return { ...verdict, good: false, saw: error.message };
  }
}

function report(
  stack: string,
  verdicts: readonly Verdict[],
  isGood: boolean,
  asJson: boolean,
  terminal: Terminal,
): void {
  if (asJson) {
    terminal.out(json({ stack, good: isGood, backups: verdicts }));
  } else {
    for (const { id, where, good, saw } of verdicts) {
      terminal.out(`${good ? "ok  " : "BAD "}  ${id} in ${where}: ${saw}`);
    }
  }
  if (!isGood) {
    const isDamaged = verdicts.some(({ good }) => !good);
    terminal.err(
      `Next: bin/redis-ops backup create ${stack}${isDamaged ? ", and find out what damaged the other" : ""}`,
    );
  }
}
