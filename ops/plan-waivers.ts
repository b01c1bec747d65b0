/** What `terraform show -json PLAN` says of an output (format 1.2). */
export interface OutputChange {
  readonly before?: unknown;
  readonly after?: unknown;
}

interface Waiver {
  readonly rule: string;
  readonly reason: string;
  readonly expires: string;
}

const LABEL = "redis-on-docker.waivers";

/** What happens to the output `waivers` of a stack, as `planChanges` has it, one detail for each gate; empty: nothing. */
export function waiverChanges(output: OutputChange | undefined) {
  const [before, after] = [waiversOf(output?.before), waiversOf(output?.after)];
  const rules = [...new Set([...before.keys(), ...after.keys()])].sort();
  const details = rules.flatMap((rule) => {
    const [was, becomes] = [before.get(rule), after.get(rule)];
    if (was === becomes) {
      return [];
    }
    return was === undefined ? [`${rule} ${becomes} (new)`] : [`${rule} ${was} -> ${becomes ?? "removed"}`];
  });
  const action: "create" | "update" | "delete" =
    before.size === 0 ? "create" : after.size === 0 ? "delete" : "update";
  const consequence = "gates that this stack may break, and until when";
  return details.length === 0
    ? []
    : [{ address: "output.waivers", action, because: [], details, consequence, needsDecision: false }];
}

/** Rule to until when and why. */
function waiversOf(output: unknown): ReadonlyMap<string, string> {
  const waivers = Array.isArray(output) ? output.filter(isWaiver) : [];
  return new Map(waivers.map(({ rule, reason, expires }) => [rule, `until ${expires}: ${reason}`]));
}

function isWaiver(value: unknown): value is Waiver {
  return (
    value !== null &&
    typeof value === "object" &&
    ["rule", "reason", "expires"].every((name) => typeof Reflect.get(value, name) === "string")
  );
}

/** The label with the waivers of a container, before and after, when it changes: it forces a replacement. */
export function waiverLabelChange(before: unknown, after: unknown): readonly string[] {
  const [was, becomes] = [labelOf(before), labelOf(after)];
  return was === becomes ? [] : [`waivers ${was} -> ${becomes}`];
}

function labelOf(labels: unknown): string {
  const found = (Array.isArray(labels) ? labels : []).find(
    (entry: unknown) => isLabel(entry) && entry.label === LABEL,
  );
  return isLabel(found) ? found.value : "none";
}

function isLabel(value: unknown): value is { readonly label: string; readonly value: string } {
  return value !== null && typeof value === "object" && "label" in value && "value" in value;
}
