/** Do the Dockerfiles make small images that run without privileges? */
import type { EmbeddedCheck, JudgedTree, Rule } from '../check.ts';
import {
  isDockerfile,
  readDockerfile,
  type Dockerfile,
  type Instruction,
  type Stage,
} from './dockerfile-syntax.ts';
import { FindingList } from './finding-list.ts';
import { pinFault } from './image-reference.ts';
import { isReference, isSecretName } from './secret-names.ts';
import { folderOf, linesOf } from './source-text.ts';

const REFERENCE = 'https://docs.docker.com/reference/dockerfile/';
const PRACTICES = 'https://docs.docker.com/build/building/best-practices/';

const rules = [
  {
    id: 'dockerfile-instruction',
    summary: 'A Dockerfile starts with FROM and holds only instructions that exist.',
    source: `${REFERENCE}#overview`,
    fix: 'correct the instruction; a line that ends with a backslash continues on the next',
  },
  {
    id: 'dockerfile-size',
    summary: 'A Dockerfile is small enough to be judged whole.',
    source: 'SPEC 8: files of others are untrusted input',
    fix: 'move what is long into scripts that are copied',
  },
  {
    id: 'dockerfile-from-tag',
    summary: 'A base image is named by an exact tag or a digest.',
    source: 'SPEC 4; hadolint DL3006 and DL3007',
    fix: 'name the exact version of the image',
  },
  {
    id: 'dockerfile-multi-stage',
    summary: 'What builds is not in what runs: there are at least two stages.',
    source: `SPEC 4; ${PRACTICES}#use-multi-stage-builds`,
    fix: 'build in a first stage and copy the result into the last',
  },
  {
    id: 'dockerfile-user',
    summary: 'The last stage runs as a numeric user other than root.',
    source: `SPEC 4; hadolint DL3002; Kubernetes refuses a name under runAsNonRoot`,
    fix: 'end the last stage with `USER 10001:10001`',
  },
  {
    id: 'dockerfile-exec-form',
    summary: 'ENTRYPOINT and CMD are lists, so that signals reach the process.',
    source: `SPEC 4; hadolint DL3025; ${REFERENCE}#shell-and-exec-form`,
    fix: 'write it as a JSON list, as in `CMD ["python", "-m", "app"]`',
  },
  {
    id: 'dockerfile-healthcheck',
    summary: 'The last stage has a health check.',
    source: `SPEC 4; ${REFERENCE}#healthcheck; trivy DS-0026`,
    fix: 'add HEALTHCHECK; where the image has no curl, use its own interpreter',
  },
  {
    id: 'dockerfile-add-url',
    summary: 'Nothing is downloaded by ADD without a checksum.',
    source: `${PRACTICES}#add-or-copy; ${REFERENCE}#add---checksum`,
    fix: 'give it `--checksum=sha256:…`, or download and verify it in RUN',
  },
  {
    id: 'dockerfile-secret',
    summary: 'No secret has a value in ENV or ARG, where everyone who has the image reads it.',
    source: 'SPEC 4; https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/',
    fix: 'use `RUN --mount=type=secret` to build and the environment to run',
  },
  {
    id: 'dockerfile-apt',
    summary: 'apt-get installs without recommended packages and leaves no lists behind.',
    source: 'SPEC 4; hadolint DL3009 and DL3015',
    fix: 'use `apt-get install --no-install-recommends -y … && rm -rf /var/lib/apt/lists/*` in one RUN',
  },
  {
    id: 'dockerfile-pipe-shell',
    summary: 'No script is run straight from the network.',
    source: 'OWASP CICD-SEC-9 (improper artifact integrity validation)',
    fix: 'download it at a fixed version, verify its checksum, then run it',
  },
  {
    id: 'dockerfile-locked-packages',
    summary: 'pip installs what a lock names, and verifies its hashes.',
    source: 'SPEC 4; https://pip.pypa.io/en/stable/topics/secure-installs/#hash-checking-mode',
    fix: 'compile a lock with hashes and install it with `--require-hashes -r requirements.txt`',
  },
  {
    id: 'dockerfile-test-files',
    summary: 'No test is in the last stage.',
    source: `SPEC 4; ${PRACTICES}#dont-install-unnecessary-packages`,
    fix: 'copy them into a stage for development alone',
  },
  {
    id: 'dockerfile-labels',
    summary: 'The last stage says by OCI labels what the image is and where it comes from.',
    source: 'SPEC 4; https://github.com/opencontainers/image-spec/blob/main/annotations.md',
    fix: 'add LABEL with org.opencontainers.image.title, .source, .licenses, .version and .revision',
  },
  {
    id: 'dockerfile-ignore-file',
    summary: 'A .dockerignore keeps everything from the build that it does not name.',
    source: `SPEC 4; ${PRACTICES}#exclude-with-dockerignore`,
    fix: 'begin it with `*`, then name with `!` what the build needs',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

const INSTRUCTIONS = new Set([
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);

export const dockerfile: EmbeddedCheck = {
  id: 'dockerfile',
  description: 'Dockerfiles are pinned, multi-stage, without root and without secrets',
  rules,
  judges: ({ path }) => isDockerfile(path),
  run: (files, tree) => {
    const found: Findings = new FindingList(rules);
    for (const file of files) {
      const read = readDockerfile(file);
      if (read.excess) {
        found.add(
          'dockerfile-size',
          file.path,
          read.excess.line,
          `it has ${read.excess.is}: from here on nothing was judged`,
        );
        continue;
      }
      judgeForm(file.path, read, found);
      judgeStages(file.path, read.stages, found);
      judgeIgnoreFile(file.path, read.instructions, tree, found);
      for (const instruction of read.instructions) judgeInstruction(file.path, instruction, found);
    }
    return found.sorted();
  },
};

function judgeForm(path: string, { instructions, stages }: Dockerfile, found: Findings): void {
  for (const { name, line } of instructions) {
    if (!INSTRUCTIONS.has(name)) found.add('dockerfile-instruction', path, line, `${name} is no instruction`);
  }
  const first = instructions.find(({ name }) => name !== 'ARG');
  if (first?.name !== 'FROM')
    found.add('dockerfile-instruction', path, first?.line ?? 1, 'the first instruction is not FROM');
  if (stages.length === 1) {
    found.add(
      'dockerfile-multi-stage',
      path,
      stages[0]?.from.line,
      'the image holds what only its build needs',
    );
  }
}

function judgeStages(path: string, stages: readonly Stage[], found: Findings): void {
  for (const [index, stage] of stages.entries()) {
    if (stage.image === 'scratch' || earlierStage(stages, index)) continue;
    const fault = pinFault(stage.image);
    if (fault !== undefined)
      found.add('dockerfile-from-tag', path, stage.from.line, `the base ${stage.image} ${fault}`);
  }
  const last = stages.at(-1);
  if (!last) return;
  judgeLastImage(path, stages, found);
  const user = lastOf('USER', stages, stages.length - 1);
  if (!user) found.add('dockerfile-user', path, last.from.line, 'the image runs as root');
  else if (!/^["']?[1-9]\d*(?::\d+)?["']?$/.test(user.text)) {
    const why = /^(?:0|root)\b/.test(user.text)
      ? 'the image runs as root'
      : `the user ${user.text} is not a number`;
    found.add('dockerfile-user', path, user.line, why);
  }
  const health = lastOf('HEALTHCHECK', stages, stages.length - 1);
  if (!health || health.text.startsWith('NONE')) {
    found.add(
      'dockerfile-healthcheck',
      path,
      health?.line ?? last.from.line,
      'nobody can tell whether the container works',
    );
  }
}

/** Folders that hold nothing but tests, in most languages. */
const TEST_FOLDER = /^(?:\.\/)?(?:tests?|spec|e2e|__tests__)(?:\/|$)/;

function judgeLastImage(path: string, stages: readonly Stage[], found: Findings): void {
  const chain = chainOf(stages, stages.length - 1);
  const instructions = chain.flatMap((stage) => stage.instructions);
  const labelled = instructions.some(
    ({ name, text }) => name === 'LABEL' && text.includes('org.opencontainers.image.'),
  );
  if (!labelled) {
    const line = stages.at(-1)?.from.line;
    found.add('dockerfile-labels', path, line, 'nothing tells what the image is', { severity: 'warning' });
  }
  for (const { name, text, line } of instructions) {
    if ((name !== 'COPY' && name !== 'ADD') || /(?:^|\s)--from=/.test(text)) continue;
    const sources = text.split(/\s+/).filter((word) => !word.startsWith('--'));
    if (!sources.slice(0, -1).some((source) => TEST_FOLDER.test(source))) continue;
    found.add('dockerfile-test-files', path, line, 'tests are copied into the image that runs');
  }
}

/** A stage and those it is made from, itself first. */
function chainOf(stages: readonly Stage[], index: number): readonly Stage[] {
  const stage = stages[index];
  if (!stage) return [];
  const parent = earlierStage(stages, index);
  return parent === undefined ? [stage] : [stage, ...chainOf(stages, parent - 1)];
}

/** Docker looks beside the Dockerfile, by its name, and in the folder that is built, which is mostly one of these two. */
function judgeIgnoreFile(
  path: string,
  instructions: readonly Instruction[],
  tree: JudgedTree,
  found: Findings,
): void {
  const reads = instructions.find(
    ({ name, text }) => (name === 'COPY' || name === 'ADD') && !/(?:^|\s)--from=|:\/\//.test(text),
  );
  if (!reads) return;
  const names = [`${path}.dockerignore`, `${folderOf(path)}/.dockerignore`, '.dockerignore'];
  const file = names.flatMap((name) => [...tree.values()].find((one) => one.path === name) ?? [])[0];
  if (!file) {
    found.add('dockerfile-ignore-file', path, reads.line, 'all that lies here reaches the build', {
      severity: 'warning',
    });
    return;
  }
  const lines = linesOf(file);
  const first = lines.findIndex((line) => !/^\s*(?:#|$)/.test(line));
  if (/^(?:\*\*?|\*\*\/\*)$/.test(lines[first]?.trim() ?? '')) return;
  found.add('dockerfile-ignore-file', file.path, first + 1, 'what it does not name reaches the build', {
    severity: 'warning',
  });
}

function earlierStage(stages: readonly Stage[], index: number): number | undefined {
  const image = stages[index]?.image.toLowerCase();
  const at = stages.slice(0, index).findLastIndex(({ alias }) => alias?.toLowerCase() === image);
  return at < 0 ? undefined : at + 1;
}

/** The instruction that holds at the end of a stage: its own last one, or what it inherits from an earlier stage. */
function lastOf(name: string, stages: readonly Stage[], index: number): Instruction | undefined {
  const own = stages[index]?.instructions.findLast((instruction) => instruction.name === name);
  if (own) return own;
  const parent = earlierStage(stages, index);
  return parent === undefined ? undefined : lastOf(name, stages, parent - 1);
}

function judgeInstruction(path: string, { name, text, line }: Instruction, found: Findings): void {
  if ((name === 'CMD' || name === 'ENTRYPOINT') && !text.startsWith('[')) {
    found.add(
      'dockerfile-exec-form',
      path,
      line,
      `${name} runs through a shell, which keeps signals to itself`,
    );
  }
  if (name === 'ADD' && /(?:^|\s)(?:https?|ftp):\/\//.test(text) && !text.includes('--checksum=')) {
    found.add('dockerfile-add-url', path, line, 'what is downloaded is not verified');
  }
  if (name === 'ENV' || name === 'ARG') {
    for (const [key, value] of assignments(text)) {
      if (value === '' || !isSecretName(key) || isReference(value)) continue;
      found.add('dockerfile-secret', path, line, `${key} stays readable in the image`);
    }
  }
  if (name === 'RUN') judgeRun(path, text, line, found);
}

/** `A=1 B="x y"`, or the old form `A 1`. */
function assignments(text: string): readonly (readonly [string, string])[] {
  const old = /^(\w+)\s+(.+)$/.exec(text);
  if (old && !/^\w+=/.test(text)) return [[old[1] ?? '', old[2] ?? '']];
  return [...text.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)/g)].map(
    ([, key = '', value = '']) => [key, value.replace(/^["']|["']$/g, '')] as const,
  );
}

function judgeRun(path: string, text: string, line: number, found: Findings): void {
  for (const [install] of text.matchAll(/\bpip[\d.]*\s[^&|;]*\binstall\b[^&|;]*/g)) {
    if (install.includes('--require-hashes') || /\s(?:-e\s+)?\.{1,2}(?:\s|$)/.test(install)) continue;
    found.add('dockerfile-locked-packages', path, line, 'pip takes whatever the index has today');
  }
  if (/\bapt(?:-get)?\s[^&|;]*\binstall\b/.test(text)) {
    const recommends =
      !text.includes('--no-install-recommends') &&
      !/APT::Install-Recommends\s*=?\s*["']?(?:0|false)/i.test(text);
    if (recommends)
      found.add('dockerfile-apt', path, line, 'apt-get installs recommended packages nobody asked for');
    const cached = /--mount=\S*target=\/var\/(?:lib|cache)\/apt/.test(text);
    if (!cached && !/rm\s+-r?f?r?\S*\s[^&|;]*\/var\/lib\/apt\/lists/.test(text)) {
      found.add('dockerfile-apt', path, line, "apt's package lists stay in the layer");
    }
  }
  if (
    /\b(?:curl|wget)\b[^&;]*\|\s*(?:sudo\s+)?(?:\/\S*\/)?(?:ba|z|da)?sh\b/.test(text) ||
    /\b(?:ba)?sh\s+(?:-c\s+["']?\$\(|<\()\s*(?:curl|wget)\b/.test(text)
  ) {
    found.add('dockerfile-pipe-shell', path, line, 'a script is run straight from the network');
  }
}
