import { MASK, maskSecrets } from "../../../ops/sessions/mask-secrets";

test("what looks like a secret is hidden, however deep, unless it is asked for", () => {
  const fields = { name: "ann", csrf_token: "x", in: [{ Password: "y", apiKey: 1, ok: 2n }], secret: null };
  expect(maskSecrets(fields, false)).toEqual({
    name: "ann",
    csrf_token: MASK,
    in: [{ Password: MASK, apiKey: MASK, ok: "2" }],
    secret: null,
  });
  expect(maskSecrets(fields, true)).toEqual({ ...fields, in: [{ Password: "y", apiKey: 1, ok: "2" }] });
});

test.each([
  "refreshTok",
  "auth",
  "x-auth-data",
  "authorization",
  "authorised",
  "bearerValue",
  "credential",
  "pass",
  "passKey",
  "userPwd",
])("%s is the name of a secret", (name) => {
  expect(maskSecrets({ [name]: "x" }, false)).toEqual({ [name]: MASK });
});

test.each(["author", "authority", "coAuthors", "user", "keys", "spin"])("%s is not", (name) => {
  expect(maskSecrets({ [name]: "x" }, false)).toEqual({ [name]: "x" });
});
