/** The steps of the workflow that `fleet init` renders, run as a job would, against a stand-in for gh and bare repositories. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { newFleetHome, type FleetHome } from '../support/fleet-repositories.ts';
import { bareEnvironment, program, type ProgramEnd } from '../support/program.ts';
import { toolsAreRequired } from '../support/tool-groups.ts';
import { findTool } from '../support/tools.ts';

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[]; readonly if?: string }>>;
}
interface Pull {
  number: number;
  state: string;
  head: string;
  base: string;
  title: string;
  body: string;
  isDraft: boolean;
  isCrossRepository: boolean;
  closedAt?: string;
}
interface HubState {
  pulls: Record<string, Pull[]>;
  statuses: { path: string; fields: string[] }[];
}

/** A run over the fleet is a dozen processes. */
vi.setConfig({ testTimeout: 120_000 });

const BRANCH = 'bulwark/update';
let home: FleetHome;

/** What a runner does with the steps of a job: each `run` by bash, with its variables and outputs. */
function runJob(
  job: string,
  expressions: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
  platform = 'platform',
): { readonly code: number; readonly outputs: Readonly<Record<string, string>>; readonly said: string } {
  const workflow = parse(
    readFileSync(home.at(platform, '.github/workflows/bulwark-fleet.yml'), 'utf8'),
  ) as Workflow;
  const output = home.at('github-output');
  writeFileSync(output, '');
  const outputs = (): Record<string, string> =>
    Object.fromEntries(
      readFileSync(output, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  let said = '';
  for (const { run, env = {} } of workflow.jobs[job]?.steps ?? []) {
    if (run === undefined) continue;
    expect(run, 'an expression in a script').not.toContain('${{');
    const known: Record<string, string> = { ...expressions };
    for (const [key, value] of Object.entries(outputs())) known[`steps.update.outputs.${key}`] = value;
    const variables = Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
        const meant = known[expression];
        if (meant === undefined) throw new Error(`no value for ${expression}`);
        return meant;
      }),
    ]);
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run],
      {
        cwd: home.at(platform),
        env: {
          ...runnerEnvironment(),
          ...more,
          GITHUB_OUTPUT: output,
          ...(Object.fromEntries(variables) as object),
        },
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    said += `${stdout}${stderr}`;
    if (status !== 0) return { code: status ?? -1, outputs: outputs(), said };
  }
  return { code: 0, outputs: outputs(), said };
}

/** No author in git's settings: the job says who it is. */
const runnerEnvironment = (): Record<string, string> => ({
  ...bareEnvironment(home.root),
  GIT_CONFIG_COUNT: '0',
  PATH: `${home.at('bin')}:${process.env.PATH ?? ''}`,
  RUNNER_TEMP: home.at('runner'),
  GH_STATE: home.at('hub.json'),
  GH_LOG: home.at('gh.log'),
  GH_REMOTES: home.at('remotes'),
});

const TOKEN = { 'steps.token.outputs.token': 'app-token', 'steps.token.outputs.app-slug': 'acme-fleet' };
const hub = (): HubState => JSON.parse(readFileSync(home.at('hub.json'), 'utf8')) as HubState;
const changeHub = (change: (state: HubState) => void): void => {
  const state = hub();
  change(state);
  writeFileSync(home.at('hub.json'), JSON.stringify(state));
};
const pullsOf = (name: string): readonly Pull[] => hub().pulls[`acme/${name}`] ?? [];
const statusesOf = (name: string): readonly string[] =>
  hub()
    .statuses.filter(({ path }) => path.startsWith(`repos/acme/${name}/`))
    .map(({ fields }) => fields[0] ?? '');

interface Entry {
  readonly name: string;
  readonly owner: string;
  readonly repositories: string;
  readonly fleet: string;
}

const plan = (more: Readonly<Record<string, string>> = {}, platform?: string): readonly Entry[] => {
  const { code, outputs, said } = runJob('plan', TOKEN, more, platform);
  expect(code, said).toBe(0);
  return (JSON.parse(outputs.matrix ?? '') as { include: readonly Entry[] }).include;
};

