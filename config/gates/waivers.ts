import { isDay } from "../../core/day";
import { fixForUnknownName } from "../../core/nearest";
import { isPrintableLine } from "../../core/printable";
import type { WaiverProps } from "../../core/redis-stack-props";
import type { ResolvedStack } from "../resolve-stack";
import { type Breach, breachIf, type Gate, inDeployment } from "./gate";

const REASON_LENGTH = { min: 10, max: 200 };

/** Fewer are no words, but a key that was held down. */
const DIFFERENT_LETTERS = 5;

/** What stands where a reason should be. */
const PLACEHOLDERS = [
  "todo",
  "tbd",
  "tba",
  "fixme",
  "xxx",
  "none",
  "reason",
  "because",
  "temporary",
  "later",
];

const DECISION = "docs/decisions/010-gates-and-waivers.md";

/** The waivers of a stack that nothing is wrong with on the day `today`. */
export function acceptedWaivers(
  stack: ResolvedStack,
  gates: readonly Gate[],
  today: string,
): readonly WaiverProps[] {
  return stack.props.waivers.filter(
    (waiver, index) => breachesOf({ stack, waiver, index, gates, today }).length === 0,
  );
}

/** The rules about waivers of `gates`. */
export function waiverGates(gates: readonly Gate[]): readonly Gate[] {
  return [
    {
      id: "waiver",
      severity: "error",
      waivable: false,
      protectsFrom:
        "A rule that is broken for ever, for a reason that nobody knows: a waiver says why, and it ends by itself.",
      fix: "correct or remove the waiver",
      link: DECISION,
      broken: (stack, today) =>
        stack.props.waivers.flatMap((waiver, index) => breachesOf({ stack, waiver, index, gates, today })),
    },
    {
      id: "unused-waiver",
      severity: "warning",
      waivable: false,
      protectsFrom: "A waiver that outlives what it was for hides the next one who breaks the rule.",
      fix: "remove the waiver",
      link: DECISION,
      broken: (stack, today) =>
        acceptedWaivers(stack, gates, today).flatMap((waiver) =>
          breachIf(gates.find(({ id }) => id === waiver.rule)?.broken(stack, today).length === 0, () => ({
            field: fieldOf(stack, stack.props.waivers.indexOf(waiver), "rule"),
            got: JSON.stringify(waiver.rule),
            expected: "a gate that the stack breaks; it keeps this one",
          })),
        ),
    },
  ];
}

interface Asked {
  readonly stack: ResolvedStack;
  readonly waiver: WaiverProps;
  readonly index: number;
  readonly gates: readonly Gate[];
  readonly today: string;
}

const fieldOf = (stack: ResolvedStack, index: number, name: keyof WaiverProps) =>
  inDeployment(stack, `waivers[${index}].${name}`);

function breachesOf(asked: Asked): readonly Breach[] {
  return [...ruleBreaches(asked), ...reasonBreaches(asked), ...expiryBreaches(asked)];
}

function ruleBreaches({ stack, waiver: { rule }, index, gates }: Asked): readonly Breach[] {
  const field = fieldOf(stack, index, "rule");
  const got = JSON.stringify(rule);
  const gate = gates.find(({ id }) => id === rule);
  const waivable = gates.filter((other) => other.waivable !== false).map(({ id }) => id);
  if (gate === undefined) {
    return [{ field, got, expected: "the id of a gate", fix: fixForUnknownGate(rule, waivable) }];
  }
  if (gate.waivable === false) {
    return [{ field, got, expected: "a gate that can be waived; this one holds everywhere", fix: gate.fix }];
  }
  const first = stack.props.waivers.findIndex((other) => other.rule === rule);
  return breachIf(first < index, () => ({
    field,
    got: `${got} again`,
    expected: `one waiver of each gate; waivers[${first}] is of this one`,
    fix: "remove one of them",
  }));
}

function fixForUnknownGate(rule: string, known: readonly string[]): string {
  const fix = fixForUnknownName(rule, known);
  return fix === "check the spelling" ? "use an id that bin/redis-ops gates --list prints" : fix;
}

function reasonBreaches({ stack, waiver, index }: Asked): readonly Breach[] {
  const { min, max } = REASON_LENGTH;
  const reason = waiver.reason.trim();
  const words = reason.toLowerCase().match(/\p{L}+/gu) ?? [];
  const isPlaceholder = words.every((word) => PLACEHOLDERS.includes(word));
  const isText = new Set(words.join("")).size >= DIFFERENT_LETTERS && isPrintableLine(reason, max);
  return breachIf(reason.length < min || isPlaceholder || !isText, () => ({
    field: fieldOf(stack, index, "reason"),
    got: JSON.stringify(waiver.reason.slice(0, max)),
    expected: `a reason in one line of ${min} to ${max} characters, for whoever reads the plan`,
    fix: "write what makes it acceptable, and what ends it",
  }));
}

function expiryBreaches({ stack, waiver: { expires }, index, today }: Asked): readonly Breach[] {
  const field = fieldOf(stack, index, "expires");
  const got = JSON.stringify(expires);
  if (!isDay(expires)) {
    const expected = 'a day that there is, such as "2027-03-31"';
    return [{ field, got, expected, fix: "write year, month and day as YYYY-MM-DD" }];
  }
  if (expires < today) {
    const fix = "mend what it waives, or decide anew until when it may last";
    return [{ field, got, expected: `${today} or later, since it has ended`, fix }];
  }
  const last = aYearAfter(today);
  const fix = "give it a year at most; it can be decided anew then";
  return breachIf(expires > last, () => ({
    field,
    got,
    expected: `${last} or earlier, a year at most`,
    fix,
  }));
}

/** The same day of the next year; after 29 February there is 28 February. */
function aYearAfter(day: string): string {
  const next = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
  return isDay(next) ? next : next.replace(/29$/, "28");
}
