/** Workflows: which there are; start one, find and list its runs. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { API_PREFIX } from '../../project.ts';
import { decodeCursor, encodeCursor } from '../pagination.ts';
import { HttpProblem, read } from '../problems.ts';
import { runOut } from '../run-out.ts';
import type { Viewers } from '../viewers.ts';
import type { WorkflowResources } from '../workflow-resources.ts';

const workflowPath = z.object({ name: z.string().max(100) });
const runPath = z.object({ id: z.uuid() });
const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});

export function workflowRoutes(
  app: FastifyInstance,
  { definitions, runs }: Pick<WorkflowResources, 'definitions' | 'runs'>,
  viewers: Viewers,
): void {
  const path = `${API_PREFIX}/workflow-runs`;

  app.get(`${API_PREFIX}/workflows`, viewers.guard, () => ({
    workflows: [...definitions.values()].map(({ name, does, steps }) => ({
      name,
      does,
      steps: steps.map((step) => step.name),
    })),
  }));

  app.post(`${API_PREFIX}/workflows/:name/runs`, viewers.guard, async (request, reply) => {
    const workflow = definitions.get(read(workflowPath, request.params, 'path').name);
    if (!workflow) throw new HttpProblem(404, 'There is no such workflow');
    const input = read(workflow.input, request.body, 'body');
    const run = await runs.start(viewers.of(request), workflow, input);
    return reply.code(202).header('location', `${path}/${run.id}`).send(runOut(run, definitions));
  });

  app.get(`${path}/:id`, viewers.guard, async (request) => {
    const run = await runs.get(viewers.of(request), read(runPath, request.params, 'path').id);
    if (!run) throw new HttpProblem(404, 'There is no such run');
    return runOut(run, definitions);
  });

  // Newest first; `cursor` is the `next_cursor` of the page before.
  app.get(path, viewers.guard, async (request) => {
    const { limit, cursor } = read(listQuery, request.query, 'query');
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const page = await runs.page(viewers.of(request), after, limit);
    return {
      runs: page.runs.map((run) => runOut(run, definitions)),
      next_cursor: page.next ? encodeCursor(page.next) : null,
    };
  });
}
