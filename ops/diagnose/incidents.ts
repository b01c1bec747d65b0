import type { Incident } from "./incident";
import { accessDenied } from "./incidents/access-denied";
import { backupOverdue } from "./incidents/backup-overdue";
import { blockedClients } from "./incidents/blocked-clients";
import { cannotStart } from "./incidents/cannot-start";
import { dataCorruption } from "./incidents/data-corruption";
import { diskFull } from "./incidents/disk-full";
import { evictions } from "./incidents/evictions";
import { exporterAbsent } from "./incidents/exporter-absent";
import { hitRatio } from "./incidents/hit-ratio";
import { hungScript } from "./incidents/hung-script";
import { memoryExhaustion } from "./incidents/memory-exhaustion";
import { outOfMemoryKill } from "./incidents/out-of-memory-kill";
import { persistenceFailure } from "./incidents/persistence-failure";
import { rejectedConnections } from "./incidents/rejected-connections";
import { replication } from "./incidents/replication";
import { slowCommands } from "./incidents/slow-commands";
import { stopped } from "./incidents/stopped";
import { unresponsive } from "./incidents/unresponsive";

/** Every procedure; what causes others first. Of equally bad findings, that of the earlier one is printed first. */
export const INCIDENTS: readonly Incident[] = [
  diskFull,
  outOfMemoryKill,
  dataCorruption,
  cannotStart,
  stopped,
  hungScript,
  accessDenied,
  rejectedConnections,
  unresponsive,
  persistenceFailure,
  replication,
  memoryExhaustion,
  evictions,
  slowCommands,
  blockedClients,
  hitRatio,
  backupOverdue,
  exporterAbsent,
];
