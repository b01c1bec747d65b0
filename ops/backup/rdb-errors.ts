/** Thrown when the bytes are not an RDB file that is whole: cut, or its checksum does not fit. */
export class DamagedRdb extends Error {}

/** Thrown for a type or opcode that this reader does not know (a module's, or a later engine's). The file may be good. */
export class UnknownRdb extends Error {}
