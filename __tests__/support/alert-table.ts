import { ALERTED_STACKS, alertingRules } from "./alert-case";

/** Every alert of every stack in `ALERTED_STACKS` as a table of Markdown, those that come first in rules first. */
export function alertTable(): string {
  const rows = new Map<
    string,
    { severities: Set<string>; means: Set<string>; after: string; page: string }
  >();
  for (const stack of Object.values(ALERTED_STACKS)) {
    for (const { alert, for: after, labels, annotations } of alertingRules(stack)) {
      const row = rows.get(alert) ?? { severities: new Set(), means: new Set(), after, page: "" };
      row.severities.add(labels.severity ?? "");
      row.means.add((annotations.summary ?? "").replace(`${stack.id}: `, ""));
      row.page = (annotations.runbook_url ?? "").replace(/^.*\//, "");
      rows.set(alert, row);
    }
  }
  const lines = [...rows].map(
    ([alert, { severities, means, after, page }]) =>
      `| ${alert} | ${[...severities].join(", ")} | ${after === "0m" ? "at once" : after} | ${[...means].join("; of a cache: ")} | [${page}](runbooks/${page}) |`,
  );
  return ["| Alert | Severity | After | What is wrong | Runbook |", "|---|---|---|---|---|", ...lines].join(
    "\n",
  );
}
