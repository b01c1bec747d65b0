import { parse } from "yaml";
import { alertmanagerConfig } from "../../monitoring/alertmanager";
import { ALERTED_STACKS } from "../support/alert-case";

const text = alertmanagerConfig([ALERTED_STACKS.sessions, ALERTED_STACKS.queue]);

test("each service has a receiver for what can wait and one for what cannot, with whom it reaches", () => {
  expect(text.slice(text.indexOf("receivers:"))).toMatchInlineSnapshot(`
    "receivers:
      - name: nobody
      # on call: Team Slack channel of ProspectFlow; infrastructure: Infra team
      - name: prospectflow-warning
      # on call: Team Slack channel of ProspectFlow; infrastructure: Infra team; escalation: Engineering lead
      - name: prospectflow-critical
      # nobody is named; write contacts in config/services/vedfolnir.ts
      - name: vedfolnir-warning
      # nobody is named; write contacts in config/services/vedfolnir.ts
      - name: vedfolnir-critical
    "
  `);
});

test("every route leads to a receiver, by service and severity", () => {
  const { route, receivers } = parse(text);
  const names = receivers.map(({ name }: { name: string }) => name);
  expect(route.routes.map(({ receiver }: { receiver: string }) => receiver)).toEqual(names.slice(1));
  expect(route.routes[1]).toEqual({
    receiver: "prospectflow-critical",
    matchers: ['service="prospectflow"', 'severity="critical"'],
    repeat_interval: "1h",
  });
});
