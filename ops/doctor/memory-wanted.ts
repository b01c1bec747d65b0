import { PROMETHEUS_MEMORY } from "../../core/prometheus-limits";
import type { RedisStackProps } from "../../core/redis-stack-props";

/** What the server of a stack may take, and its Prometheus: what else belongs to it is small, or ends soon. */
export function memoryWanted({ server, prometheus }: RedisStackProps): number {
  return server.memoryLimit.toBytes() + (prometheus === undefined ? 0 : PROMETHEUS_MEMORY.toBytes());
}
