import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { API_PREFIX } from '../../../src/project.ts';
import { addUser, logInAs, newAddress, PASSWORD } from '../../support/accounts.ts';
import { startApplication, type Application } from '../../support/application.ts';
import { openMailbox, type Mailbox } from '../../support/mailbox.ts';
import { METRICS_TOKEN } from '../../support/settings.ts';

const AUTH = `${API_PREFIX}/auth`;
const USERS = `${API_PREFIX}/users`;

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

let mailbox: Mailbox;
let application: Application;

beforeAll(async () => {
  mailbox = await openMailbox();
  application = await startApplication({ SMTP_URL: mailbox.url });
});
afterAll(async () => {
  await application.close();
  await mailbox.close();
});

const post = (path: string, payload: object, headers: Record<string, string> = {}) =>
  application.app.inject({ method: 'POST', url: `${AUTH}/${path}`, payload, headers });
const get = (url: string, token: string) =>
  application.app.inject({ url, headers: { authorization: `Bearer ${token}` } });
const register = (email: string, password = PASSWORD) =>
  post('register', { email, password, full_name: 'Jo Doe' });
const logIn = (email: string, password = PASSWORD) => post('login', { email, password });
const loggedIn = async (email: string): Promise<Tokens> => (await logIn(email)).json<Tokens>();
const me = async ({ access_token }: Tokens): Promise<number> =>
  (await get(`${AUTH}/me`, access_token)).statusCode;

const linkOf = (mail: string): string => /http:\/\/localhost:3000(\S+)/.exec(mail)?.[1] ?? '';

async function auditOf(userId: string) {
  return application.resources.database.client.authAuditEntry.findMany({
    where: { userId },
    orderBy: { id: 'asc' },
  });
}

async function metric(line: string): Promise<number> {
  const { body } = await get('/api/metrics', METRICS_TOKEN);
  return Number(
    body
      .split('\n')
      .find((text) => text.startsWith(`${line} `))
      ?.split(' ')[1] ?? 0,
  );
}

describe('registration', () => {
  test('register, open the link, press the button, log in', async () => {
    const email = newAddress();
    const answer = await register(email.toUpperCase());
    expect(answer.statusCode).toBe(202);
    const link = linkOf(await mailbox.next(email));
    expect((await logIn(email)).statusCode).toBe(403);
    const page = await application.app.inject(link);
    expect(page.body).toContain('<form method="post">');
    expect(page.headers['content-security-policy']).toContain("form-action 'self'");
    expect((await logIn(email)).statusCode).toBe(403);
    const pressed = await application.app.inject({
      method: 'POST',
      url: link,
      headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      payload: '',
    });
    expect([pressed.statusCode, pressed.body]).toEqual([200, expect.stringContaining('verified')]);
    const tokens = await logIn(email);
    expect(tokens.json()).toMatchObject({ token_type: 'bearer', expires_in: 900 });
    expect((await application.app.inject({ method: 'POST', url: link })).statusCode).toBe(400);
  });

  test('a known address gets the same answer and another mail', async () => {
    const { email } = await addUser(application.resources);
    const [known, unknown] = [await register(email), await register(newAddress())];
    expect([known.statusCode, known.json()]).toEqual([unknown.statusCode, unknown.json()]);
    expect(await mailbox.next(email)).toContain('You have an account with');
    expect((await logIn(email)).statusCode).toBe(200);
  });

  test('until the address is verified, what was given last counts', async () => {
    const email = newAddress();
    await register(email, 'first password 1');
    const first = linkOf(await mailbox.next(email));
    await register(email, 'second password 2');
    // No second mail within a minute; the link of the first is good still.
    expect(mailbox.count(email)).toBe(0);
    expect((await application.app.inject({ method: 'POST', url: first })).statusCode).toBe(200);
    expect((await logIn(email, 'first password 1')).statusCode).toBe(401);
    expect((await logIn(email, 'second password 2')).statusCode).toBe(200);
  });

  test('another link may be asked for, and the one before is not good any more', async () => {
    const email = newAddress();
    await register(email);
    const first = linkOf(await mailbox.next(email));
    await application.resources.database.client.user.update({
      where: { email },
      data: { lastMailAt: new Date(Date.now() - 61_000) },
    });
    expect((await post('resend-verification', { email })).statusCode).toBe(202);
    const second = linkOf(await mailbox.next(email));
    expect((await application.app.inject({ method: 'POST', url: first })).statusCode).toBe(400);
    expect((await application.app.inject({ method: 'POST', url: second })).statusCode).toBe(200);
  });

  test('a link that is too old is refused', async () => {
    const email = newAddress();
    await register(email);
    const link = linkOf(await mailbox.next(email));
    await application.resources.database.client.user.update({
      where: { email },
      data: { verificationExpiresAt: new Date() },
    });
    expect((await application.app.inject({ method: 'POST', url: link })).statusCode).toBe(400);
  });

  test.each([
    [{ email: 'no address', password: PASSWORD, full_name: 'Jo' }],
    [{ email: 'jo@example.org', password: 'short1', full_name: 'Jo' }],
    [{ email: 'jo@example.org', password: PASSWORD, full_name: ' ' }],
    [{ email: 'jo@example.org', password: PASSWORD, full_name: 'Jo', role: 'admin' }],
  ])('%j is 422', async (payload) => {
    const answer = await post('register', payload);
    expect(answer.statusCode).toBe(422);
    expect(answer.body).not.toContain(payload.password);
  });
});

