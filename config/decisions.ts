import { Duration } from "../core/duration";
import type { Problems } from "../core/problem";
import { Size } from "../core/size";

/** Who decided a value: the service's file, the environment's file, a default, arithmetic, or `REDIS_ENGINE`. */
export type SourceKind = "service" | "environment" | "default" | "derived" | "REDIS_ENGINE";

export interface Source {
  readonly kind: SourceKind;
  /** For people: the arithmetic, or where exactly. */
  readonly note?: string;
}

/** Stand in for values that were refused; what contains one is never built. */
const REFUSED_SIZE = Size.mebibytes(1);
const REFUSED_DURATION = Duration.seconds(1);

/** Networks that Docker has itself. */
const TAKEN_NAMES = ["bridge", "default", "host", "none"];
const DOCKER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

/** Decides the values of one stack, remembers where each came from, and notes what cannot be read. */
export class Decisions {
  private readonly sources = new Map<string, Source>();

  constructor(readonly problems: Problems) {}

  /** A value with one possible source. `path` is its place in `RedisStackProps`. */
  from<T>(kind: SourceKind, path: string, value: T, note?: string): T {
    this.sources.set(path, note === undefined ? { kind } : { kind, note });
    return value;
  }

  /** What the service says, else the default. */
  choose<T>(path: string, own: T | undefined, fallback: T): T {
    return own === undefined ? this.from("default", path, fallback) : this.from("service", path, own);
  }

  /** What the service says, else what follows from something else, with the reason. */
  chooseOrDerive<T>(path: string, own: T | undefined, { value, why }: { value: T; why: string }): T {
    return own === undefined ? this.from("derived", path, value, why) : this.from("service", path, own);
  }

  /** A name in Docker: what the service says, else `<stack><suffix>`. */
  name(path: string, field: string, own: string | undefined, stack: string, suffix: string): string {
    const name =
      own === undefined
        ? this.from("derived", path, `${stack}${suffix}`, `<stack>${suffix}`)
        : this.from("service", path, own);
    return this.checkedName(field, name);
  }

  /** `name`, after noting what Docker does not accept. */
  checkedName(field: string, name: string): string {
    if (!DOCKER_NAME.test(name) || TAKEN_NAMES.includes(name)) {
      this.problems.add({
        field,
        got: JSON.stringify(name),
        expected: "2 to 128 letters, digits, dots, dashes or underscores, the first a letter or digit",
        fix: "use a name that Docker accepts",
      });
    }
    return name;
  }

  size(field: string, text: string): Size {
    return this.problems.read(field, REFUSED_SIZE, () => Size.parse(text));
  }

  duration(field: string, text: string): Duration {
    return this.problems.read(field, REFUSED_DURATION, () => Duration.parse(text));
  }

  /** Where the value at `path`, or the value that contains it, came from. */
  sourceOf(path: string): Source | undefined {
    const exact = this.sources.get(path);
    const end = path.lastIndexOf(".");
    return exact ?? (end < 0 ? undefined : this.sourceOf(path.slice(0, end)));
  }

  get paths(): readonly string[] {
    return [...this.sources.keys()];
  }
}
