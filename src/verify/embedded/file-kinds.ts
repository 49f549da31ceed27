/** Which files people write and which machines do; which hold settings, code or words. */
import { baseName, extensionOf } from './source-text.ts';

/** Locks and other files that a tool wrote: their hashes and names look like secrets and leftovers, and are neither. */
export const isMachineWritten = (path: string): boolean =>
  /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$|(?:^|\/)pnpm-lock\.yaml$|(?:^|\/)go\.sum$|\.lock(?:\.hcl)?$|\.min\.(?:js|css)$|\.svg$|\.map$/.test(
    path,
  ) || /(?:^|\/)requirements[^/]*\.(?:txt|lock)$/.test(path);

/** What bulwark itself keeps (SPEC 2), and copies of other people's code: no part of what is judged. */
export const isKept = (path: string): boolean =>
  /(?:^|\/)(?:\.bulwark|node_modules|vendor|third_party|\.terraform|\.venv)\//.test(path);

const CODE = new Set([
  'py',
  'pyi',
  'ts',
  'tsx',
  'mts',
  'cts',
  'js',
  'jsx',
  'mjs',
  'cjs',
  'rs',
  'go',
  'java',
  'kt',
  'rb',
  'php',
  'c',
  'h',
  'cpp',
  'vue',
  'svelte',
]);

export const isCode = (path: string): boolean => CODE.has(extensionOf(path));

export const isMarkdown = (path: string): boolean => ['md', 'markdown', 'mdx'].includes(extensionOf(path));

/** Files of `NAME=value` lines: .env, .env.example, prod.env. */
export const isEnvFile = (path: string): boolean => /^\.env(?:\.|$)|\.env$/.test(baseName(path));

/** Tests, their fixtures, and what only continuous integration runs. */
export const isTest = (path: string): boolean =>
  /(?:^|\/)(?:tests?|__tests__|spec|e2e|fixtures|testdata)\//.test(path) ||
  /(?:^|\/)(?:test_[^/]*|conftest)\.py$|[._-](?:test|spec)\.[a-z]+$/.test(path);

const SETTINGS = new Set([
  'yaml',
  'yml',
  'json',
  'toml',
  'ini',
  'cfg',
  'conf',
  'tf',
  'tfvars',
  'hcl',
  'properties',
  'env',
  'tpl',
  'service',
]);

export const isSettings = (path: string): boolean =>
  SETTINGS.has(extensionOf(path)) ||
  isEnvFile(path) ||
  /^(?:Dockerfile|Makefile|Containerfile)/.test(baseName(path));
