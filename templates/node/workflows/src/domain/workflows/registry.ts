/** The workflows that there are; a new one is a line here. */
import { importItems } from './import-items.ts';
import type { RunEvents } from './run.ts';
import type { Workflows } from './workflow.ts';

export const createWorkflows = (events: RunEvents): Workflows =>
  new Map([importItems(events)].map((workflow) => [workflow.name, workflow]));
