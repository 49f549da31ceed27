/** GitHub as it is: light and annotated tags, moving majors, branches, limits; and whom its token is sent to. */
import { describe, expect, test } from 'vitest';
import { gitHubClient, gitHubOf, type GitHub } from '../../../src/pin/github.ts';
import { parseAction } from '../../../src/pin/reference.ts';
import { failureOf, sendJson, standIn, testPorts } from './stand-in.ts';

const sha = (letter: string): string => letter.repeat(40);
const light = (name: string, letter: string) => ({
  ref: `refs/tags/${name}`,
  object: { type: 'commit', sha: sha(letter) },
});
const annotated = (name: string, letter: string) => ({
  ref: `refs/tags/${name}`,
  object: { type: 'tag', sha: sha(letter) },
});

/** @param answers by what follows `/repos/a/b/git/` */
const gitHub = (answers: Readonly<Record<string, unknown>>) =>
  standIn((_, response, { url }) => {
    const path = url.replace('/api/v3/repos/a/b/git/', '');
    if (Object.hasOwn(answers, path)) sendJson(response, 200, answers[path]);
    else sendJson(response, 404, { message: 'Not Found' });
  });

const lookUp = (api: string, uses: string, token?: string, ports = testPorts()) => {
  const action = parseAction(uses);
  if (!action) throw new Error(`${uses} is no action`);
  const service: GitHub = { api: new URL(api), token };
  return gitHubClient(service, ports)(action.name);
};

describe('a tag', () => {
  test('that moves gets the fullest version of its commit', async () => {
    const { url } = await gitHub({
      'ref/tags/v4': light('v4', 'a'),
      'matching-refs/tags/v4.': [
        light('v4.0.0', 'b'),
        light('v4.1.10', 'a'),
        light('v4.1.9', 'a'),
        light('v4.2.0-rc.1', 'a'),
        light('v4.2.0', 'c'),
      ],
    });
    expect(await lookUp(`${url}/api/v3`, 'a/b/folder@v4')).toEqual({
      outcome: 'pinned',
      pin: { sha: sha('a'), version: 'v4.1.10' },
    });
  });

  test('that is annotated is followed to its commit, its versions too', async () => {
    const { url } = await gitHub({
      'ref/tags/v4': annotated('v4', '1'),
      [`tags/${sha('1')}`]: { object: { type: 'commit', sha: sha('a') } },
      'matching-refs/tags/v4.': [annotated('v4.0.1', '2'), annotated('v4.0.0', '3')],
      [`tags/${sha('2')}`]: { object: { type: 'tag', sha: sha('4') } },
      [`tags/${sha('4')}`]: { object: { type: 'commit', sha: sha('a') } },
    });
    expect(await lookUp(`${url}/api/v3`, 'a/b@v4')).toEqual({
      outcome: 'pinned',
      pin: { sha: sha('a'), version: 'v4.0.1' },
    });
  });

  test('that is full is asked for once, and is its own version', async () => {
    const service = await gitHub({ 'ref/tags/v1.2.3': light('v1.2.3', 'a') });
    expect(await lookUp(`${service.url}/api/v3/`, 'a/b@v1.2.3')).toMatchObject({
      pin: { version: 'v1.2.3' },
    });
    expect(service.asked).toHaveLength(1);
  });

  test('without a fuller version keeps its own', async () => {
    const { url } = await gitHub({
      'ref/tags/v4': light('v4', 'a'),
      'matching-refs/tags/v4.': [light('v4.0.0', 'b')],
    });
    expect(await lookUp(`${url}/api/v3`, 'a/b@v4')).toMatchObject({ pin: { version: 'v4' } });
  });
});

test('a branch is told from a tag, and both from nothing', async () => {
  const { url } = await gitHub({
    'ref/heads/main': { ref: 'refs/heads/main', object: { type: 'commit', sha: sha('a') } },
  });
  expect(await lookUp(`${url}/api/v3`, 'a/b@main')).toEqual({ outcome: 'branch' });
  expect(await failureOf(lookUp(`${url}/api/v3`, 'a/b@v9'))).toMatchObject({
    code: 2,
    ids: ['tag-not-found'],
  });
});

test.each([
  ['another tag', { 'ref/tags/v4': light('v40', 'a') }],
  ['no commit', { 'ref/tags/v4': { ref: 'refs/tags/v4', object: { type: 'tree', sha: sha('a') } } }],
  [
    'a commit of another shape',
    { 'ref/tags/v4': { ref: 'refs/tags/v4', object: { type: 'commit', sha: 'abc' } } },
  ],
  [
    'tags in a circle',
    { 'ref/tags/v4': annotated('v4', '1'), [`tags/${sha('1')}`]: { object: { type: 'tag', sha: sha('1') } } },
  ],
  ['a list', { 'ref/tags/v4': [] }],
])('%s is no answer', async (_, answers) => {
  const { url } = await gitHub(answers);
  expect(await failureOf(lookUp(`${url}/api/v3`, 'a/b@v4'))).toMatchObject({ code: 74, ids: ['bad-answer'] });
});

describe('limits', () => {
  const limited = () =>
    standIn((_, response) => {
      const reset = String(Math.ceil(Date.now() / 1000) + 600);
      sendJson(response, 403, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
    });

  test('are said with when they end, and what helps', async () => {
    const { url } = await limited();
    const failure = await failureOf(lookUp(url, 'a/b@v4'));
    expect(failure).toMatchObject({ code: 74, ids: ['rate-limited'] });
    expect(failure.text).toMatch(/set GITHUB_TOKEN.* in 1[01] minutes/);
    expect((await failureOf(lookUp(url, 'a/b@v4', 'secret'))).text).toMatch(/in (?:9|10|11) minutes/);
  });

  test('are not taken for a refusal', async () => {
    const { url } = await standIn((_, response) => {
      sendJson(response, 401, {}, { 'x-ratelimit-remaining': '59' });
    });
    expect(await failureOf(lookUp(url, 'a/b@v4', 'secret'))).toMatchObject({
      code: 2,
      ids: ['github-denied'],
    });
  });
});

describe('the token', () => {
  test('of github.com is not for an Enterprise Server, and the other way round', () => {
    const tokens = { GITHUB_TOKEN: 'one', GH_ENTERPRISE_TOKEN: 'other' };
    expect(gitHubOf(tokens)).toEqual({ api: new URL('https://api.github.com'), token: 'one' });
    expect(gitHubOf({ ...tokens, GITHUB_API_URL: 'https://api.github.com/' }).token).toBe('one');
    expect(gitHubOf({ ...tokens, GITHUB_API_URL: 'https://ghe.example/api/v3' }).token).toBe('other');
    expect(gitHubOf({ GH_TOKEN: 'two' }).token).toBe('two');
    expect(gitHubOf({ GITHUB_TOKEN: 'a\r\nx: y' }).token).toBeUndefined();
    expect(() => gitHubOf({ GITHUB_API_URL: 'nonsense' })).toThrow(/GITHUB_API_URL/);
  });

  test('goes to the API and not where that redirects to', async () => {
    const other = await standIn((_, response) => {
      sendJson(response, 200, light('v1.0.0', 'a'));
    });
    const service = await standIn((_, response) =>
      response.writeHead(301, { location: `${other.url}/x` }).end(),
    );
    expect(await lookUp(service.url, 'a/b@v1.0.0', 'secret')).toMatchObject({ pin: { sha: sha('a') } });
    expect(service.asked.map(({ authorization }) => authorization)).toEqual(['Bearer secret']);
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});
