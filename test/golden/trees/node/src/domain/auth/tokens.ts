/** Tokens that are drawn at random: clients keep them, the service keeps only their hashes. */
import { createHash, randomBytes } from 'node:crypto';

const ID_BYTES = 16;
const FAMILY_BYTES = 16;
const SECRET_BYTES = 32;

/** What is stored of a token; one that is random needs neither salt nor a slow hash. */
export const digest = (secret: Uint8Array | string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(secret).digest());

/** The token of a verification mail. */
export const newVerificationToken = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/**
 * Names its session and proves it twice. `family` is the same in all tokens of a session, `secret` is new in each.
 * So a token whose family is right and whose secret is not was good once: that is how a reuse is told from a guess,
 * without keeping every token there ever was.
 */
export interface RefreshToken {
  readonly sessionId: string;
  readonly family: Uint8Array;
  readonly secret: Uint8Array;
}

export const firstToken = (sessionId: string): RefreshToken => ({
  sessionId,
  family: randomBytes(FAMILY_BYTES),
  secret: randomBytes(SECRET_BYTES),
});

/** The token that takes the place of another one. */
export const nextToken = (token: RefreshToken): RefreshToken => ({
  ...token,
  secret: randomBytes(SECRET_BYTES),
});

/** What the client gets. */
export const encodeToken = ({ sessionId, family, secret }: RefreshToken): string =>
  Buffer.concat([Buffer.from(sessionId.replaceAll('-', ''), 'hex'), family, secret]).toString(
    'base64url',
  );

/** Reads what a client gives; nothing when it cannot be one of ours. */
export function decodeToken(text: string): RefreshToken | undefined {
  const data = Buffer.from(text, 'base64url');
  if (data.length !== ID_BYTES + FAMILY_BYTES + SECRET_BYTES) return undefined;
  const id = data.subarray(0, ID_BYTES).toString('hex');
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(id) ?? [];
  return {
    sessionId: parts.slice(1).join('-'),
    family: data.subarray(ID_BYTES, ID_BYTES + FAMILY_BYTES),
    secret: data.subarray(ID_BYTES + FAMILY_BYTES),
  };
}