/** All jobs of the matrix. */
const runFleet = (
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, ReturnType<typeof runJob>>> =>
  Object.fromEntries(
    plan().map(({ name, owner, repositories, fleet }) => [
      name,
      runJob(
        'update',
        {
          ...TOKEN,
          'matrix.name': name,
          'matrix.owner': owner,
          'matrix.repositories': repositories,
          'matrix.fleet': fleet,
        },
        more,
      ),
    ]),
  );

const listed = (...names: readonly string[]): void => {
  const entries = names.map((name) => `  - https://github.com/acme/${name}.git\n`);
  writeFileSync(home.at('platform/fleet.yaml'), `repositories:\n${entries.join('')}`);
};

const init = (folder: string, ...args: readonly string[]): ProgramEnd => {
  mkdirSync(home.at(folder));
  home.git(folder, 'init', '--quiet');
  return home.bulwark('fleet', 'init', '--yes', '--owner', 'acme', ...args, '--cwd', folder);
};

describe.skipIf(findTool('jq') === undefined && !toolsAreRequired())('the rendered workflow', () => {
  beforeAll(() => {
    home = newFleetHome();
    for (const folder of ['bin', 'runner']) mkdirSync(home.at(folder));
    cpSync(fileURLToPath(new URL('../support/stand-in-gh.mjs', import.meta.url)), home.at('bin/gh'));
    chmodSync(home.at('bin/gh'), 0o755);
    writeFileSync(
      home.at('bin/npx'),
      `#!/bin/bash\n[ "$1" = --yes ] && [[ $2 == create-bulwark@*.*.* ]] || exit 9\nexec "${process.execPath}" "${program}" "\${@:3}"\n`,
      { mode: 0o755 },
    );
    // What GitHub would be: its addresses lead to the bare repositories.
    writeFileSync(
      home.at('.gitconfig'),
      `[url "file://${home.at('remotes')}/"]\n\tinsteadOf = https://github.com/\n`,
    );
    writeFileSync(home.at('hub.json'), '{"pulls":{},"statuses":[]}');
    for (const name of ['current', 'outdated', 'conflict']) home.copy(name);
    home.outdate('outdated');
    home.edit('conflict', 'README.md', '/healthz', '/by-hand');
    home.outdate('conflict');
    mkdirSync(home.at('remotes/acme'), { recursive: true });
    for (const name of ['current', 'outdated', 'conflict']) home.remoteOf(name, `acme/${name}.git`);
    expect(init('platform').code).toBe(0);
  }, 60_000);
  afterAll(() => {
    home.end();
  });

  test('an empty fleet has an empty matrix, for which the second job is left out', () => {
    const { code, outputs } = runJob('plan', TOKEN);
    expect(code).toBe(0);
    const text = readFileSync(home.at('platform/.github/workflows/bulwark-fleet.yml'), 'utf8');
    expect((parse(text) as Workflow).jobs.update?.if).toBe(
      `needs.plan.outputs.matrix != '${outputs.matrix ?? ''}'`,
    );
  });

  test('a fleet file that is none ends the plan', () => {
    writeFileSync(home.at('platform/fleet.yaml'), 'repositories:\n  - ../somewhere\n');
    expect(runJob('plan', TOKEN).code).toBe(2);
  });

  test('one pull request for each that is behind, none for one that is not, a draft with a failing status for conflicts', () => {
    listed('current', 'outdated', 'conflict');
    const jobs = runFleet();
    expect(Object.fromEntries(Object.entries(jobs).map(([name, { code }]) => [name, code]))).toEqual({
      'acme/current': 0,
      'acme/outdated': 0,
      'acme/conflict': 0,
    });
    expect(pullsOf('current')).toEqual([]);
    expect(pullsOf('outdated')).toEqual([
      expect.objectContaining({ number: 1, state: 'OPEN', head: BRANCH, base: 'main', isDraft: false }),
    ]);
    expect(pullsOf('outdated')[0]?.body).toMatch(/\*\*Changed\*\*\n\n[^]* {4}README\.md/);
    expect(pullsOf('conflict')).toEqual([expect.objectContaining({ isDraft: true })]);
    expect(pullsOf('conflict')[0]).toMatchObject({
      title: expect.stringContaining('with conflicts') as string,
    });
    expect(pullsOf('conflict')[0]?.body).toMatch(/\*\*With conflicts\*\*\n\n {4}README\.md/);
    expect(statusesOf('outdated')).toEqual(['state=success']);
    expect(statusesOf('conflict')).toEqual(['state=failure']);
    expect(hub().statuses[1]?.path).toBe(
      `repos/acme/conflict/statuses/${home.git('remotes/acme/conflict.git', 'rev-parse', BRANCH).trim()}`,
    );
    expect(home.git('remotes/acme/conflict.git', 'show', `${BRANCH}:README.md`)).toContain('<<<<<<<');
    expect(home.git('remotes/acme/outdated.git', 'log', '-1', '--format=%an <%ae>', BRANCH).trim()).toBe(
      'acme-fleet[bot] <acme-fleet[bot]@users.noreply.github.com>',
    );
  });

  test('a second run finds all of it there, and makes nothing more', () => {
    const before = hub();
    for (const { code, said } of Object.values(runFleet())) expect(code, said).toBe(0);
    expect(hub()).toEqual(before);
  });

  test('a repository that has moved on gets its pull request refreshed; one whose conflicts are gone is no draft any more', () => {
    for (const name of ['outdated', 'conflict']) {
      if (name === 'conflict') home.edit(name, 'README.md', '/by-hand', '/healthz');
      else writeFileSync(home.at(name, 'CHANGES.md'), 'A change.\n');
      home.commit(name);
      home.git(name, 'push', '--quiet', home.at('remotes/acme', `${name}.git`), 'HEAD:main');
    }
    for (const { code, said } of Object.values(runFleet())) expect(code, said).toBe(0);
    for (const name of ['outdated', 'conflict']) {
      expect(pullsOf(name), name).toEqual([
        expect.objectContaining({ number: 1, state: 'OPEN', isDraft: false }),
      ]);
      expect(statusesOf(name).at(-1), name).toBe('state=success');
    }
    expect(pullsOf('conflict')[0]?.title).not.toContain('conflicts');
  });

  test('a pull request that was declined stays so until there is another update; one of a fork is not ours', () => {
    const commit = home.git('remotes/acme/outdated.git', 'rev-parse', BRANCH).trim();
    changeHub(({ pulls }) => {
      const [pull] = pulls['acme/outdated'] ?? [];
      if (pull) Object.assign(pull, { state: 'CLOSED', closedAt: commit });
    });
    expect(runFleet()['acme/outdated']?.said).toContain('was declined');
    expect(pullsOf('outdated')).toHaveLength(1);
    home.git('outdated', 'commit', '--quiet', '--allow-empty', '--message', 'moved on');
    home.git('outdated', 'push', '--quiet', home.at('remotes/acme/outdated.git'), 'HEAD:main');
    changeHub(({ pulls }) => {
      const ours = pulls['acme/outdated'] ?? [];
      ours.push(...ours.map((pull) => ({ ...pull, number: 7, state: 'OPEN', isCrossRepository: true })));
    });
    runFleet();
    expect(
      pullsOf('outdated').filter(({ state, isCrossRepository }) => state === 'OPEN' && !isCrossRepository),
    ).toHaveLength(1);
    expect(pullsOf('outdated').find(({ number }) => number === 7)?.title).toBe(pullsOf('outdated')[0]?.title);
  });

  test('what fails is told: a repository that is not there, a service that does not answer', () => {
    listed('outdated', 'nowhere');
    const jobs = runFleet();
    expect(jobs['acme/outdated']?.code).toBe(0);
    expect(jobs['acme/nowhere']?.code).toBe(74);
    const broken = runFleet({ GH_BROKEN: 'acme/outdated' })['acme/outdated'];
    expect(broken?.code).toBe(1);
    expect(broken?.said).toContain('no pull request for acme/outdated');
  });

  test('the script has a help, and a dry run that changes nothing', () => {
    const script = home.at('platform/scripts/fleet-pull-requests.sh');
    const run = (...args: string[]): ProgramEnd => {
      const env = { ...runnerEnvironment(), GH_TOKEN: 't' };
      const { status, stdout, stderr } = spawnSync(script, args, { encoding: 'utf8', env });
      return { code: status, stdout, stderr };
    };
    expect(run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('usage:') as string });
    expect(run().code).toBe(2);
    writeFileSync(home.at('runner/none.json'), '{"issues":[{"message":"it went wrong"}]}');
    expect(run(home.at('runner/none.json'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it went wrong') as string,
    });
    const before = hub();
    changeHub((state) => (state.pulls = {}));
    listed('outdated');
    const report = home.bulwark(
      'fleet',
      'update',
      'https://github.com/acme/outdated.git',
      '--push',
      '--json',
    );
    writeFileSync(home.at('runner/report.json'), report.stdout);
    const empty = hub();
    expect(run(home.at('runner/report.json'), '--dry-run')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('would run: gh pr create') as string,
    });
    expect(hub()).toEqual(empty);
    writeFileSync(home.at('hub.json'), JSON.stringify(before));
  });

  test('the repositories of a topic are the fleet', () => {
    expect(init('topical', '--fleet-source', 'topic', '--fleet-topic', 'svc').code).toBe(0);
    expect(existsSync(home.at('topical/fleet.yaml'))).toBe(false);
    const entries = plan({ GH_TOPIC: 'svc', GH_REPOSITORIES: 'outdated conflict' }, 'topical');
    expect(entries.map(({ name }) => name)).toEqual(['acme/outdated', 'acme/conflict']);
    expect(runJob('plan', TOKEN, { GH_TOPIC: 'another', GH_REPOSITORIES: 'a' }, 'topical').code).toBe(1);
  });
});

