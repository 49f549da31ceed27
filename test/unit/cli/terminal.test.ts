/** When a person can be asked, which colours are wanted, where paths start, which package manager is in use. */
import { describe, expect, test } from 'vitest';
import { terminalOf, type ProcessLike } from '../../../src/cli/terminal.ts';

interface Stands {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
}

function standing({ env = {}, stdin = true, stdout = true, stderr = true }: Stands = {}): ProcessLike {
  const stream = (isTTY: boolean) => ({ write: () => true, ...(isTTY && { isTTY }) });
  return {
    env,
    cwd: () => '/stands/here',
    stdin: stream(stdin),
    stdout: stream(stdout),
    stderr: stream(stderr),
  };
}

describe('a person can be asked', () => {
  const isInteractive = (stands: Stands): boolean =>
    terminalOf(standing(stands), undefined, undefined).interactive;

  test('at a terminal', () => {
    expect(isInteractive({})).toBe(true);
    expect(isInteractive({ env: { CI: '', TERM: 'xterm' } })).toBe(true);
    expect(isInteractive({ stderr: false })).toBe(true);
  });

  test.each<[string, Stands]>([
    ['standard input is no terminal', { stdin: false }],
    ['standard output is no terminal', { stdout: false }],
    ['CI is set', { env: { CI: '1' } }],
    ['CI is set to anything', { env: { CI: 'false' } }],
    ['TERM is dumb', { env: { TERM: 'dumb' } }],
  ])('not when %s', (_, stands) => {
    expect(isInteractive(stands)).toBe(false);
  });
});

describe('colours', () => {
  const hasColour = (stands: Stands, option?: boolean): boolean =>
    terminalOf(standing(stands), option, undefined).colour;

  test.each<[string, Stands, boolean | undefined, boolean]>([
    ['at a terminal', {}, undefined, true],
    ['not into a file', { stderr: false }, undefined, false],
    ['not on a dumb terminal', { env: { TERM: 'dumb' } }, undefined, false],
    ['not with NO_COLOR', { env: { NO_COLOR: '1' } }, undefined, false],
    ['an empty NO_COLOR says nothing', { env: { NO_COLOR: '' } }, undefined, true],
    ['FORCE_COLOR into a file', { env: { FORCE_COLOR: '1' }, stderr: false }, undefined, true],
    ['FORCE_COLOR=0 at a terminal', { env: { FORCE_COLOR: '0' } }, undefined, false],
    ['NO_COLOR is stronger than FORCE_COLOR', { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, undefined, false],
    ['--color is stronger than NO_COLOR', { env: { NO_COLOR: '1' } }, true, true],
    ['--no-color is stronger than FORCE_COLOR', { env: { FORCE_COLOR: '1' } }, false, false],
  ])('%s', (_, stands, option, expected) => {
    expect(hasColour(stands, option)).toBe(expected);
  });
});

describe('the folder that paths start from', () => {
  const cwd = (env: NodeJS.ProcessEnv, option?: string): string =>
    terminalOf(standing({ env }), undefined, option).cwd;

  test('is where the process stands', () => {
    expect(cwd({})).toBe('/stands/here');
  });

  test('is where the user stands when npm runs a script', () => {
    expect(cwd({ INIT_CWD: '/user/here', npm_lifecycle_event: 'start' })).toBe('/user/here');
    expect(cwd({ INIT_CWD: '/left/over' })).toBe('/stands/here');
  });

  test('is moved by --cwd from there', () => {
    expect(cwd({}, 'below')).toBe('/stands/here/below');
    expect(cwd({}, '/absolute')).toBe('/absolute');
    expect(cwd({ INIT_CWD: '/user/here', npm_lifecycle_event: 'start' }, '..')).toBe('/user');
  });
});

test.each([
  ['npm/10.8.2 node/v20.20.2 linux x64', 'npm'],
  ['pnpm/9.1.0 npm/? node/v20.20.2', 'pnpm'],
  ['yarn/4.2.2 npm/? node/v20.20.2', 'yarn'],
  ['bun/1.1.0 npm/? node/v20.20.2', 'bun'],
  ['something/1', 'npm'],
  [undefined, 'npm'],
])('the user agent %s is %s', (userAgent, expected) => {
  const { packageManager } = terminalOf(
    standing({ env: { npm_config_user_agent: userAgent } }),
    undefined,
    undefined,
  );
  expect(packageManager).toBe(expected);
});
