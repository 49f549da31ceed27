/** Saved answers: where they lie, who can read them, what broken or old ones do, and that the command line wins over them. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resumeAnswers, savedAnswers, type AnswersSoFar } from '../../../src/cli/checkpoint.ts';
import type { GivenAnswers } from '../../../src/cli/raw-answers.ts';
import { smallCatalog } from '../../support/catalog.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'bulwark-state-'));
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

const saved = () => savedAnswers({ XDG_STATE_HOME: state });
const some: AnswersSoFar = {
  directory: '/home/me/zoo',
  preset: 'bread',
  answers: new Map<string, unknown>([
    ['owner', 'acme'],
    ['toaster.browning', 'dark'],
  ]),
  accepted: new Set(['name']),
};
const given: GivenAnswers = { raw: {}, preset: null, directory: undefined, accepted: new Set(), issues: [] };

describe('the file', () => {
  test('lies in the state folder of XDG, or in its default', () => {
    expect(saved().file).toBe(join(state, 'bulwark', 'last-answers.json'));
    const fallback = '/home/me/.local/state/bulwark/last-answers.json';
    expect(savedAnswers({ HOME: '/home/me' }).file).toBe(fallback);
    expect(savedAnswers({ HOME: '/home/me', XDG_STATE_HOME: 'relative' }).file).toBe(fallback);
  });

  test('gives back what was saved, and nothing is left beside it', () => {
    saved().save(some);
    saved().save(some);
    expect(saved().load()).toEqual(some);
    expect(readdirSync(join(state, 'bulwark'))).toEqual(['last-answers.json']);
  });

  test('is for its owner alone', () => {
    saved().save(some);
    expect(statSync(saved().file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(saved().file)).mode & 0o777).toBe(0o700);
  });

  test('goes when it is forgotten, once or twice', () => {
    saved().save(some);
    saved().forget();
    saved().forget();
    expect(existsSync(saved().file)).toBe(false);
    expect(saved().load()).toBe('absent');
  });

  test('where it cannot be written the run goes on', () => {
    writeFileSync(join(state, 'bulwark'), 'a file in the way');
    saved().save(some);
    saved().forget();
    expect(saved().load()).toBe('absent');
    expect(readFileSync(join(state, 'bulwark'), 'utf8')).toBe('a file in the way');
  });

  test.each([
    ['no JSON', '{"version": 1,'],
    ['no object', '[1]'],
    ['another version', '{"version": 2, "directory": null, "preset": null, "answers": {}, "accepted": []}'],
    ['a relative folder', '{"version": 1, "directory": "x", "preset": null, "answers": {}, "accepted": []}'],
    [
      'a preset that is no name',
      '{"version": 1, "directory": null, "preset": 3, "answers": {}, "accepted": []}',
    ],
    [
      'answers that are a list',
      '{"version": 1, "directory": null, "preset": null, "answers": [], "accepted": []}',
    ],
    [
      'accepted keys that are none',
      '{"version": 1, "directory": null, "preset": null, "answers": {}, "accepted": [1]}',
    ],
    ['nothing', ''],
  ])('is broken when it holds %s', (_, text) => {
    mkdirSync(dirname(saved().file), { recursive: true });
    writeFileSync(saved().file, text);
    expect(saved().load()).toBe('broken');
    expect(() => resumeAnswers(given, saved(), smallCatalog)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        issues: [expect.objectContaining({ id: 'nothing-to-resume' })],
      }),
    );
  });

  test.skipIf(process.getuid?.() === 0)('that cannot be read is none', () => {
    saved().save(some);
    chmodSync(saved().file, 0);
    expect(saved().load()).toBe('absent');
  });
});

describe('a run that is resumed', () => {
  test('goes on with preset, folder and answers', () => {
    saved().save(some);
    expect(resumeAnswers(given, saved(), smallCatalog)).toMatchObject({
      preset: 'bread',
      directory: '/home/me/zoo',
      accepted: new Set(['name']),
      raw: { prompt: some.answers, directory: new Map([['name', 'zoo']]) },
    });
  });

  test('follows what the command line says now', () => {
    saved().save(some);
    const now: GivenAnswers = {
      ...given,
      preset: null,
      directory: 'other',
      raw: { flag: new Map([['owner', 'new-owner']]), directory: new Map([['name', 'other']]) },
    };
    const resumed = resumeAnswers(now, saved(), smallCatalog);
    expect(resumed.directory).toBe('other');
    expect(resumed.raw.prompt).toEqual(new Map([['toaster.browning', 'dark']]));
    expect(resumed.raw.directory).toEqual(new Map([['name', 'other']]));
  });

  test('leaves out what this version does not ask or take', () => {
    saved().save({
      ...some,
      preset: 'gone',
      answers: new Map<string, unknown>([
        ['gone.field', 1],
        ['toaster.browning', 'black'],
        ['owner', 'acme'],
      ]),
    });
    const { raw, preset } = resumeAnswers(given, saved(), smallCatalog);
    expect(raw.prompt).toEqual(new Map([['owner', 'acme']]));
    expect(preset).toBeNull();
  });

  test('with nothing saved is a usage error that names the place', () => {
    expect(() => resumeAnswers(given, saved(), smallCatalog)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        issues: [expect.objectContaining({ id: 'nothing-to-resume', where: saved().file })],
      }),
    );
  });
});