describe('login', () => {
  test('unknown user, wrong password and locked account get one answer', async () => {
    const { email, id } = await addUser(application.resources);
    const answers = [await logIn(newAddress()), await logIn(email, 'wrong horse 7')];
    for (let time = 0; time < 4; time += 1) await logIn(email, 'wrong horse 7');
    answers.push(await logIn(email));
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toEqual({ detail: 'The e-mail address or the password is wrong' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    const outcomes = (await auditOf(id)).map(({ event, details }) => [
      event,
      (details as { outcome?: string }).outcome,
    ]);
    expect(outcomes).toEqual([
      ...Array.from({ length: 4 }, () => ['login', 'wrong_password']),
      ['lock', undefined],
      ['login', 'wrong_password'],
      ['login', 'locked'],
    ]);
    expect(await mailbox.next(email)).toContain('too many wrong passwords in a row');
  });

  test('time unlocks', async () => {
    const { email, id } = await addUser(application.resources);
    const before = await metric('auth_lockouts_total');
    for (let time = 0; time < 5; time += 1) await logIn(email, 'wrong horse 7');
    expect((await logIn(email)).statusCode).toBe(401);
    expect(await metric('auth_lockouts_total')).toBe(before + 1);
    const { client } = application.resources.database;
    const locked = await client.user.findUniqueOrThrow({ where: { id } });
    const minutes = ((locked.lockedUntil?.getTime() ?? 0) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(29);
    expect(minutes).toBeLessThanOrEqual(30);
    await client.user.update({ where: { id }, data: { lockedUntil: new Date(Date.now() - 1000) } });
    expect((await logIn(email)).statusCode).toBe(200);
  });

  test('wrong passwords at the same time are all counted', async () => {
    const { email, id } = await addUser(application.resources);
    await Promise.all(Array.from({ length: 5 }, () => logIn(email, 'wrong horse 7')));
    const user = await application.resources.database.client.user.findUniqueOrThrow({
      where: { id },
    });
    expect(user.failedLogins).toBe(5);
    expect(user.lockedUntil).not.toBeNull();
  });

  test.each(['inactive', 'suspended'] as const)(
    'who is %s is told so after the password alone',
    async (status) => {
      const { email } = await addUser(application.resources, { status });
      expect((await logIn(email)).statusCode).toBe(403);
      expect((await logIn(email, 'wrong horse 7')).statusCode).toBe(401);
    },
  );

  test('a hash of an older cost is renewed', async () => {
    const stronger = await startApplication({ SMTP_URL: mailbox.url, BCRYPT_COST: '5' });
    try {
      const { email, id } = await addUser(application.resources);
      await stronger.app.inject({
        method: 'POST',
        url: `${AUTH}/login`,
        payload: { email, password: PASSWORD },
      });
      const { client } = application.resources.database;
      const { passwordHash } = await client.user.findUniqueOrThrow({ where: { id } });
      expect(passwordHash).toMatch(/^\$2b\$05\$/);
    } finally {
      await stronger.close();
    }
  });
});

describe('sessions', () => {
  let email: string;
  let id: string;
  beforeEach(async () => {
    ({ email, id } = await addUser(application.resources));
  });

  const refresh = (token: string) => post('refresh', { refresh_token: token });

  test('me tells who one is', async () => {
    const { access_token } = await loggedIn(email);
    expect((await get(`${AUTH}/me`, access_token)).json()).toMatchObject({
      id,
      email,
      role: 'user',
    });
    expect((await application.app.inject(`${AUTH}/me`)).statusCode).toBe(401);
    expect((await get(`${AUTH}/me`, 'nonsense')).statusCode).toBe(401);
  });

  test('a refresh token is exchanged, and good once', async () => {
    const first = await loggedIn(email);
    const second = (await refresh(first.refresh_token)).json<Tokens>();
    expect(await me(second)).toBe(200);
    // A moment late, as the second tab of a browser.
    expect((await refresh(first.refresh_token)).statusCode).toBe(409);
    expect((await refresh(second.refresh_token)).statusCode).toBe(200);
  });

  test('one that comes again later ends the session, for the thief and for the owner', async () => {
    const first = await loggedIn(email);
    const second = (await refresh(first.refresh_token)).json<Tokens>();
    const third = (await refresh(second.refresh_token)).json<Tokens>();
    expect((await refresh(first.refresh_token)).statusCode).toBe(401);
    expect((await refresh(third.refresh_token)).statusCode).toBe(401);
    expect(await me(third)).toBe(401);
    expect((await auditOf(id)).map(({ event }) => event)).toContain('refresh_reuse');
  });

  test('two exchanges at the same time: one wins', async () => {
    const { refresh_token: token } = await loggedIn(email);
    const codes = (await Promise.all([refresh(token), refresh(token)])).map((a) => a.statusCode);
    expect(codes.sort()).toEqual([200, 409]);
  });

  test('nonsense and guesses are 401', async () => {
    const { refresh_token: token } = await loggedIn(email);
    const guess = Buffer.concat([
      Buffer.from(token, 'base64url').subarray(0, 16),
      Buffer.alloc(48),
    ]);
    expect((await refresh('nonsense')).statusCode).toBe(401);
    expect((await refresh(guess.toString('base64url'))).statusCode).toBe(401);
    expect((await refresh(token)).statusCode).toBe(200);
  });

  test('logging out works at once', async () => {
    const [here, there] = [await loggedIn(email), await loggedIn(email)];
    const headers = { authorization: `Bearer ${here.access_token}` };
    const answer = await application.app.inject({ method: 'POST', url: `${AUTH}/logout`, headers });
    expect(answer.statusCode).toBe(204);
    expect([await me(here), await me(there)]).toEqual([401, 200]);
    expect((await refresh(here.refresh_token)).statusCode).toBe(401);
  });

  test('sessions are listed, and revoked one by one or all', async () => {
    const [here, there] = [await loggedIn(email), await loggedIn(email)];
    const sessions = (await get(`${AUTH}/sessions`, here.access_token)).json<
      { id: string; current: boolean }[]
    >();
    expect(sessions.map(({ current }) => current).sort()).toEqual([false, true]);
    const other = sessions.find(({ current }) => !current)?.id ?? '';
    const headers = { authorization: `Bearer ${here.access_token}` };
    const remove = (path: string) =>
      application.app.inject({ method: 'DELETE', url: `${AUTH}/sessions${path}`, headers });
    expect((await remove(`/${other}`)).statusCode).toBe(204);
    expect((await remove(`/${other}`)).statusCode).toBe(404);
    expect([await me(here), await me(there)]).toEqual([200, 401]);
    expect((await remove('')).statusCode).toBe(204);
    expect(await me(here)).toBe(401);
  });

  test("nobody revokes another's session", async () => {
    const [mine, other] = [await loggedIn(email), await addUser(application.resources)];
    const theirs = await loggedIn(other.email);
    const [session] = (await get(`${AUTH}/sessions`, theirs.access_token)).json<{ id: string }[]>();
    const answer = await application.app.inject({
      method: 'DELETE',
      url: `${AUTH}/sessions/${session?.id}`,
      headers: { authorization: `Bearer ${mine.access_token}` },
    });
    expect(answer.statusCode).toBe(404);
    expect(await me(theirs)).toBe(200);
  });
});

describe('administration', () => {
  const patch = (userId: string, payload: object, headers: Record<string, string>) =>
    application.app.inject({ method: 'PATCH', url: `${USERS}/${userId}`, payload, headers });

  test('is for administrators', async () => {
    const headers = await logInAs(application, 'user');
    expect((await application.app.inject(USERS)).statusCode).toBe(401);
    expect((await application.app.inject({ url: USERS, headers })).statusCode).toBe(403);
    const { id } = await addUser(application.resources);
    expect((await patch(id, { role: 'admin' }, headers)).statusCode).toBe(403);
  });

  test('lists users page by page', async () => {
    const headers = await logInAs(application, 'admin');
    const { email } = await addUser(application.resources);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const url = `${USERS}?limit=50&cursor=${encodeURIComponent(cursor)}`;
      const answer: LightMyRequestResponse = await application.app.inject({ url, headers });
      const page = answer.json<{ users: { email: string }[]; next_cursor: string | null }>();
      seen.push(...page.users.map((user) => user.email));
      cursor = page.next_cursor;
    }
    expect(seen).toContain(email);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('who is suspended is logged out at once, and may come back', async () => {
    const headers = await logInAs(application, 'admin');
    const { id, email } = await addUser(application.resources);
    const tokens = await loggedIn(email);
    expect((await patch(id, { status: 'suspended' }, headers)).json()).toMatchObject({
      status: 'suspended',
    });
    expect(await me(tokens)).toBe(401);
    expect((await patch(id, { status: 'active', role: 'admin' }, headers)).statusCode).toBe(200);
    expect((await logIn(email)).statusCode).toBe(200);
    expect((await auditOf(id)).map(({ event }) => event)).toEqual([
      'login',
      'change_status',
      'change_status',
      'change_role',
      'login',
    ]);
  });

  test('nobody changes themselves, and nonsense is refused', async () => {
    const { id, email } = await addUser(application.resources, { role: 'admin' });
    const headers = { authorization: `Bearer ${(await loggedIn(email)).access_token}` };
    expect((await patch(id, { role: 'user' }, headers)).statusCode).toBe(409);
    const other = await addUser(application.resources, { status: 'pending' });
    expect((await patch(other.id, {}, headers)).statusCode).toBe(422);
    expect((await patch(other.id, { status: 'pending' }, headers)).statusCode).toBe(422);
    expect((await patch(other.id, { status: 'active' }, headers)).statusCode).toBe(409);
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect((await patch(nobody, { role: 'user' }, headers)).statusCode).toBe(404);
  });
});

describe('limits', () => {
  const limited = (changes: Readonly<Record<string, string>>) =>
    startApplication({ SMTP_URL: mailbox.url, AUTH_LIMIT_SECONDS: '60', ...changes });
  const tries = async ({ app }: Application, remoteAddress: string, email: string) =>
    app.inject({
      method: 'POST',
      url: `${AUTH}/login`,
      payload: { email, password: 'wrong horse 7' },
      remoteAddress,
    });
  const address = (): string =>
    `2001:db8:${Math.floor(Math.random() * 65_535).toString(16)}:${Math.floor(Math.random() * 65_535).toString(16)}::1`;

  test('one too many from an address is 429, with the time to wait', async () => {
    const strict = await limited({ AUTH_LIMIT_PER_CLIENT: '2' });
    try {
      const from = address();
      const codes: number[] = [];
      for (let time = 0; time < 3; time += 1)
        codes.push((await tries(strict, from, newAddress())).statusCode);
      expect(codes).toEqual([401, 401, 429]);
      const refused = await tries(strict, from.replace('::1', '::2'), newAddress());
      expect(refused.statusCode).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
      expect((await tries(strict, address(), newAddress())).statusCode).toBe(401);
    } finally {
      await strict.close();
    }
  });

  test('one too many on an account is 429 from anywhere', async () => {
    const strict = await limited({ AUTH_LIMIT_PER_ACCOUNT: '1' });
    try {
      const email = newAddress();
      expect((await tries(strict, address(), email)).statusCode).toBe(401);
      expect((await tries(strict, address(), email)).statusCode).toBe(429);
    } finally {
      await strict.close();
    }
  });

  test('without Redis nobody is kept out, and the metric tells of it', async () => {
    const without = await limited({
      REDIS_URL: 'redis://127.0.0.1:9/0',
      AUTH_LIMIT_PER_CLIENT: '1',
    });
    try {
      const before = await metric('auth_rate_limit_errors_total');
      const from = address();
      expect((await tries(without, from, newAddress())).statusCode).toBe(401);
      expect((await tries(without, from, newAddress())).statusCode).toBe(401);
      expect(await metric('auth_rate_limit_errors_total')).toBe(before + 4);
    } finally {
      await without.close();
    }
  });
});
