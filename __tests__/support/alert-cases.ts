import type { AlertCase } from "./alert-case";
import { backupAlertCases } from "./backup-alert-cases";
import { capacityAlertCases } from "./capacity-alert-cases";
import { serverAlertCases } from "./server-alert-cases";

/** Every alert: when it fires, when it does not, when it stops. */
export const alertCases: readonly AlertCase[] = [
  ...serverAlertCases,
  ...capacityAlertCases,
  ...backupAlertCases,
];
