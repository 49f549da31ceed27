/** Reads templates from a folder and compiles them: in development, and for packs. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { specificationOf } from './template-compiler.ts';
import { compiled } from './template-runtime.ts';
import { placeTemplate, type Template, type TemplateStore } from './template-store.ts';

/** @param root a folder with one folder of templates per component */
export function templateFolder(root: string): TemplateStore {
  return async (component) =>
    listFiles(join(root, component)).map((file): Template => {
      const { layer, path, rendered } = placeTemplate(file);
      const location = join(root, component, file);
      const content = readFileSync(location);
      return {
        layer,
        path,
        source: `templates/${component}/${file}`,
        executable: (statSync(location).mode & 0o100) !== 0,
        body: rendered ? compiled(specificationOf(content.toString('utf8'))) : content,
      };
    });
}

/** Files below a folder, relative, with forward slashes, sorted; none when there is no such folder. */
export function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      )
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
