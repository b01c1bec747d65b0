import { memoryDetails, memoryRisks, type PlannedMemory } from "./plan-memory";
import { portDetails } from "./plan-ports";
import { type OutputChange, waiverChanges, waiverLabelChange } from "./plan-waivers";

/** The parts of `terraform show -json PLAN` that are read here (format 1.2). */
export interface TerraformPlan {
  readonly errored?: boolean;
  readonly resource_changes?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, OutputChange>>;
}

interface ResourceChange {
  readonly address: string;
  readonly type: string;
  readonly action_reason?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before?: Attributes | null;
    readonly after?: Attributes | null;
    readonly replace_paths?: readonly (readonly (string | number)[])[];
  };
}

type Attributes = Readonly<Record<string, unknown>>;

/** What a plan does to one resource, in a reviewer's words. */
export interface PlanChange {
  readonly address: string;
  readonly action: "create" | "update" | "replace" | "delete" | "forget" | "unknown";
  /** Attributes that force a replacement, or that are updated; what Terraform calls an action unknown here. */
  readonly because: readonly string[];
  /** Directives of redis.conf and images, before and after. */
  readonly details: readonly string[];
  readonly consequence: string;
  /** Whether somebody has to decide it: data lost or not loaded, memory that cannot do, or a move to the lab's engine. */
  readonly needsDecision: boolean;
}

const LAB_IMAGES = "redis-on-docker-lab/";

/** What Terraform does that changes nothing. */
const IDLE = ["no-op", "read"];

/**
 * Every change of a plan; what stays as it is is left out, and so are outputs other than `waivers`. With `isDataChecked`,
 * preflight has looked at the servers and their data: what a plan alone cannot know to be safe needs no decision.
 */
export function planChanges(plan: TerraformPlan, isDataChecked = false): readonly PlanChange[] {
  const { resource_changes: changes = [], output_changes: outputs = {} } = plan;
  const ofResources = changes.flatMap((resource) => {
    const action = actionOf(resource.change.actions);
    if (action === undefined) {
      return [];
    }
    const isVolumeAtRisk = resource.type === "docker_volume" && action !== "create" && action !== "update";
    const dataRisks = isDataChecked ? [] : dataRisksOf(resource);
    const risks = [...dataRisks, ...memoryRisks(memoryOf(resource.change.after))];
    return [
      {
        address: resource.address,
        action,
        because: causesOf(resource, action),
        details: action === "replace" || action === "update" ? detailsOf(resource) : [],
        consequence: [consequenceOf(resource, action, dataRisks), ...risks].join("; "),
        needsDecision: isVolumeAtRisk || risks.length > 0 || movesToLab(resource),
      },
    ];
  });
  return [...ofResources, ...waiverChanges(outputs.waivers)];
}

function actionOf(actions: readonly string[]): PlanChange["action"] | undefined {
  if (actions.every((action) => IDLE.includes(action))) {
    return undefined;
  }
  switch ([...actions].sort().join("+")) {
    case "create":
    case "update":
    case "delete":
      return actions[0] as PlanChange["action"];
    case "create+delete":
      return "replace";
    case "forget":
    case "create+forget":
      return "forget";
    default:
      return "unknown";
  }
}

/** Terraform's words for why it replaces what has not changed. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "the last apply of it did not finish",
  replace_by_request: "somebody asked for it",
  replace_by_triggers: "something that it depends on changes",
};

/** The provider notes a stopped container as one that need not run, and plans that it must. */
function isNotRunning({ before, after }: ResourceChange["change"]): boolean {
  return before?.must_run === false && after?.must_run === true;
}

function causesOf(
  { action_reason: reason, change }: ResourceChange,
  action: PlanChange["action"],
): readonly string[] {
  if (action === "unknown") {
    return change.actions;
  }
  if (isNotRunning(change)) {
    return ["it is not running"];
  }
  const forced = (change.replace_paths ?? []).map(([attribute]) => `${attribute}`);
  if (forced.length > 0 || ["create", "delete", "forget"].includes(action)) {
    return [...new Set(forced)];
  }
  if (action === "replace") {
    return [REASONS[reason ?? ""] ?? reason ?? "an unknown reason"];
  }
  return changedAttributes(change.before, change.after);
}

