import type { DurationText } from "../core/duration";
import type { DockerProps } from "../core/redis-stack-props";

/** Policy: what holds for every service in an environment, whatever it stores. */
export interface Environment {
  readonly name: string;
  /** `requirepass`: nobody talks to Redis without a password. `none`: everybody who reaches it may. */
  readonly auth: "none" | "requirepass";
  /** `internal`: no way out, no way in from the host. `bridge`: a port can be published on loopback. */
  readonly network: "bridge" | "internal";
  /** `protected`: Terraform refuses to destroy the data. `destroyable`: `bin/down` removes it. */
  readonly dataVolume: "protected" | "destroyable";
  /** Commands that nobody can call. Only commands that no client library needs: FLUSHALL, DEBUG, … */
  readonly disabledCommands: readonly string[];
  /** Commands that answer to another name only. */
  readonly renamedCommands: Readonly<Record<string, string>>;
  /** Whether a service gets a `redis_exporter` unless its file says otherwise. */
  readonly exporter: "on" | "off";
  /** Where `redis-ops backup` writes and looks; and whether a service makes backups by itself unless its file says otherwise. */
  readonly backups: {
    /** A directory, from the repository's folder, or `s3://BUCKET/PREFIX`. */
    readonly at: string;
    readonly schedule: "on" | "off";
  };
  /** Where docs/runbooks is published for the people on call, whom alerts send there: an address, or this repository's folder. */
  readonly runbooks: string;
  /**
   * Time that Redis gets at least to write its data when it is stopped. 10 s to 10 min. A service with save points gets
   * more where writing `maxmemory` at 50 MiB a second takes more.
   */
  readonly stopTimeout: DurationText;
  /** What happens to a stack that breaks a gate of `config/gates.ts`: it is refused, or somebody is told. */
  readonly gates: "refuse" | "warn";
  readonly docker: DockerProps;
  /** Where Terraform keeps state. `local`: in the folder `state/` of this repository. */
  readonly state:
    | { readonly backend: "local" }
    | { readonly backend: "s3"; readonly bucket: string; readonly region: string };
}
