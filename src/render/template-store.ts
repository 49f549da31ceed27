/** What a template is and where templates come from. */
import type { ComponentId } from '../component/define.ts';
import type { RenderFunction } from './engine.ts';

/** Folder of fragments for shared files, below a component's folder. */
export const FRAGMENTS = '_fragments';

export interface Template {
  /** Folder below the component's: `base`, a layer, or `_fragments`. */
  readonly layer: string;
  /** Where it lands, below the repository's root (or the fragment's name), before names are put in. */
  readonly path: string;
  /** Where it comes from, for messages: `templates/redis/base/redis.conf.hbs`. */
  readonly source: string;
  readonly executable: boolean;
  /** Verbatim bytes, or a compiled template. */
  readonly body: Buffer | RenderFunction;
  /** The form that a verbatim body has in the baseline, where it was made when the package was built. */
  readonly packed?: string;
}

/** Gives the templates of a component, sorted by source; empty when it has none. */
export type TemplateStore = (component: ComponentId) => Promise<readonly Template[]>;

/** Package managers leave out or rename these files, so they are stored as `_gitignore`, `_npmrc`. */
const STORED_DOTFILE = /(^|\/)_(?=(?:gitignore|gitattributes|npmrc|npmignore|dockerignore)(?:\.hbs)?$)/;

/**
 * Reads a template's place from its path below `templates/<component>/`.
 * `base/_gitignore.hbs` → layer `base`, path `.gitignore`, rendered.
 */
export function placeTemplate(file: string): { layer: string; path: string; rendered: boolean } {
  const slash = file.indexOf('/');
  const layer = file.slice(0, slash);
  const stored = file.slice(slash + 1).replace(STORED_DOTFILE, '$1.');
  const rendered = stored.endsWith('.hbs');
  return { layer, path: rendered ? stored.slice(0, -'.hbs'.length) : stored, rendered };
}
