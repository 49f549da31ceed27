/** Signs and reads access tokens: JSON Web Tokens that live for minutes. */
import { randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { AccessClaims, AccessTokens, Clock } from '../../domain/auth/ports.ts';
import { ROLES } from '../../domain/auth/user.ts';

/** One, named here and never taken from the token. */
const ALGORITHM = 'HS256';
/** The clocks of two replicas are never quite the same. */
const LEEWAY_SECONDS = 10;

const claimsOf = z.object({ sub: z.uuid(), sid: z.uuid(), role: z.enum(ROLES) });

export interface JwtConfiguration {
  readonly key: string;
  readonly issuer: string;
  readonly audience: string;
  readonly minutes: number;
}

export class JwtAccessTokens implements AccessTokens {
  readonly lifetimeSeconds: number;
  readonly #key: Uint8Array;
  readonly #issuer: string;
  readonly #audience: string;
  readonly #clock: Clock;

  constructor({ key, issuer, audience, minutes }: JwtConfiguration, clock: Clock) {
    this.lifetimeSeconds = minutes * 60;
    this.#key = new TextEncoder().encode(key);
    this.#issuer = issuer;
    this.#audience = audience;
    this.#clock = clock;
  }

  issue({ userId, sessionId, role }: AccessClaims, now: Date): Promise<string> {
    const seconds = Math.floor(now.getTime() / 1000);
    return new SignJWT({ sid: sessionId, role })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(this.#issuer)
      .setAudience(this.#audience)
      .setSubject(userId)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + this.lifetimeSeconds)
      .setJti(randomUUID())
      .sign(this.#key);
  }

  async read(token: string): Promise<AccessClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        issuer: this.#issuer,
        audience: this.#audience,
        clockTolerance: LEEWAY_SECONDS,
        currentDate: this.#clock(),
        requiredClaims: ['iat', 'exp', 'jti'],
      });
      const { sub, sid, role } = claimsOf.parse(payload);
      return { userId: sub, sessionId: sid, role };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined;
      throw error;
    }
  }
}
