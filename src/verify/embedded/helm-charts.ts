/** Which files belong to a Helm chart, whose templates are not YAML before Helm has rendered them. */
import type { JudgedTree } from '../check.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import { folderOf } from './source-text.ts';

const isChart = (folder: string, tree: JudgedTree): boolean =>
  tree.has((folder === '' ? 'Chart.yaml' : `${folder}/Chart.yaml`) as RepoPath);

/** Whether the path is below `templates/` of a folder with a Chart.yaml. */
export function inChartTemplates(path: string, tree: JudgedTree): boolean {
  for (const match of path.matchAll(/(?:^|\/)templates\//g)) {
    if (isChart(path.slice(0, match.index), tree)) return true;
  }
  return false;
}

/** Whether the path is anywhere in a chart, its values and tests included. */
export function inChart(path: string, tree: JudgedTree): boolean {
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) {
    if (isChart(folder, tree)) return true;
  }
  return isChart('', tree);
}
