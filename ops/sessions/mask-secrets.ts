/** Names of fields whose values let somebody in. One name too many is no harm; an author is none. */
const SECRET =
  /tok|secret|pass|pwd|csrf|xsrf|cookie|credential|signature|bearer|auth(?!or(?!i[sz]))|jwt|otp|api.?key|private.?key|session.?(id|key)|^(pin|pw|key|sid|nonce|code)$/i;

/** What stands in the place of a secret. */
export const MASK = "(hidden; --reveal shows it)";

/** JSON may be as deep as it is long. */
const MAX_DEPTH = 100;

/**
 * The same with the mask in place of every value whose name looks like a secret's, 100 lists and objects deep: what is
 * deeper is left out. Bytes are told by length.
 */
export function maskSecrets(value: unknown, isRevealed: boolean, depth = 0): unknown {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (value instanceof Uint8Array) {
    return `(${value.length} bytes)`;
  }
  if (typeof value === "bigint") {
    return `${value}`;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (depth === MAX_DEPTH) {
    return "(too deep to be shown)";
  }
  if (Array.isArray(value)) {
    return value.map((one) => maskSecrets(one, isRevealed, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      !isRevealed && SECRET.test(name) && one !== null ? MASK : maskSecrets(one, isRevealed, depth + 1),
    ]),
  );
}
