/** Every embedded check, in the order of the report: first whether files can be read, then what they say. */
import type { EmbeddedCheck } from '../check.ts';
import { compose } from './compose.ts';
import { dockerfile } from './dockerfile.ts';
import { hcl } from './hcl.ts';
import { kubernetes } from './kubernetes.ts';
import { metrics } from './metrics.ts';
import { placeholders } from './placeholders.ts';
import { references } from './references.ts';
import { secrets } from './secrets.ts';
import { shell } from './shell.ts';
import { syntax } from './syntax.ts';
import { templating } from './templating.ts';
import { workflows } from './workflows.ts';

export const embeddedChecks: readonly EmbeddedCheck[] = [
  syntax,
  compose,
  dockerfile,
  workflows,
  kubernetes,
  hcl,
  shell,
  metrics,
  templating,
  placeholders,
  secrets,
  references,
];
