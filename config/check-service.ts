import { isPrintableLine } from "../core/printable";
import type { Problems } from "../core/problem";
import type { Service } from "./service";

/** What is left of the 63 characters of a host name. */
const MAX_SERVICE_NAME = 40;

/** A line of a list in a terminal. */
const MAX_DESCRIPTION = 120;

/** A line of a message about an alert. */
const MAX_CONTACT = 200;

/** Notes what cannot be the name, the description or a contact of a service. */
export function checkService({ name, description, contacts = {} }: Service, problems: Problems): void {
  checkServiceName(name, problems);
  if (!isPrintableLine(description, MAX_DESCRIPTION)) {
    problems.add({
      field: `${name}.description`,
      got:
        description.length > MAX_DESCRIPTION
          ? `${description.length} characters`
          : JSON.stringify(description),
      expected: `one line of 1 to ${MAX_DESCRIPTION} characters that can be read`,
      fix: "write what the service keeps in Redis, for people",
    });
  }
  for (const [whom, contact] of Object.entries<string | undefined>({ ...contacts })) {
    if (contact !== undefined && !isPrintableLine(contact, MAX_CONTACT)) {
      problems.add({
        field: `${name}.contacts.${whom}`,
        got: contact.length > MAX_CONTACT ? `${contact.length} characters` : JSON.stringify(contact),
        expected: `one line of 1 to ${MAX_CONTACT} characters that can be read`,
        fix: "write a channel, a team or a number, or leave it out",
      });
    }
  }
}

function checkServiceName(name: string, problems: Problems): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    problems.add({
      field: `service ${JSON.stringify(name)}.name`,
      got: JSON.stringify(name),
      expected: "lower-case letters, digits and single dashes, a letter first",
      fix: "rename the service; stacks and containers are named after it",
    });
  }
  if (name.length > MAX_SERVICE_NAME) {
    problems.add({
      field: `service ${JSON.stringify(name)}.name`,
      got: `${name.length} characters`,
      expected: `${MAX_SERVICE_NAME} at most; <service>-<environment>-exporter is a host name, which has 63`,
      fix: "use a shorter name",
    });
  }
}
