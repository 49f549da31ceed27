/** The releases of Node.js beside the one that runs the tests: the npm package `node` holds each, `.ci/run` installs it. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the programs of a release lie. */
export const nodeFolder = (major: string): string =>
  `${process.env.BULWARK_CACHE ?? join(homedir(), '.cache', 'bulwark')}-node-${major}/node_modules/node/bin`;

/** Why a release cannot be used. */
export const missingNode = (major: string): string | undefined =>
  existsSync(join(nodeFolder(major), 'node')) ? undefined : `Node ${major} is not at ${nodeFolder(major)}`;
