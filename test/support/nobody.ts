/** A user without rights: what root may do anyway, and servers that refuse to be root, are tried as he. */
import { isLeftOutWithout } from './tools.ts';

const isRoot = process.getuid?.() === 0;
const SETPRIV = 'setpriv';

/** His user and his group. */
export const NOBODY = 65534;

/** What stands before a command to run it as him; nothing where the tests do not run as root. */
export const asNobody: readonly string[] = isRoot
  ? [SETPRIV, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  : [];

/** Whether a test has to be left out because root cannot become him here. */
export const isLeftOutAsRoot = isRoot && isLeftOutWithout(SETPRIV);
