import { type Attributes, isAttributes, isList, type Value } from "./values";

/** Reads a resource's attributes; what is null or unknown reads as the zero value. */
export class View {
  constructor(private readonly attributes: Attributes) {}

  value(name: string): Value {
    return this.attributes[name] ?? null;
  }

  text(name: string): string {
    const value = this.value(name);
    return typeof value === "string" ? value : "";
  }

  number(name: string): number {
    const value = this.value(name);
    return typeof value === "number" ? value : 0;
  }

  flag(name: string): boolean {
    return this.value(name) === true;
  }

  texts(name: string): string[] {
    return this.elements(name).map((item) => (typeof item === "string" ? item : ""));
  }

  map(name: string): Record<string, string> {
    const value = this.value(name);
    return isAttributes(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item ?? "")]))
      : {};
  }

  blocks(name: string): View[] {
    return this.elements(name)
      .filter(isAttributes)
      .map((item) => new View(item));
  }

  /** Blocks of `label` and `value`, as a record. */
  labels(name: string): Record<string, string> {
    return Object.fromEntries(this.blocks(name).map((label) => [label.text("label"), label.text("value")]));
  }

  private elements(name: string): readonly Value[] {
    const value = this.value(name);
    return isList(value) ? value : [];
  }
}
