import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dockerEngine, exec } from "../../ops/docker-engine";
import { withThrowAway } from "../../ops/docker-run";
import { LAB_IMAGE } from "../support/scratch";
import { repository, startScript } from "../support/stack-fixtures";

const script = (name: string) => readFileSync(join(repository, "ops/restore", name), "utf8");

/** What the next start of the server does, by the start script's own lines. */
const ROLL_BACK = `
set -eu
data=/data
journal=/data/restore-in-progress
refuse() { exit 78; }
${/^check_journal\(\) \{\n[\s\S]*?^\}\n/m.exec(startScript)?.[0]}
${/^roll_back\(\) \{\n[\s\S]*?^\}\n/m.exec(startScript)?.[0]}
if [ -e "$journal" ]; then check_journal; roll_back 2>/dev/null; fi`;

/**
 * Put before a script: it counts what changes the disk, and dies before or after the n-th. What kill -9 at that moment
 * leaves. Functions, since busybox looks for no program where it has one of its own.
 */
const DYING = `
count=0
step() {
  count=$((count + 1))
  echo "$count" >/tmp/count
  if [ "$count" -eq "$fatal" ] && [ "$side" = before ]; then kill -9 $$; fi
  result=0
  busybox "$@" || result=$?
  if [ "$count" -eq "$fatal" ]; then kill -9 $$; fi
  return "$result"
}
for name in mkdir mv rm sync rmdir; do
  eval "$name() { step $name \\"\\$@\\"; }"
done
`;

/** Steps of putting it back at which that dies too; 0: it does not. */
const AGAIN = process.env.SOAK === "1" ? "0 1 2 3 4 5 6 7 8" : "0 2 4";

/** For each state of before, dies at every step of the exchange, and then at some of putting it back. */
const TRIALS = `
set -u
dying=$1 swap=$2 put_back=$3 agains=$4
contents() { (cd /data && find . -type f ! -path './before-restore-*' ! -path './restore-incoming/*' ! -name '*.new' | sort | xargs -r md5sum); }
prepare() { # OLD...
  rm -rf /data/*
  for name; do
    case $name in
      appendonlydir) mkdir /data/appendonlydir && echo old >/data/appendonlydir/appendonly.aof.1.incr.aof ;;
      dump.rdb) echo old >/data/dump.rdb ;;
    esac
  done
  echo other >/data/of-somebody-else
  old=$(contents)
  mkdir -p /data/restore-incoming/appendonlydir
  echo new >/data/restore-incoming/appendonlydir/appendonly.aof.1.base.rdb
}
dying() { # SCRIPT FATAL SIDE [ARGUMENT]
  text="fatal=$2 side=$3
$dying
$1"
  shift 3
  sh -c "$text" dying "$@" 2>/dev/null
}
trials=0 lost=0 trees=
for had in "" "appendonlydir" "dump.rdb" "appendonlydir dump.rdb"; do
  prepare $had
  dying "$swap" 0 before before-restore-20261121T120000Z && all=$(cat /tmp/count)
  new=$(contents)
  for side in before after; do
    step=1
    while [ "$step" -le "$all" ]; do
      for again in $agains; do
        prepare $had
        dying "$swap" "$step" "$side" before-restore-20261121T120000Z
        [ "$again" -eq 0 ] || dying "$put_back" "$again" "$side"
        sh -c "$put_back" put-back || lost=$((lost + 1))
        now=$(contents)
        [ "$again" -ne 0 ] || trees="$trees $(find /data ! -name '*.new' | sort)"
        trials=$((trials + 1))
        if [ "$now" != "$old" ] && [ "$now" != "$new" ] || [ -e /data/restore-in-progress ] ||
          { [ "$now" = "$old" ] && [ -e /data/before-restore-20261121T120000Z ] && [ "$old" != "$new" ]; }; then
          lost=$((lost + 1))
          echo "had '$had', died $side step $step of $all, again $again: $now"
        fi
      done
      step=$((step + 1))
    done
  done
done
echo "$trials trials, $lost lost, $(echo "$trees" | md5sum)"`;

