import { Size } from "./size";

/** Memory of the container of a stack's Prometheus. */
export const PROMETHEUS_MEMORY = Size.mebibytes(256);

/** What it may keep of what it has measured, in GiB, which Prometheus calls GB: the oldest goes then. */
export const PROMETHEUS_DISK_GIB = 1;
