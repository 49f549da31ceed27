/** Turns what can go wrong with accounts into answers. */
import { AuthError, HasherBusyError, type Refusal } from '../domain/auth/errors.ts';
import { HttpProblem } from './problems.ts';

const STATUS: Readonly<Record<Refusal, number>> = {
  'weak-password': 422,
  'invalid-credentials': 401,
  'not-verified': 403,
  'account-closed': 403,
  'invalid-access': 401,
  'invalid-refresh-token': 401,
  'just-exchanged': 409,
  'invalid-verification': 400,
  'not-allowed': 403,
  'user-not-found': 404,
  'session-not-found': 404,
  'change-refused': 409,
};

export function explainAuthError(error: unknown): HttpProblem | undefined {
  if (error instanceof HasherBusyError)
    return new HttpProblem(503, 'Too many logins at the moment; try again', { 'retry-after': '2' });
  if (!(error instanceof AuthError)) return undefined;
  const status = STATUS[error.refusal];
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : undefined;
  return new HttpProblem(status, error.message, headers);
}
