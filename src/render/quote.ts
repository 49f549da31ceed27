/** Provisional: replaced by the sinks proper. */
const plain = /^[A-Za-z0-9._/@+-]+$/;
const string = (value: string): string => JSON.stringify(value);

export const SINKS: Readonly<Record<string, (value: string) => string>> = {
  yaml: (value) => (/^[A-Za-z][A-Za-z0-9 ._/@-]*$/.test(value) && !/^(?:yes|no|on|off|true|false|null|y|n)$/i.test(value) && !value.endsWith(' ') ? value : string(value)),
  json: string,
  toml: string,
  hcl: string,
  sh: (value) => (plain.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`),
  dockerArg: (value) => string(value).replaceAll('$', '\\$'),
  make: (value) => value.replaceAll('$', '$$').replaceAll('#', '\\#'),
  makeSh: (value) => `'${value.replaceAll("'", `'\\''`)}'`.replaceAll('$', '$$'),
  nginx: string,
  sql: (value) => `'${value.replaceAll("'", "''")}'`,
  md: (value) => value.replace(/[\\`*_{}[\]<>()#|&!~]/g, '\\$&'),
  py: string,
  ts: string,
  env: string,
  composeYaml: (value) => string(value).replaceAll('$', '$$$$'),
  workflowYaml: string,
  comment: (value) => value,
};
