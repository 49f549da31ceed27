/** What was made, shown as a tree of files and as a Mermaid picture. */
import type { DiagramEdge } from '../component/define.ts';

/** Folders deeper than this are shown with their number of files. */
const MAX_DEPTH = 2;

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: string[];
}

/** Draws paths as a tree: folders first, then files, each sorted. */
export function drawTree(paths: Iterable<string>): string {
  const root: Folder = { folders: new Map(), files: [] };
  for (const path of paths) {
    const segments = path.split('/');
    const name = segments.pop() ?? '';
    let folder = root;
    for (const segment of segments) {
      let next = folder.folders.get(segment);
      if (!next) folder.folders.set(segment, (next = { folders: new Map(), files: [] }));
      folder = next;
    }
    folder.files.push(name);
  }
  return ['.', ...linesOf(root, '', 1)].join('\n');
}

function linesOf(folder: Folder, indent: string, depth: number): string[] {
  const folders = [...folder.folders].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries: [string, Folder | undefined][] = [
    ...folders.map(([name, child]): [string, Folder] => [name, child]),
    ...[...folder.files].sort().map((name): [string, undefined] => [name, undefined]),
  ];
  return entries.flatMap(([name, child], index) => {
    const last = index === entries.length - 1;
    const line = `${indent}${last ? '└── ' : '├── '}${name}${child ? '/' : ''}`;
    if (!child) return [line];
    if (depth >= MAX_DEPTH) return [`${line} (${countFiles(child)} files)`.replace('(1 files)', '(1 file)')];
    return [line, ...linesOf(child, `${indent}${last ? '    ' : '│   '}`, depth + 1)];
  });
}

const countFiles = (folder: Folder): number =>
  folder.files.length + [...folder.folders.values()].reduce((sum, child) => sum + countFiles(child), 0);

/** Draws edges as a Mermaid flow chart, in the order given. */
export function mermaidEdges(edges: readonly DiagramEdge[]): string {
  const idOf = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '_');
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  return [
    'flowchart LR',
    ...names.map((name) => `  ${idOf(name)}["${name}"]`),
    ...edges.map(({ from, to, label }) => `  ${idOf(from)} -->|${label}| ${idOf(to)}`),
  ].join('\n');
}