describe('fleet init', () => {
  let own: FleetHome;
  beforeAll(() => {
    own = newFleetHome();
  }, 60_000);
  afterAll(() => {
    own.end();
  });

  test('in a repository that bulwark looks after it is add: once, and taken back to the byte', () => {
    const before = own.git('base', 'rev-parse', 'HEAD^{tree}');
    const run = (...args: readonly string[]): ProgramEnd => own.bulwark(...args, '--cwd', 'base');
    expect(run('fleet', 'init', '--yes').code).toBe(0);
    expect(existsSync(own.at('base/.github/workflows/bulwark-fleet.yml'))).toBe(true);
    own.commit('base');
    expect(run('check').code).toBe(0);
    expect(run('fleet', 'init', '--yes').stderr).toContain('already');
    expect(run('remove', 'fleet', '--yes').code).toBe(0);
    own.commit('base');
    expect(own.git('base', 'rev-parse', 'HEAD^{tree}')).toBe(before);
  });

  test('a fleet file that was filled is kept by an update', () => {
    mkdirSync(own.at('filled'));
    own.git('filled', 'init', '--quiet');
    const run = (...args: readonly string[]): ProgramEnd => own.bulwark(...args, '--cwd', 'filled');
    expect(run('fleet', 'init', '--yes', '--owner', 'acme').code).toBe(0);
    writeFileSync(own.at('filled/fleet.yaml'), 'repositories:\n  - ../base\n');
    own.commit('filled');
    expect(run('update', '--yes', '--set', 'owner=other').code).toBe(0);
    expect(readFileSync(own.at('filled/fleet.yaml'), 'utf8')).toBe('repositories:\n  - ../base\n');
    expect(run('fleet', 'status').code).toBe(0);
  });
});
