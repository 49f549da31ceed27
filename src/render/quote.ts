/** Quoting at the edge: for each format a function that writes any text as a whole literal of it, or refuses. */
import { comment, dockerArg, nginx, sql } from './quote/configuration.ts';
import { md } from './quote/markdown.ts';
import { hcl, json, py, toml, ts } from './quote/quoted-strings.ts';
import { env, make, makeSh, sh } from './quote/shell.ts';
import type { Sink, SinkName } from './quote/sink.ts';
import { composeYaml, workflowYaml, yaml } from './quote/yaml.ts';

export { QuoteRefusal, type Sink, type SinkName } from './quote/sink.ts';

/** The sinks by the name of the helper that templates use: `{{yaml v}}`. */
export const SINKS: Readonly<Record<SinkName, Sink>> = {
  yaml,
  composeYaml,
  workflowYaml,
  json,
  toml,
  hcl,
  py,
  ts,
  sh,
  env,
  make,
  makeSh,
  dockerArg,
  nginx,
  sql,
  md,
  comment,
};
