/** The components that a repository has, by its settings. */
import type { ComponentId } from '../component/define.ts';
import { flattenAnswers } from '../plan/answers-document.ts';
import { resolveRun, type Catalog } from '../plan/catalog.ts';
import type { Settings } from '../repo/settings-file.ts';

/** Also where an answer is not valid: what is wrong with it is told by the run. */
export const chosenComponents = (catalog: Catalog, { answers, preset }: Settings): readonly ComponentId[] =>
  resolveRun(catalog, { 'bulwark.json': flattenAnswers(answers) }, preset).components.map(({ id }) => id);