function changedAttributes(before?: Attributes | null, after?: Attributes | null): readonly string[] {
  return Object.keys(after ?? {}).filter(
    (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
}

function detailsOf(resource: ResourceChange): readonly string[] {
  const { before, after } = resource.change;
  const images = imagesOf(resource);
  const image =
    images === undefined
      ? []
      : [
          `image ${images.before} -> ${images.after}`,
          ...(isOfMetrics(images) || (versionOf(images.before) && versionOf(images.after))
            ? []
            : ["image tags without a version: see for yourself that it does not become older"]),
        ];
  const memory = memoryDetails(memoryOf(before), memoryOf(after));
  const ports = portDetails(before?.ports, after?.ports);
  const waivers = waiverLabelChange(before?.labels, after?.labels);
  return [
    ...image,
    ...memory,
    ...ports,
    ...waivers,
    ...directiveChanges(redisConf(before), redisConf(after)),
  ];
}

/** The configuration is the last argument of the container's command, of Prometheus its rules: docs/decisions/003, 015. */
function redisConf(attributes?: Attributes | null): readonly string[] {
  const command: unknown = attributes?.command;
  const last: unknown = Array.isArray(command) ? command.at(-1) : undefined;
  return typeof last === "string"
    ? last
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
    : [];
}

function memoryOf(attributes?: Attributes | null): PlannedMemory {
  return { memory: attributes?.memory, redisConf: redisConf(attributes) };
}

/** Lines that went and came; a directive that stands once on both sides is told as one change. */
function directiveChanges(before: readonly string[], after: readonly string[]): readonly string[] {
  const gone = before.filter((line) => !after.includes(line));
  const come = after.filter((line) => !before.includes(line));
  const nameOf = (line: string) => line.split(" ")[0];
  const isPair = (line: string) =>
    [gone, come].every((lines) => lines.filter((other) => nameOf(other) === nameOf(line)).length === 1);
  return [
    ...gone.map((line) => {
      const successor = come.find((other) => nameOf(other) === nameOf(line));
      return successor !== undefined && isPair(line)
        ? `${line} -> ${successor.slice(successor.indexOf(" ") + 1)}`
        : `${line} -> removed`;
    }),
    ...come.filter((line) => !isPair(line)).map((line) => `${line} (new)`),
  ];
}

function movesToLab(resource: ResourceChange): boolean {
  const images = imagesOf(resource);
  return images !== undefined && !images.before.startsWith(LAB_IMAGES) && images.after.startsWith(LAB_IMAGES);
}

interface Images {
  readonly before: string;
  readonly after: string;
}

/** The images of a container that gets another one. */
function imagesOf({ change: { before, after } }: ResourceChange): Images | undefined {
  return typeof before?.image === "string" && typeof after?.image === "string" && before.image !== after.image
    ? { before: before.image, after: after.image }
    : undefined;
}

/** Neither has data of Redis. */
const isOfMetrics = (images: Images) =>
  [images.before, images.after].every((image) => /exporter|prometheus/.test(image));

/** Major and minor of a tag like `7.4.11-alpine`. The tag follows the last `/`, before a digest. */
function versionOf(image: string): readonly [number, number] | undefined {
  const [, major, minor] = /:(\d+)\.(\d+)(?:\.\d+)?(?:-[^/:@]*)?(?:@[^/@]*)?$/.exec(image) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

/** Why a container that is there could start without the data that it has now. */
function dataRisksOf(resource: ResourceChange): readonly string[] {
  const { type, change } = resource;
  if (type !== "docker_container") {
    return [];
  }
  const risks: string[] = [];
  const [was, becomes] = [appendonlyOf(change.before), appendonlyOf(change.after)];
  if (was !== undefined && becomes !== undefined && was !== becomes) {
    risks.push(
      `appendonly ${was} -> ${becomes}: Redis loads the other file at its next start, ` +
        "so it starts without the data it has now",
    );
  }
  const images = imagesOf(resource);
  if (images !== undefined && !isOfMetrics(images) && isOlder(images)) {
    risks.push(`${images.after} is older than ${images.before} and cannot read the files of the newer one`);
  }
  return risks;
}

/** `yes` or `no`, the latter without the directive; undefined where there is no configuration to look at. */
function appendonlyOf(attributes?: Attributes | null): string | undefined {
  const conf = redisConf(attributes);
  const value = conf.findLast((line) => /^appendonly\s/i.test(line))?.slice("appendonly".length) ?? "no";
  return conf.length === 0 ? undefined : value.replace(/["'\s]/g, "").toLowerCase();
}

function isOlder({ before, after }: Images): boolean {
  const [was, becomes] = [versionOf(before), versionOf(after)];
  return (
    was !== undefined &&
    becomes !== undefined &&
    (becomes[0] < was[0] || (becomes[0] === was[0] && becomes[1] < was[1]))
  );
}

function consequenceOf(
  resource: ResourceChange,
  action: PlanChange["action"],
  dataRisks: readonly string[],
): string {
  const { before } = resource.change;
  const perType: Readonly<Record<string, Partial<Record<PlanChange["action"], string>>>> = {
    docker_volume: {
      delete: `the data in volume ${before?.name} is lost`,
      replace: `the data in volume ${before?.name} is lost`,
      forget: `volume ${before?.name} stays in Docker, and Terraform looks after it no more`,
      unknown: "an action unknown here: the data in the volume could be lost",
    },
    docker_network: {
      delete: "every container on it is cut off",
      replace: "every container on it is cut off, and has to join the new one",
    },
    docker_container: {
      delete: "it is stopped and removed",
      replace: replacement(resource, dataRisks),
      ...(isNotRunning(resource.change) ? { update: "it is started again" } : {}),
    },
  };
  return (
    perType[resource.type]?.[action] ??
    {
      create: "new",
      update: "no restart",
      replace: "made anew",
      delete: "removed",
      forget: "stays in Docker, and Terraform looks after it no more",
      unknown: "an action unknown here",
    }[action]
  );
}

function replacement(resource: ResourceChange, dataRisks: readonly string[]): string {
  const { before, replace_paths: paths = [] } = resource.change;
  const grace = before?.destroy_grace_seconds;
  const stop =
    typeof grace === "number" && grace > 0
      ? `down while it stops (at most ${grace} s)`
      : "KILLED without time to save, since no grace period was deployed; down while it is removed";
  if (dataRisks.length > 0) {
    return stop;
  }
  return paths.some(([attribute]) => attribute === "volumes")
    ? `${stop}, starts with other volumes than before`
    : `${stop}, starts and loads its data, which stays in its volume`;
}
