/** The program as it is loaded for a run: what the command `create` needs without a person, in one file. */
export { main } from './cli/main.ts';
export { default as pack } from './plopfile.ts';
