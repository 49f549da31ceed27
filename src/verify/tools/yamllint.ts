/** YAML by yamllint: indentation, spaces, keys that occur twice, lines of 160 columns. */
import { chartTemplateFolders, isYaml } from './file-kinds.ts';
import { agreeing, argumentFor, defineTool, pathInside, quote, requireJudged, ToolFailure } from './tool.ts';

/** One setting for every repository: the measure that our own output is held to. */
const CONFIGURATION = JSON.stringify({
  extends: 'default',
  rules: {
    'line-length': { max: 160 },
    'document-start': 'disable',
    // `on:` of a workflow is read as a boolean otherwise.
    truthy: { 'check-keys': false },
    // One space before a comment, as the version comments of pinned actions are written.
    comments: { 'min-spaces-from-content': 1 },
  },
});

const LINE =
  /^(?<path>.+?):(?<line>\d+):\d+: \[(?<level>error|warning)\] (?<message>.*?)(?: \((?<rule>[\w-]+)\))?$/;

export const yamllint = defineTool({
  id: 'yamllint',
  judges: 'YAML files',
  command: 'yamllint',
  versionArgs: ['--version'],
  install: {
    linux: 'pipx install yamllint',
    darwin: 'brew install yamllint',
    win32: 'pipx install yamllint',
  },
  choose: (paths) => {
    const templates = chartTemplateFolders(paths);
    return paths.filter((path) => isYaml(path) && !templates.some((folder) => path.startsWith(folder)));
  },
  judge: async ({ root, paths, call }) => {
    // It prints nothing when all is well; so it is asked first which of the files it would read.
    const list = await call(['--list-files', '--config-data', CONFIGURATION, ...paths.map(argumentFor)], {
      exitCodes: [0],
    });
    requireJudged(paths, new Set(list.stdout.split('\n').map((line) => pathInside(root, line.trim()))));
    const output = await call([
      ...['--format', 'parsable', '--config-data', CONFIGURATION],
      ...paths.map(argumentFor),
    ]);
    const findings = output.stdout
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const found = LINE.exec(line)?.groups;
        if (!found) throw new ToolFailure(`could not read the output${quote(line)}`);
        const rule = found.rule ?? 'yamllint';
        return {
          rule,
          severity: found.level === 'error' ? ('error' as const) : ('warning' as const),
          path: pathInside(root, found.path ?? ''),
          line: Number(found.line),
          message: found.message ?? '',
          hint: `https://yamllint.readthedocs.io/en/stable/rules.html${found.rule ? `#module-yamllint.rules.${rule.replaceAll('-', '_')}` : ''}`,
        };
      });
    return agreeing(output, findings);
  },
});
