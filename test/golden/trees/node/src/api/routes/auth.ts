/** Becoming a user, logging in and out. Tokens travel in bodies and headers and never in cookies. */
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import { MAX_LENGTH } from '../../domain/auth/passwords.ts';
import type { Tokens } from '../../domain/auth/sessions.ts';
import { decodeToken } from '../../domain/auth/tokens.ts';
import type { User } from '../../domain/auth/user.ts';
import { API_PREFIX, DISPLAY_NAME } from '../../project.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Accounts } from '../accounts.ts';
import { clientOf, limits, principalOf } from '../auth-guards.ts';
import { read, text, words } from '../problems.ts';

const email = z
  .string()
  .trim()
  .max(254)
  .pipe(z.email())
  .transform((value) => value.toLowerCase());
/** How good it is the domain judges; here it only has to be bounded. */
const password = z.string().min(1).max(MAX_LENGTH);

const registration = z.strictObject({ email, password, full_name: words(200) });
const emailOnly = z.strictObject({ email });
const login = z.strictObject({ email, password, device: text(200).default('') });
const refresh = z.strictObject({ refresh_token: z.string().min(1).max(200) });
const verification = z.object({ token: z.string().min(1).max(200) });
const sessionPath = z.object({ id: z.uuid() });

/** The same whether the address is known or not: the difference is in the mail. */
const SENT = { detail: 'If this address can be registered, a mail with a link is on its way' };

/** A user, as the user may see it. */
export const userOut = ({ id, email: address, fullName, role, status, createdAt }: User) => ({
  id,
  email: address,
  full_name: fullName,
  role,
  status,
  created_at: createdAt,
});

export function authRoutes(
  app: FastifyInstance,
  accounts: Accounts,
  { forUsers }: { readonly forUsers: onRequestAsyncHookHandler },
  settings: Settings,
): void {
  const path = `${API_PREFIX}/auth`;
  const check = limits(accounts.limiter, settings);
  const onRequest = forUsers;
  const tokensOut = ({ access, refresh: next }: Tokens) => ({
    access_token: access,
    token_type: 'bearer',
    expires_in: accounts.accessTokenSeconds,
    refresh_token: next,
  });

  // The address has to be verified by the link in a mail.
  app.post(`${path}/register`, async (request, reply) => {
    const given = read(registration, request.body, 'body');
    await check(request, 'register', given.email);
    await accounts.registration.register(
      given.email,
      given.password,
      given.full_name,
      clientOf(request),
    );
    return reply.code(202).send(SENT);
  });

  // The link before is not good any more.
  app.post(`${path}/resend-verification`, async (request, reply) => {
    const given = read(emailOnly, request.body, 'body');
    await check(request, 'register', given.email);
    // After the answer, whose time then tells nothing.
    reply.raw.once('finish', () => {
      accounts.registration.resend(given.email).catch((error: unknown) => {
        request.log.error({ error }, 'A mail was not asked for');
      });
    });
    return reply.code(202).send(SENT);
  });

  // A button, for programs that look at mails follow links but press no buttons.
  app.get(`${path}/verify-email`, async (request, reply) => {
    read(verification, request.query, 'query');
    const form =
      '<form method="post"><button type="submit">Verify my e-mail address</button></form>';
    return reply.headers(pageHeaders("form-action 'self'")).send(page(form));
  });

  app.post(`${path}/verify-email`, async (request, reply) => {
    const { token } = read(verification, request.query, 'query');
    await check(request, 'verify');
    await accounts.registration.verify(token, clientOf(request));
    if (request.headers.accept?.includes('text/html'))
      return reply
        .headers(pageHeaders("form-action 'none'"))
        .send(page('<p>Your e-mail address is verified. You can log in now.</p>'));
    return { detail: 'The e-mail address is verified' };
  });

  // Several wrong passwords in a row lock the account for a while.
  app.post(`${path}/login`, async (request) => {
    const given = read(login, request.body, 'body');
    await check(request, 'login', given.email);
    return tokensOut(await accounts.sessions.logIn(given, clientOf(request)));
  });

  // Each token is good once. 409 within ten seconds after an exchange: another tab was faster, and has the new one.
  app.post(`${path}/refresh`, async (request) => {
    const { refresh_token: token } = read(refresh, request.body, 'body');
    await check(request, 'refresh', decodeToken(token)?.sessionId);
    return tokensOut(await accounts.sessions.refresh(token, clientOf(request)));
  });

  app.get(`${path}/me`, { onRequest }, (request) => userOut(principalOf(request).user));

  app.post(`${path}/logout`, { onRequest }, async (request, reply) => {
    await accounts.sessions.logOut(principalOf(request), clientOf(request));
    return reply.code(204).send();
  });

  app.get(`${path}/sessions`, { onRequest }, async (request) => {
    const { user, sessionId } = principalOf(request);
    const open = await accounts.sessions.listOpen(user.id);
    return open.map((session) => ({
      id: session.id,
      current: session.id === sessionId,
      device: session.device,
      ip_address: session.ipAddress,
      user_agent: session.userAgent,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
      last_used_at: session.lastUsedAt,
    }));
  });

  // Everywhere, here too.
  app.delete(`${path}/sessions`, { onRequest }, async (request, reply) => {
    await accounts.sessions.revokeAll(principalOf(request).user.id, clientOf(request));
    return reply.code(204).send();
  });

  app.delete(`${path}/sessions/:id`, { onRequest }, async (request, reply) => {
    const { id } = read(sessionPath, request.params, 'path');
    await accounts.sessions.revoke(principalOf(request).user.id, id, clientOf(request));
    return reply.code(204).send();
  });

  // What a browser sends when the button is pressed has an empty body.
  app.addContentTypeParser('application/x-www-form-urlencoded', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
}

const escape = (value: string): string =>
  value.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

const page = (content: string): string => {
  const name = escape(DISPLAY_NAME);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><h1>${name}</h1>${content}</html>`;
};

const pageHeaders = (policy: string) => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; frame-ancestors 'none'; ${policy}`,
});