/** Journals that are not a whole one of swap.sh's; each must be refused with exit code 78, and nothing changed. */
const HOSTILE = `
put_back=$1
b=before-restore-20261121T120000Z
state() { find /data /tmp/outside | sort; find /data /tmp/outside -type f | sort | xargs md5sum; }
for journal in '' 'before-restore-\nend' '/data\nend' 'before-restore-../../tmp/outside\nold dump.rdb\nend' \\
  "$b\nold ../dump.rdb\nend" "$b" "$b\nold dump.rdb" "$b\nold dump.r" "$b\nold dump.rdb\nen" "$b\nold dump.rdb\nend\n" \\
  "$b\r\nold dump.rdb\r\nend\r" "$b\nold dump.rdb\r\nend" "$b\n\nend" "$b\nold dump.rdb \nend" "$b\nold other\nend" \\
  "$b\nold appendonlydir\nend\nold dump.rdb" "$b \nend" "\${b}1\nend" 'before-restore-foo\nend' "old dump.rdb\n$b\nend" FOLDER; do
  rm -rf /data/* /tmp/outside
  mkdir -p /tmp/outside "/data/$b" /data/before-restore-foo /data/before-restore- '/data/before-restore-..' /data/appendonlydir /data/restore-incoming
  for file in /tmp/outside /data "/data/$b" /data/before-restore-foo; do echo "$file" >"$file/dump.rdb"; done
  if [ "$journal" = FOLDER ]; then mkdir /data/restore-in-progress; else printf "$journal\n" >/data/restore-in-progress; fi
  before=$(state)
  code=0
  sh -c "$put_back" put-back 2>/dev/null || code=$?
  [ "$code" -eq 78 ] && [ "$(state)" = "$before" ] || echo "$journal: exit code $code: $(state)"
done
# Whole, but what they name is not there: with no folder, and with one that has something else.
for old in '' 'old appendonlydir\n' 'old dump.rdb\n' 'old appendonlydir\nold dump.rdb\n'; do
  for has in dump.rdb appendonlydir; do
    for folder in none empty; do
      case $old in *$has*) [ "$old" = "old $has\n" ] && continue ;; '') [ "$folder" = none ] || continue ;; esac
      rm -rf /data/*
      echo data >"/data/$has"
      [ "$folder" = none ] || mkdir "/data/$b"
      printf "$b\n\${old}end\n" >/data/restore-in-progress
      before=$(state)
      code=0
      sh -c "$put_back" put-back 2>/dev/null || code=$?
      echo trial >>/tmp/trials
      [ "$code" -eq 78 ] && [ "$(state)" = "$before" ] || echo "has $has, folder $folder, $old: exit code $code: $(state)"
    done
  done
done
wc -l </tmp/trials`;

/** A folder that is there already: exit code 3, and nothing changed. */
const COLLISION = `
mkdir -p /data/before-restore-20261121T120000Z /data/restore-incoming
echo kept >/data/before-restore-20261121T120000Z/dump.rdb
echo now >/data/dump.rdb
echo new >/data/restore-incoming/dump.rdb
before=$(find /data -type f | sort | xargs md5sum)
sh -c "$1" swap before-restore-20261121T120000Z
echo "exit code $?"
[ "$(find /data -type f | sort | xargs md5sum)" = "$before" ] || find /data`;

/** What a script says, run on a /data of its own. */
const onData = (text: string, ...words: readonly string[]) =>
  withThrowAway(
    dockerEngine({}),
    {
      image: LAB_IMAGE,
      argv: ["sleep", "600"],
      tmpfs: { "/data": "rw,size=16m,uid=999,gid=1000", "/tmp": "rw,size=1m,mode=1777" },
    },
    (container) => exec(container, ["sh", "-c", text, "trials", ...words]),
  );

const PUT_BACKS = [
  ["the next restore", script("put-back.sh")],
  ["the next start of the server", ROLL_BACK],
] as const;

it.each(PUT_BACKS)(
  "%s refuses a journal that is not whole, names other places, or what is not there",
  async (_, putBack) => {
    expect(await onData(HOSTILE, putBack)).toEqual({ exitCode: 0, stdout: "10\n", stderr: "" });
  },
);

it("an exchange moves nothing where the name of its folder is taken", async () => {
  expect(await onData(COLLISION, script("swap.sh"))).toEqual({
    exitCode: 0,
    stdout: "exit code 3\n",
    stderr: "swap: before-restore-20261121T120000Z is there already\n",
  });
});

describe("an exchange that is killed", () => {
  const ends: string[] = [];

  it.each(PUT_BACKS)(
    "leaves the old data or the new, whole, at every one of its steps and of those of %s",
    async (_, putBack) => {
      const said = await onData(TRIALS, DYING, script("swap.sh"), putBack, AGAIN);
      expect(said.stdout).toMatch(/^\d{3} trials, 0 lost, /);
      expect(said.exitCode).toBe(0);
      ends.push(said.stdout);
    },
  );

  it("leaves the same files, whichever of the two puts it back", () => {
    expect(ends).toEqual([ends[0], ends[0]]);
  });
});
