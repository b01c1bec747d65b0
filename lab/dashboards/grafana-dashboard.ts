/** What is read here of a dashboard's file. */
export interface GrafanaDashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly GrafanaPanel[];
  readonly templating: { readonly list: readonly GrafanaVariable[] };
}

export interface GrafanaPanel {
  readonly type: string;
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly GrafanaTarget[];
  readonly transformations?: readonly GrafanaTransformation[];
  readonly fieldConfig?: { readonly defaults: object; readonly overrides: readonly object[] };
  readonly options?: object;
}

export interface GrafanaTarget {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
}

export interface GrafanaTransformation {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface GrafanaVariable {
  readonly name: string;
  readonly type: string;
  readonly query: string;
  readonly multi?: boolean;
}

/** A value for each variable; a list for one that takes several. */
export type Variables = Readonly<Record<string, string | readonly string[]>>;

/** The text with the values in place of `$name`; several are an alternative of a regular expression, as Grafana does it. */
export function filledIn(text: string, variables: Variables): string {
  return text.replace(/\$(\w+)|\$\{(\w+)\}/g, (whole, plain: string, braced: string) => {
    const value = variables[plain ?? braced];
    if (value === undefined) {
      throw new Error(`${JSON.stringify(text)}: variable ${whole} has no value`);
    }
    return typeof value === "string" ? value : `(${value.join("|")})`;
  });
}

/** The selector and the label of a variable's `label_values(selector, label)`. */
export function labelValues(query: string): { readonly selector: string; readonly label: string } {
  const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
  if (selector === undefined || label === undefined) {
    throw new Error(`${query}: expected label_values(SELECTOR, LABEL)`);
  }
  return { selector, label };
}
