/** Port of `/metrics` in the exporter's container: its own default. */
export const EXPORTER_PORT = 9121;

/** Port of `/metrics` in the container that makes backups. */
export const BACKUP_METRICS_PORT = 9122;

/** Port in Prometheus' container: its own default. */
export const PROMETHEUS_PORT = 9090;
