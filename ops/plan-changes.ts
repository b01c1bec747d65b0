/** The parts of `terraform show -json PLAN` that are read here (format 1.2). */
export interface TerraformPlan {
  readonly errored?: boolean;
  readonly resource_changes?: readonly ResourceChange[];
}

interface ResourceChange {
  readonly address: string;
  readonly type: string;
  readonly action_reason?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Attributes | null;
    readonly after: Attributes | null;
    readonly replace_paths?: readonly (readonly (string | number)[])[];
  };
}

type Attributes = Readonly<Record<string, unknown>>;

/** What a plan does to one resource, in a reviewer's words. */
export interface PlanChange {
  readonly address: string;
  readonly action: "create" | "update" | "replace" | "delete";
  /** Attributes that force a replacement, or that are updated. */
  readonly because: readonly string[];
  /** Directives of redis.conf and images, before and after. */
  readonly details: readonly string[];
  readonly consequence: string;
  /** Whether somebody has to decide it: data would be lost, or a stack would change to the lab's engine. */
  readonly needsDecision: boolean;
}

const LAB_IMAGES = "redis-on-docker-lab/";

/** Every change of a plan; what stays as it is is left out. */
export function planChanges({ resource_changes: changes = [] }: TerraformPlan): readonly PlanChange[] {
  return changes.flatMap((resource) => {
    const action = actionOf(resource.change.actions);
    if (action === undefined) {
      return [];
    }
    const isVolumeLost = resource.type === "docker_volume" && (action === "delete" || action === "replace");
    return [
      {
        address: resource.address,
        action,
        because: causesOf(resource, action),
        details: action === "replace" || action === "update" ? detailsOf(resource) : [],
        consequence: consequenceOf(resource, action),
        needsDecision: isVolumeLost || movesToLab(resource),
      },
    ];
  });
}

function actionOf(actions: readonly string[]): PlanChange["action"] | undefined {
  if (actions.includes("delete")) {
    return actions.includes("create") ? "replace" : "delete";
  }
  return actions.includes("create") ? "create" : actions.includes("update") ? "update" : undefined;
}

function causesOf(
  { action_reason: reason, change }: ResourceChange,
  action: PlanChange["action"],
): readonly string[] {
  const forced = (change.replace_paths ?? []).map(([attribute]) => `${attribute}`);
  if (forced.length > 0 || action === "create" || action === "delete") {
    return [...new Set(forced)];
  }
  if (action === "replace") {
    return [reason ?? "an unknown reason"];
  }
  return changedAttributes(change.before, change.after);
}

function changedAttributes(before: Attributes | null, after: Attributes | null): readonly string[] {
  return Object.keys(after ?? {}).filter(
    (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
}

function detailsOf({ change: { before, after } }: ResourceChange): readonly string[] {
  const image =
    typeof before?.image === "string" && typeof after?.image === "string" && before.image !== after.image
      ? [`image ${before.image} -> ${after.image}`]
      : [];
  const memory =
    typeof before?.memory === "number" && typeof after?.memory === "number" && before.memory !== after.memory
      ? [`memory limit ${before.memory} MiB -> ${after.memory} MiB`]
      : [];
  return [...image, ...memory, ...directiveChanges(redisConf(before), redisConf(after))];
}

/** The configuration is the last argument of the container's command: docs/decisions/003. */
function redisConf(attributes: Attributes | null): readonly string[] {
  const command: unknown = attributes?.command;
  const last: unknown = Array.isArray(command) ? command.at(-1) : undefined;
  return typeof last === "string" ? last.split("\n").filter((line) => line !== "") : [];
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

function movesToLab({ change: { before, after } }: ResourceChange): boolean {
  return (
    typeof before?.image === "string" &&
    !before.image.startsWith(LAB_IMAGES) &&
    typeof after?.image === "string" &&
    after.image.startsWith(LAB_IMAGES)
  );
}

function consequenceOf(resource: ResourceChange, action: PlanChange["action"]): string {
  const { before } = resource.change;
  const perType: Readonly<Record<string, Partial<Record<PlanChange["action"], string>>>> = {
    docker_volume: {
      delete: `the data in volume ${before?.name} is lost`,
      replace: `the data in volume ${before?.name} is lost`,
    },
    docker_network: {
      delete: "every container on it is cut off",
      replace: "every container on it is cut off, and has to join the new one",
    },
    docker_container: { delete: "it is stopped and removed", replace: replacement(resource) },
  };
  return (
    perType[resource.type]?.[action] ??
    { create: "new", update: "no restart", replace: "made anew", delete: "removed" }[action]
  );
}

function replacement({ change: { before, replace_paths: paths = [] } }: ResourceChange): string {
  const grace = before?.destroy_grace_seconds;
  const stop =
    typeof grace === "number" && grace > 0
      ? `down while it stops (at most ${grace} s)`
      : "KILLED without time to save, since no grace period was deployed; down while it is removed";
  return paths.some(([attribute]) => attribute === "volumes")
    ? `${stop}, starts with other volumes than before`
    : `${stop}, starts and loads its data, which stays in its volume`;
}
