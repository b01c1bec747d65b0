import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { formatProblem, InvalidInputError, type Problem } from "../core/problem";
import { errorCode } from "./error-code";
import { ExitCode } from "./exit-code";
import type { Terminal } from "./terminal";

/**
 * Writes each text to its path in or below `folder`, by way of a new file beside it, and says so. What has the same bytes
 * already stays as it is. A folder may be a link, a file may not.
 * @returns 1 when the system refused after something was made or written, and it has been told what
 * @throws InvalidInputError when it can be seen before, or the system refuses the first step
 */
export function writeFiles(folder: string, texts: ReadonlyMap<string, string>, terminal: Terminal): ExitCode {
  const problems = folderProblems(folder);
  if (problems.length === 0) {
    problems.push(...[...texts.keys()].flatMap(fileProblems));
  }
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  let made = 0;
  let path = folder;
  try {
    for (path of new Set([...texts.keys()].flatMap((file) => missingFolders(dirname(file))))) {
      mkdirSync(path);
      made += 1;
    }
    for (const [file, text] of texts) {
      path = file;
      const isSame = textOf(file) === text;
      if (!isSame) {
        replaceFile(file, text);
        made += 1;
      }
      terminal.out(`${isSame ? "as it was" : "written"}: ${file}`);
    }
    return ExitCode.ok;
  } catch (error) {
    const problem = refusal(path, error);
    if (made === 0) {
      throw new InvalidInputError([problem]);
    }
    terminal.err(
      `${formatProblem(problem)}\nWhat is said to be written is; the rest is not. Next: run it again`,
    );
    return ExitCode.unhealthy;
  }
}

function folderProblems(folder: string): Problem[] {
  const field = "folder";
  if (folder === "") {
    return [{ field, got: '""', expected: "the name of a folder", fix: "write . for this one" }];
  }
  const nearest = dirname(missingFolders(folder)[0] ?? resolve(folder, "x"));
  try {
    if (!statSync(nearest).isDirectory()) {
      throw Object.assign(new Error(nearest), { code: "ENOTDIR" });
    }
    accessSync(nearest, constants.W_OK);
    return [];
  } catch (error) {
    return [{ ...refusal(folder, error), field }];
  }
}

/** The folders that are not there, from the top. Made one by one: Node.js tries for ever to make all of /proc/a/b. */
function missingFolders(folder: string): readonly string[] {
  const path = resolve(folder);
  return statOf(path, statSync) === undefined && dirname(path) !== path
    ? [...missingFolders(dirname(path)), path]
    : [];
}

function fileProblems(path: string): readonly Problem[] {
  const found = statOf(path, lstatSync);
  if (found === undefined || found.isFile()) {
    return [];
  }
  const got = found.isDirectory()
    ? "a folder"
    : found.isSymbolicLink()
      ? "a symbolic link"
      : "a special file";
  return [{ field: path, got, expected: "a file, or none", fix: "remove it, or name another folder" }];
}

/** Undefined: nothing is there, or below something that is no folder. */
function statOf(path: string, stat: (path: string) => Stats): Stats | undefined {
  try {
    return stat(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) {
      return undefined;
    }
    throw new InvalidInputError([refusal(path, error)]);
  }
}

function textOf(path: string): string | undefined {
  return statOf(path, lstatSync) && readFileSync(path, "utf8");
}

/** Who reads the file has the old text or the new one, and may read it as before. */
function replaceFile(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`;
  const mode = statOf(path, lstatSync)?.mode;
  try {
    writeFileSync(beside, text, { flag: "wx" });
    if (mode !== undefined) {
      chmodSync(beside, mode & 0o7777);
    }
    renameSync(beside, path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") {
      rmSync(beside, { force: true });
    }
    throw error;
  }
}

/** @throws `error` when it is none of the system */
function refusal(path: string, error: unknown): Problem {
  const code = errorCode(error);
  if (code === undefined) {
    throw error;
  }
  return {
    field: path,
    got: `${JSON.stringify(path)}: ${code}`,
    expected: "a folder that can be made and written to",
    fix: "make room, name another one, or change who may write there",
  };
}
