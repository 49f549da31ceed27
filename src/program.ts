/** The program as it is loaded for a run: what the command `create` needs without a person, in one file. */
export { main } from './cli/main.ts';

/** What the plop pack needs besides, once one of its generators runs. */
export const loadForPlop = () => import('./cli/in-plop.ts');
