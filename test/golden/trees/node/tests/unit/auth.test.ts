import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { networkOf } from '../../src/api/auth-guards.ts';
import { AuthError, HasherBusyError } from '../../src/domain/auth/errors.ts';
import { checkPassword } from '../../src/domain/auth/passwords.ts';
import { isOpen, judgeToken, refreshed, type Session } from '../../src/domain/auth/session.ts';
import {
  decodeToken,
  digest,
  encodeToken,
  firstToken,
  nextToken,
} from '../../src/domain/auth/tokens.ts';
import {
  attemptLogin,
  mayBeMailed,
  minutesAfter,
  verified,
  withStatus,
  type User,
  type UserStatus,
} from '../../src/domain/auth/user.ts';
import { BackgroundMails } from '../../src/infrastructure/mail/background-mails.ts';
import { BcryptHasher } from '../../src/infrastructure/security/bcrypt-hasher.ts';
import { JwtAccessTokens } from '../../src/infrastructure/security/jwt-access-tokens.ts';
import { readableLog } from '../support/log.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const POLICY = { failures: 5, minutes: 30 };

const user: User = {
  id: randomUUID(),
  email: 'jo@example.org',
  fullName: 'Jo',
  passwordHash: '',
  status: 'active',
  role: 'user',
  createdAt: NOW,
  emailVerifiedAt: NOW,
  verificationHash: null,
  verificationExpiresAt: null,
  lastMailAt: null,
  failedLogins: 0,
  lockedUntil: null,
};

const failed = (times: number, from = user, at = NOW): User =>
  Array.from({ length: times }).reduce<User>(
    (last) => attemptLogin(last, at, POLICY, false).user,
    from,
  );

describe('locking', () => {
  test('the fifth wrong password in a row locks for thirty minutes', () => {
    expect(failed(4).lockedUntil).toBeNull();
    expect(failed(5).lockedUntil).toEqual(minutesAfter(NOW, 30));
  });

  test('while locked, not even the right password is looked at', () => {
    const late = minutesAfter(NOW, 29.9);
    expect(attemptLogin(failed(5), late, POLICY, true).outcome).toBe('locked');
  });

  test('time unlocks, and the count begins anew', () => {
    const after = minutesAfter(NOW, 30);
    expect(attemptLogin(failed(5), after, POLICY, true).outcome).toBe('success');
    expect(failed(4, failed(5), after).lockedUntil).toBeNull();
    expect(failed(5, failed(5), after).lockedUntil).toEqual(minutesAfter(after, 30));
  });

  test('the right password forgets the wrong ones', () => {
    const { user: again } = attemptLogin(failed(4), NOW, POLICY, true);
    expect(failed(4, again).lockedUntil).toBeNull();
  });
});

describe('status', () => {
  test.each<[UserStatus, string]>([
    ['active', 'success'],
    ['pending', 'not_verified'],
    ['inactive', 'closed'],
    ['suspended', 'closed'],
  ])('%s makes a login %s', (status, outcome) => {
    expect(attemptLogin({ ...user, status }, NOW, POLICY, true).outcome).toBe(outcome);
  });

  test('verifying makes active who is pending, and nobody else', () => {
    expect(verified({ ...user, status: 'pending' }, NOW).status).toBe('active');
    expect(verified({ ...user, status: 'suspended' }, NOW).status).toBe('suspended');
  });

  test('nobody becomes pending, or active without a verified address', () => {
    expect(() => withStatus(user, 'pending')).toThrow(AuthError);
    expect(() => withStatus({ ...user, emailVerifiedAt: null }, 'active')).toThrow(AuthError);
    expect(withStatus(user, 'suspended').status).toBe('suspended');
  });

  test('an address gets one mail a minute at most', () => {
    expect(mayBeMailed(user, NOW)).toBe(true);
    expect(mayBeMailed({ ...user, lastMailAt: NOW }, minutesAfter(NOW, 0.9))).toBe(false);
    expect(mayBeMailed({ ...user, lastMailAt: NOW }, minutesAfter(NOW, 1))).toBe(true);
  });
});

describe('refresh tokens', () => {
  const first = firstToken(randomUUID());
  const session: Session = {
    id: first.sessionId,
    userId: user.id,
    device: '',
    userAgent: '',
    ipAddress: null,
    createdAt: NOW,
    lastUsedAt: NOW,
    expiresAt: minutesAfter(NOW, 60),
    familyHash: digest(first.family),
    tokenHash: digest(first.secret),
    previousTokenHash: null,
    revokedAt: null,
  };

  test('a token comes back as what it was, and nonsense does not', () => {
    expect(decodeToken(encodeToken(first))).toEqual(first);
    expect(decodeToken('nonsense')).toBeUndefined();
  });

  test('each is good once; one that comes again late is a copy', () => {
    const second = nextToken(first);
    const exchanged = refreshed(session, second, NOW);
    expect(judgeToken(session, first, NOW)).toBe('current');
    expect(judgeToken(exchanged, second, NOW)).toBe('current');
    expect(judgeToken(exchanged, first, minutesAfter(NOW, 0.1))).toBe('just exchanged');
    expect(judgeToken(exchanged, first, minutesAfter(NOW, 1))).toBe('reused');
    const third = refreshed(exchanged, nextToken(second), NOW);
    expect(judgeToken(third, first, NOW)).toBe('reused');
  });

  test('a guess is no copy', () => {
    expect(judgeToken(session, firstToken(session.id), NOW)).toBe('foreign');
  });

  test('a session ends by revocation and by age', () => {
    expect(isOpen(session, NOW)).toBe(true);
    expect(isOpen({ ...session, revokedAt: NOW }, NOW)).toBe(false);
    expect(isOpen(session, session.expiresAt)).toBe(false);
  });
});

