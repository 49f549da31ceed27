/** Turns a plan into the files of the repository, in memory. */
import type { View } from '../component/contribution.ts';
import type { Plan, Rendering, SharedFile } from '../plan/plan-run.ts';
import { ASSEMBLERS } from '../shared-files/assemble.ts';
import { overlayYaml } from '../shared-files/yaml-overlay.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { virtualTree, type VirtualFile, type VirtualTree } from '../tree/virtual-tree.ts';
import { drawTree, mermaidEdges } from './drawings.ts';
import { renderTemplate } from './engine.ts';
import type { Template } from './template-store.ts';
import { literal, type Views } from './view.ts';

/** Renders one file that stands alone. */
export function renderFile({ component, template, path, views, ownership }: Rendering): VirtualFile {
  return {
    path,
    content: renderBody(template, views),
    executable: template.executable,
    origin: { component, template: template.source },
    ownership,
  };
}

/**
 * Renders the shared files of a plan over the files that stand alone.
 * READMEs come last: their fragments may print `tree`, `diagram` and `documents`, which show everything else.
 * @throws FragmentClash, TemplateError (defects of components), QuoteRefusal (an answer cannot be written)
 */
export function assembleTree(plan: Plan, files: readonly VirtualFile[]): VirtualTree {
  const texts = new Map<SharedFile, string>();
  for (const file of plan.sharedFiles) if (!isReadme(file)) texts.set(file, textOf(file));
  const others = [...texts].map(([file, text]) => assembled(file, standAlone(file, text, texts)));
  const readmes = plan.sharedFiles.filter(isReadme);
  const paths = [...files, ...others, ...readmes].map(({ path }): RepoPath => path);
  const overview = {
    tree: literal(drawTree(paths)),
    diagram: literal(mermaidEdges(plan.diagram)),
    hasDocuments: plan.documents.length > 0,
    documents: plan.documents.map(({ path, title, tells }) => ({
      path,
      title: literal(title),
      tells: literal(tells),
    })),
  };
  return virtualTree([
    ...files,
    ...others,
    ...readmes.map((file) => assembled(file, textOf(file, overview))),
  ]);
}

/** Renders a whole plan. */
export const renderPlan = (plan: Plan): VirtualTree => assembleTree(plan, plan.renderings.map(renderFile));

const isReadme = ({ opening }: SharedFile): boolean => opening.kind === 'readme';

/** The text of a file that is laid over another, with what lies below it. */
function standAlone({ opening }: SharedFile, text: string, texts: ReadonlyMap<SharedFile, string>): string {
  const below = [...texts].find(
    ([{ opening: other }]) => other.kind === opening.kind && other.id === opening.over,
  );
  return below ? overlayYaml(below[1], text) : text;
}

function assembled({ opening, component, path, isOurs }: SharedFile, text: string): VirtualFile {
  return {
    path,
    content: Buffer.from(text),
    executable: false,
    origin: { component, template: `shared file ${opening.kind} ${opening.id}` },
    ownership: 'shared',
    shared: opening.kind,
    ...(!isOurs && { onlyIfPresent: true }),
  };
}

/** @param overview what its fragments may print besides */
const textOf = ({ opening, contributions }: SharedFile, overview?: View): string =>
  ASSEMBLERS[opening.kind](
    contributions.map(({ component, template: { body, source }, views }) => ({
      component,
      source,
      text:
        typeof body === 'function'
          ? renderTemplate(body, overview ? [overview, ...views] : views, source)
          : body.toString('utf8'),
    })),
  );

const renderBody = ({ body, source }: Template, views: Views): Buffer =>
  typeof body === 'function' ? Buffer.from(renderTemplate(body, views, source)) : body;
