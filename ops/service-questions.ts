import { checkbox, confirm, input, select } from "@inquirer/prompts";
import type { Deployment, Store } from "../config/service";
import { InvalidValueError } from "../core/problem";
import { STORE_KINDS, type StoreKind } from "../core/store-props";
import {
  completed,
  type DraftDeployment,
  environmentNames,
  environmentOf,
  environmentsOf,
  type ServiceDraft,
  suggestedStore,
  tryOut,
} from "./service-draft";
import { USUAL_STORES } from "./service-suggestions";
import { readDescription, readKeys, readPort, readSize, readTtl } from "./service-values";

/** Where questions are asked: a terminal. */
export interface Dialogue {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks for everything that a draft does not say. An answer that cannot work is refused at once, with the reason.
 * Ctrl-C and the end of the input are an `ExitPromptError`.
 */
export async function askForRest(draft: ServiceDraft, dialogue: Dialogue): Promise<ServiceDraft> {
  let answers = draft;
  if (answers.description === undefined) {
    const description = await ask("What is it for, in one line?", undefined, readDescription, dialogue);
    answers = { ...answers, description };
  }
  if (answers.stores.length === 0) {
    answers = await askForStores(answers, dialogue);
  }
  if (Object.keys(answers.environments).length === 0) {
    const chosen = await checkbox(
      {
        message: "Which environments?",
        choices: environmentNames.map((value) => ({ value, checked: true })),
        required: true,
      },
      dialogue,
    );
    answers = { ...answers, environments: Object.fromEntries(chosen.map((name) => [name, {}])) };
  }
  return askForDeployments(answers, dialogue);
}

/** Whether to write the file; what it will do was shown. */
export function askToWrite(path: string, dialogue: Dialogue): Promise<boolean> {
  return confirm({ message: `Write ${path}?` }, dialogue);
}

async function askForStores(draft: ServiceDraft, dialogue: Dialogue): Promise<ServiceDraft> {
  let answers = draft;
  for (;;) {
    const isFirst = answers.stores.length === 0;
    const kind = await select<StoreKind | undefined>(
      {
        message: isFirst ? "What does it store?" : "What else?",
        choices: [
          ...(isFirst ? [] : [{ value: undefined, name: "nothing else" }]),
          ...STORE_KINDS.map((value) => ({
            value,
            name: `${value.padEnd(12)} ${USUAL_STORES[value].what}`,
            short: value,
          })),
        ],
        pageSize: STORE_KINDS.length + 1,
        loop: false,
      },
      dialogue,
    );
    if (kind === undefined) {
      return answers;
    }
    answers = await askForStore(answers, kind, dialogue);
  }
}

async function askForStore(draft: ServiceDraft, kind: StoreKind, dialogue: Dialogue): Promise<ServiceDraft> {
  const usual = suggestedStore(draft.name, kind);
  const withStore = (own: Partial<Store>): ServiceDraft => ({
    ...draft,
    stores: [...draft.stores, { ...usual, ...own }],
  });
  const isMessages = kind === "pub-sub";
  const keys = await ask(
    isMessages ? "Pattern of the channels?" : "Pattern of the keys?",
    usual.keys,
    tried(readKeys, draft, (value) => withStore({ keys: value })),
    dialogue,
  );
  if (isMessages) {
    return withStore({ keys });
  }
  const ttl = await ask(
    "Time to live? (none: until somebody deletes them)",
    usual.ttl,
    tried(readTtl, draft, (value) => withStore({ keys, ttl: value })),
    dialogue,
  );
  const lossAcceptable = await confirm(
    { message: "May they be lost earlier, without anybody noticing?", default: usual.lossAcceptable },
    dialogue,
  );
  return withStore({ keys, ttl, lossAcceptable });
}

/** Sizes first, those of protected data before the others, which are suggested a part of it; then ports. */
async function askForDeployments(draft: ServiceDraft, dialogue: Dialogue): Promise<ServiceDraft> {
  const isProtected = (name: string) => environmentOf(name)?.dataVolume === "protected";
  const names = environmentsOf(draft);
  const ordered = [...names.filter(isProtected), ...names.filter((name) => !isProtected(name))];
  let answers = draft;
  for (const name of draft.maxmemory === undefined ? ordered : []) {
    if (answers.environments[name]?.maxmemory === undefined) {
      const current = answers;
      const maxmemory = await ask(
        `How much data may ${draft.name}-${name} keep at most?`,
        suggestionFor(current, name).memory.maxmemory ?? "",
        tried(readSize, current, (value) => withOwn(current, name, { maxmemory: value })),
        dialogue,
      );
      answers = { maxmemory, ...withOwn(current, name, { maxmemory }) };
    }
  }
  for (const name of names) {
    answers = await askForPorts(answers, name, dialogue);
  }
  return answers;
}

async function askForPorts(draft: ServiceDraft, name: string, dialogue: Dialogue): Promise<ServiceDraft> {
  const environment = environmentOf(name);
  const stack = `${draft.name}-${name}`;
  let answers = draft;
  if (environment?.network === "bridge" && answers.environments[name]?.hostPort === undefined) {
    const hostPort = await ask(
      `Port of ${stack} on the host? (none: not published)`,
      `${suggestionFor(draft, name).hostPort}`,
      tried(
        (text) => readPort(text, "none"),
        draft,
        (value) => withOwn(draft, name, { hostPort: value }),
      ),
      dialogue,
    );
    answers = withOwn(answers, name, { hostPort });
  }
  if (environment?.exporter === "on" && answers.environments[name]?.exporter === undefined) {
    const current = answers;
    const suggested = suggestionFor(current, name).exporter;
    const exporter = await ask(
      `Port of the metrics of ${stack} on the host? (off: none)`,
      typeof suggested === "object" ? `${suggested.hostPort}` : "off",
      tried(
        (text) => readPort(text, "off"),
        current,
        (value) => withOwn(current, name, { exporter: value }),
      ),
      dialogue,
    );
    answers = withOwn(answers, name, { exporter });
  }
  return answers;
}

function withOwn(draft: ServiceDraft, name: string, change: DraftDeployment): ServiceDraft {
  const own = { ...draft.environments[name], ...change };
  return { ...draft, environments: { ...draft.environments, [name]: own } };
}

function suggestionFor(draft: ServiceDraft, name: string): Deployment {
  const deployments: Readonly<Record<string, Deployment>> = completed(draft).environments;
  return deployments[name] ?? { memory: {} };
}

/** Asks until `read` takes the answer. An empty one is the suggestion. */
async function ask<T>(
  message: string,
  suggestion: string | undefined,
  read: (text: string) => T,
  dialogue: Dialogue,
): Promise<T> {
  const validate = (text: string) => {
    try {
      read(text);
      return true;
    } catch (error) {
      if (error instanceof InvalidValueError) {
        return error.message;
      }
      throw error;
    }
  };
  const answer = await input(
    { message, validate, ...(suggestion === undefined ? {} : { default: suggestion }) },
    dialogue,
  );
  return read(answer);
}

/** Reads an answer, and refuses it when the service would be refused for something that it was not before. */
function tried<T>(
  read: (text: string) => T,
  draft: ServiceDraft,
  withAnswer: (value: T) => ServiceDraft,
): (text: string) => T {
  const before = tryOut(draft).problems.map(({ field }) => field);
  return (text) => {
    const value = read(text);
    const problem = tryOut(withAnswer(value)).problems.find(({ field }) => !before.includes(field));
    if (problem !== undefined) {
      throw new InvalidValueError(problem.got, problem.expected, problem.fix);
    }
    return value;
  };
}
