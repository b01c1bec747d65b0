import { problemsOf, shopStack } from "../support/stack-fixtures";

const CONTACT =
  "expected one line of 1 to 200 characters that can be read. Fix: write a channel, a team or a number, or leave it out.";

describe("the contacts of a service", () => {
  it("are what its file says, and nobody by default", () => {
    const contacts = { onCall: "#shop", escalation: "+49 30 123456" };
    expect(shopStack("dev", { service: { contacts } }).props.contacts).toEqual(contacts);
    const { props, decisions } = shopStack("dev");
    expect(props.contacts).toEqual({});
    expect(decisions.sourceOf("contacts")).toEqual({ kind: "default" });
  });

  it("may be 200 characters long, and not one more", () => {
    expect(problemsOf("dev", { service: { contacts: { onCall: "c".repeat(200) } } })).toEqual([]);
    expect(problemsOf("dev", { service: { contacts: { onCall: "c".repeat(201) } } })).toEqual([
      `shop.contacts.onCall: got 201 characters, ${CONTACT}`,
    ]);
  });

  it("are a line each that can be read", () => {
    const contacts = { onCall: "", infrastructure: "a\nb", escalation: "a\u202eb" };
    expect(problemsOf("dev", { service: { contacts } })).toEqual([
      `shop.contacts.onCall: got "", ${CONTACT}`,
      `shop.contacts.infrastructure: got "a\\nb", ${CONTACT}`,
      `shop.contacts.escalation: got "a\\u202eb", ${CONTACT}`,
    ]);
  });
});

describe("the place of the runbooks", () => {
  it.each([
    "docs/runbooks",
    "../runbooks",
    "r",
    "http://wiki",
    "https://wiki.example.com:8443/redis/",
    "https://[::1]/redis",
    "r".repeat(255),
  ])("may be %s", (runbooks) => {
    expect(problemsOf("dev", { environment: { runbooks } })).toEqual([]);
    expect(shopStack("dev", { environment: { runbooks } }).props.runbooks).toBe(runbooks);
  });

  it.each([
    ...["", " ", "a\nb", "/srv/runbooks", "\\\\host\\runbooks", "ftp://wiki", "file:///srv", "https://"],
    ...[
      "https://user:password@wiki",
      "https://wiki/a b",
      "https://wiki/?page=",
      "https://wiki/#a",
      "https://wiki:99999",
    ],
  ])("may not be %j", (runbooks) => {
    expect(problemsOf("dev", { environment: { runbooks } })).toEqual([
      `environments/dev.runbooks: got ${JSON.stringify(runbooks)}, expected an address http:// or https:// without a ` +
        "password, ? and #, or a folder of this repository, of 255 characters at most. Fix: write runbooks: " +
        '"docs/runbooks", or where they are published, such as "https://wiki.example.com/redis".',
    ]);
  });

  it("may not be longer than a line", () => {
    const [problem] = problemsOf("dev", { environment: { runbooks: "r".repeat(256) } });
    expect(problem).toMatch(/^environments\/dev\.runbooks: got 256 characters, /);
  });
});
