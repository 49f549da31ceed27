/** What can be wrong with a request, and the one form in which clients are told: `{"detail": …}`. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** A refusal whose words the client may read. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

/** Something of a request that is not as the API takes it: 422, with each fault and where it is. */
export class InvalidInput extends Error {
  readonly faults: readonly {
    readonly type: string;
    readonly loc: readonly string[];
    readonly msg: string;
  }[];

  constructor(error: z.ZodError, where: string) {
    super('The request is not valid');
    // Without the input: it may be a password, and the client knows what it sent.
    this.faults = error.issues.map(({ code, path, message }) => ({
      type: code,
      loc: [where, ...path.map(String)],
      msg: message,
    }));
  }
}

/**
 * The part of a request as its schema gives it.
 * @throws InvalidInput
 */
export function read<S extends z.ZodType>(
  schema: S,
  part: unknown,
  where: 'body' | 'query' | 'path',
): z.output<S> {
  const parsed = schema.safeParse(part);
  if (!parsed.success) throw new InvalidInput(parsed.error, where);
  return parsed.data;
}

/** PostgreSQL's text cannot hold the NUL character. */
const withoutNul = (value: string): boolean => !value.includes('\0');
const NUL = 'must not contain NUL';

/** Text as it was written. */
export const text = (most: number) => z.string().max(most).refine(withoutNul, NUL);

/** A name or the like: spaces around it do not count, and something has to be left. */
export const words = (most: number) => z.string().trim().min(1).max(most).refine(withoutNul, NUL);

/** What other modules make of their own errors; nothing where one is not theirs. */
export type Explain = (error: unknown) => HttpProblem | undefined;

/** Answers what was thrown; a fault of ours tells the client nothing but the request's id. */
export const errorHandler =
  (explain: Explain) =>
  async (error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const problem = error instanceof HttpProblem ? error : explain(error);
    if (error instanceof InvalidInput) {
      await reply.code(422).send({ detail: error.faults });
    } else if (problem) {
      await reply.code(problem.status).headers(problem.headers).send({ detail: problem.message });
    } else if (error.statusCode !== undefined && error.statusCode < 500) {
      // The server's own: a body that is too large, or no JSON.
      await reply.code(error.statusCode).send({ detail: error.message });
    } else {
      request.log.error({ error }, 'A request failed');
      await reply.code(500).send({ detail: 'Internal server error', request_id: request.id });
    }
  };

export const notFound = async (_request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  await reply.code(404).send({ detail: 'Not found' });
};
