import type { AlertCase } from "./alert-case";
import { availabilityAlertCases } from "./availability-alert-cases";
import { backupAlertCases } from "./backup-alert-cases";
import { clientAlertCases } from "./client-alert-cases";
import { fullMemoryAlertCases } from "./full-memory-alert-cases";
import { memoryAlertCases } from "./memory-alert-cases";
import { persistenceAlertCases } from "./persistence-alert-cases";
import { speedAlertCases } from "./speed-alert-cases";

/** Every alert: when it fires, when it does not, when it stops. */
export const alertCases: readonly AlertCase[] = [
  ...availabilityAlertCases,
  ...memoryAlertCases,
  ...fullMemoryAlertCases,
  ...clientAlertCases,
  ...speedAlertCases,
  ...persistenceAlertCases,
  ...backupAlertCases,
];
