import { reasonFor, reasons, type Topic } from "../../config/reasons";
import type { ResolvedStack } from "../../config/resolve-stack";
import { fixForUnknownName, nearest } from "../../core/nearest";
import { InvalidInputError } from "../../core/problem";
import { type Alternative, alternativesTo } from "../alternatives";
import { ExitCode } from "../exit-code";
import { type Setting, settingsOf, shownSource, shownValue } from "../settings";
import { json, type Terminal } from "../terminal";
import { wrapped } from "../wrapped";

interface Explanation extends Setting {
  readonly topic: Topic;
  readonly why: string;
}

/**
 * `redis-ops config explain`: why every value of a stack is what it is. With `field`: one value, or those below it; for one
 * that has few values also what the others would do, and which gates are against them. Reads only.
 * @throws InvalidInputError for a field that the stack does not have
 */
export function configExplain(
  stack: ResolvedStack,
  field: string | undefined,
  options: { readonly json: boolean; readonly today: string },
  terminal: Terminal,
): ExitCode {
  const explanations = selected(settingsOf(stack), field).map(explanationOf);
  const [first, ...others] = explanations;
  const alternatives =
    first === undefined || others.length > 0
      ? []
      : alternativesTo(first.path, first.value, stack, options.today);
  if (options.json) {
    const values = explanations.map(({ path, value, source, topic, why }) => [
      path,
      { value, ...source, topic, why },
    ]);
    terminal.out(
      json({
        stack: stack.id,
        values: Object.fromEntries(values),
        ...(alternatives.length === 0 ? {} : { alternatives }),
      }),
    );
  } else {
    const topics = (Object.keys(reasons) as Topic[]).map((topic) =>
      explanations.filter((explanation) => explanation.topic === topic),
    );
    const sections = topics.map((ofTopic) => [
      ...ofTopic.slice(0, 1).map(({ topic }) => topic.toUpperCase()),
      ...ofTopic.map((explanation) => explained(stack, explanation)),
    ]);
    sections.push(alternatives.length === 0 ? [] : ["INSTEAD", ...alternatives.map(instead)]);
    terminal.out(
      sections
        .filter((lines) => lines.length > 0)
        .map((lines) => lines.join("\n"))
        .join("\n\n"),
    );
  }
  return ExitCode.ok;
}

function selected(settings: readonly Setting[], field: string | undefined): readonly Setting[] {
  const found = settings.filter(
    ({ path }) => field === undefined || path === field || path.startsWith(`${field}.`),
  );
  if (found.length > 0) {
    return found;
  }
  const paths = settings.map(({ path }) => path);
  throw new InvalidInputError([
    {
      field: "field",
      got: JSON.stringify(field),
      expected:
        "a value that bin/redis-ops config show prints, or the beginning of some, such as server.encoding",
      fix: fixForUnknownField(`${field}`, paths),
    },
  ]);
}

/** People leave out what stands before the last dot. */
function fixForUnknownField(field: string, paths: readonly string[]): string {
  const lastWord = (path: string) => path.slice(path.lastIndexOf(".") + 1);
  const meant = nearest(lastWord(field), paths.map(lastWord));
  const path = paths.find((candidate) => lastWord(candidate) === meant) ?? field;
  return fixForUnknownName(nearest(field, paths) ?? path, paths);
}

function explanationOf(setting: Setting): Explanation {
  const reason = reasonFor(setting.path, setting.value);
  if (reason === undefined) {
    throw new Error(`${setting.path}: a value without a reason`);
  }
  return { ...setting, ...reason };
}

function explained(stack: ResolvedStack, { path, value, source, why }: Explanation): string {
  const lines = shownValue(value).split("\n");
  return [
    ...(lines.length === 1
      ? [`  ${path} = ${lines[0]}`]
      : [`  ${path}`, ...lines.map((line) => `      = ${line}`)]),
    wrapped(shownSource(stack, source), 6),
    wrapped(why, 6),
  ].join("\n");
}

/** How a finding is told. */
const VERDICTS = { refused: "refused by", warning: "warned of by", waived: "waived for" } as const;

function instead({ value, why, gates }: Alternative): string {
  const verdicts = gates.map(
    ({ gate, status, expected }) => `${VERDICTS[status]} gate ${gate}: expected ${expected}`,
  );
  return [
    `  ${value}`,
    ...(verdicts.length === 0 ? ["no gate is against it"] : verdicts).map((verdict) => wrapped(verdict, 6)),
    wrapped(why, 6),
  ].join("\n");
}