describe('passwords', () => {
  test.each([
    ['short1', '8 to 128'],
    [`${'x'.repeat(128)}1`, '8 to 128'],
    ['onlyletters', 'a letter and a digit'],
    ['1234567890', 'a letter and a digit'],
    ['123456qwerty', 'tried first'],
    ['aaaaaaa1', 'tried first'],
    ['jo9000@example.org', 'e-mail address'],
    ['jo90001234', 'e-mail address'],
  ])('%s is refused', (password, words) => {
    const email = password === 'jo90001234' ? 'jo90001234@example.org' : 'jo9000@example.org';
    expect(() => {
      checkPassword(password, email);
    }).toThrow(words);
  });

  test('a good one passes', () => {
    checkPassword('correct horse 7', user.email);
  });

  test('every character counts, however long it is', async () => {
    const hasher = new BcryptHasher(4, 2);
    const hash = await hasher.hash(`${'long '.repeat(20)}a`);
    expect(await hasher.verify(`${'long '.repeat(20)}a`, hash)).toBe(true);
    expect(await hasher.verify(`${'long '.repeat(20)}b`, hash)).toBe(false);
  });

  test('two ways to type the same letter are one', async () => {
    const hasher = new BcryptHasher(4, 2);
    expect(await hasher.verify('cafe\u0301 1234', await hasher.hash('caf\u00e9 1234'))).toBe(true);
  });

  test('to find nobody takes as long as to compare', async () => {
    const hasher = new BcryptHasher(10, 1);
    const hash = await hasher.hash('correct horse 7');
    const timed = async (given: string | undefined): Promise<number> => {
      const start = performance.now();
      expect(await hasher.verify('wrong horse 7', given)).toBe(false);
      return performance.now() - start;
    };
    // The least of several: a busy machine adds to a time and never takes from it.
    const known: number[] = [];
    const unknown: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      known.push(await timed(hash));
      unknown.push(await timed(undefined));
    }
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 2);
  });

  test('a hash of another cost is renewed', async () => {
    const hash = await new BcryptHasher(4, 1).hash('correct horse 7');
    expect(new BcryptHasher(4, 1).needsRehash(hash)).toBe(false);
    expect(new BcryptHasher(5, 1).needsRehash(hash)).toBe(true);
  });

  test('a flood is turned away, and what was taken in is done', async () => {
    const hasher = new BcryptHasher(4, 1);
    const flood = await Promise.allSettled(
      Array.from({ length: 30 }, () => hasher.verify('x', undefined)),
    );
    const refused = flood.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(9);
    expect(refused[0]).toMatchObject({ reason: expect.any(HasherBusyError) as unknown });
    expect(await hasher.verify('x', undefined)).toBe(false);
  });
});

describe('access tokens', () => {
  const key = 'a-key-of-32-characters-or-more-00';
  const configuration = { key, issuer: 'https://a.example', audience: 'me', minutes: 15 };
  let now = NOW;
  const tokens = new JwtAccessTokens(configuration, () => now);
  const claims = { userId: user.id, sessionId: randomUUID(), role: 'user' } as const;

  test('a token says what was signed, for fifteen minutes', async () => {
    const token = await tokens.issue(claims, NOW);
    now = minutesAfter(NOW, 15);
    expect(await tokens.read(token)).toEqual(claims);
    now = minutesAfter(NOW, 15.2);
    expect(await tokens.read(token)).toBeUndefined();
    now = NOW;
  });

  test.each([
    ['another key', { key: 'another-key-of-32-characters-0001' }],
    ['another issuer', { issuer: 'https://b.example' }],
    ['another audience', { audience: 'you' }],
  ])('%s is refused', async (_, change) => {
    const other = new JwtAccessTokens({ ...configuration, ...change }, () => NOW);
    expect(await tokens.read(await other.issue(claims, NOW))).toBeUndefined();
  });

  test('neither a token without a signature nor one of another algorithm is read', async () => {
    const [, payload = ''] = (await tokens.issue(claims, NOW)).split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await tokens.read(`${header}.${payload}.`)).toBeUndefined();
    const body = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
    const hs512 = await new SignJWT(body)
      .setProtectedHeader({ alg: 'HS512' })
      .sign(new TextEncoder().encode(key));
    expect(await tokens.read(hs512)).toBeUndefined();
    expect(await tokens.read('nonsense')).toBeUndefined();
  });
});

describe('mails in the background', () => {
  const event = { kind: 'registered', userId: user.id } as const;

  test('one that fails is tried again, three times in all', async () => {
    const handle = vi.fn(() => Promise.reject(new Error('no')));
    const mails = new BackgroundMails({ handle }, readableLog('ERROR').logger, 1);
    mails.deliver(event);
    await vi.waitFor(() => {
      expect(handle).toHaveBeenCalledTimes(3);
    });
    await mails.close();
    expect(handle).toHaveBeenCalledTimes(3);
  });

  test('the end waits for what is under way, and tries nothing again', async () => {
    const handle = vi.fn(() => Promise.reject(new Error('no')));
    const mails = new BackgroundMails({ handle }, readableLog('ERROR').logger, 60_000);
    mails.deliver(event);
    await mails.close();
    expect(handle).toHaveBeenCalledTimes(1);
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['nonsense', 'unknown'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
