import type { Alert, Series } from "./alert";
import { backups } from "./backup-alerts";
import { clients, evictions, memory } from "./capacity-alerts";
import { type MonitoredStack, seriesOf } from "./monitored-stack";
import { availability, persistence, speed } from "./server-alerts";

/** Every alert of a stack, in the order in which people read them; those of what the stack does not have are left out. */
export function alertsOf({ id, props }: MonitoredStack): readonly Alert[] {
  const of: Series = (metric, ...matchers) => seriesOf(id, metric, ...matchers);
  return [
    ...(props.exporter === undefined
      ? []
      : [
          ...availability(of, props.server),
          ...memory(of, props.server, props.thresholds),
          ...evictions(of, props.server, props.stores),
          ...clients(of, props.server, props.thresholds),
          ...speed(of, props.server, props.thresholds),
          ...persistence(of, props.server),
        ]),
    ...(props.backups.schedule === undefined ? [] : backups(of, props.server, props.backups.schedule)),
  ];
}
