import type { RedisStackProps } from "../core/redis-stack-props";

/** A stack as rules, scrape configuration and dashboards see it. */
export interface MonitoredStack {
  /** `<service>-<environment>`: the value of label `stack` on every series. */
  readonly id: string;
  readonly props: RedisStackProps;
}

/** What tells the series of one stack from those of another: static labels of the scrape configuration. */
export interface StackLabels {
  readonly stack: string;
  readonly service: string;
  readonly environment: string;
}

/** @throws Error when the stack has no labels of that name: it was not made by `config/` */
export function labelsOf({ id, props }: MonitoredStack): StackLabels {
  const { service, environment } = props.labels;
  if (service === undefined || environment === undefined) {
    throw new Error(`${id} has no label service, or none called environment`);
  }
  return { stack: id, service, environment };
}

/** A metric of one stack, with more matchers, e.g. `redis_up{stack="shop-prod"}`. Never by job: people name theirs. */
export function seriesOf(id: string, metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${[`stack="${id}"`, ...matchers].join(",")}}`;
}
