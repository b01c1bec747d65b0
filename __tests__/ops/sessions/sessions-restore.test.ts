import { countReplies, refusedText } from "../../../ops/commands/sessions-restore";

const none = () => ({ restored: 0, existing: 0, expired: 0, refused: 0 });

test("every reply is counted before the first error that is not about a key is thrown", () => {
  const tally = none();
  const replies = [
    Buffer.from("OK"),
    new Error("BUSYKEY Target key name already exists."),
    new Error("OOM command not allowed"),
    new Error("ERR DUMP payload version or checksum are wrong"),
    new Error("ERR last"),
    Buffer.from("OK"),
  ];
  expect(() => countReplies(replies, { yes: true, replace: false }, tally)).toThrow(
    "OOM command not allowed",
  );
  expect(tally).toEqual({ restored: 2, existing: 1, expired: 0, refused: 1 });
});

test.each([
  [false, { restored: 1, existing: 2 }],
  [true, { restored: 3, existing: 0 }],
])("without --yes keys that are there are counted by --replace %p", (replace, counts) => {
  const tally = none();
  countReplies([1, 0, 1], { yes: false, replace }, tally);
  expect(tally).toMatchObject(counts);
});

test("what a server of the same version refuses is damaged, and no matter of versions", () => {
  expect(refusedText("1 session", "7.4.11", "7.4.11")).toBe(
    "1 session refused: the values are damaged, since Redis 7.4.11 wrote them, and this server is of that version. " +
      "Next: restore them from another file, or from a backup",
  );
  expect(refusedText("2 sessions", "7.4.11", "7.0.15")).toBe(
    "2 sessions refused: Redis 7.4.11 wrote the values, and this server, 7.0.15, cannot read them. " +
      "Next: restore them to a server of that version or a newer one",
  );
});
