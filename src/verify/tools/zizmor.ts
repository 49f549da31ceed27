/** Workflows, actions and Dependabot's settings by zizmor: security, as pedantic as it can be. */
import { isAction, isDependabot, isWorkflow } from './file-kinds.ts';
import { readJson, type JsonAnswer } from './json-answer.ts';
import { agreeing, argumentFor, defineTool, pathInside, ToolFailure } from './tool.ts';

/** 0 is clean; 11 to 14 tell the highest severity found (docs.zizmor.sh, "Exit codes"). */
const EXIT_CODES = [0, 11, 12, 13, 14];

export const zizmor = defineTool({
  id: 'zizmor',
  judges: 'GitHub Actions: security',
  command: 'zizmor',
  versionArgs: ['--version'],
  install: { linux: 'pipx install zizmor', darwin: 'brew install zizmor', win32: 'pipx install zizmor' },
  choose: (paths) => paths.filter((path) => isWorkflow(path) || isAction(path) || isDependabot(path)),
  judge: async ({ root, paths, call }) => {
    const output = await call(
      [
        ...['--offline', '--persona', 'pedantic', '--format', 'json', '--no-progress', '--quiet'],
        // Without it a file that cannot be read is left out, and the rest passes.
        '--strict-collection',
        ...paths.map(argumentFor),
      ],
      { exitCodes: EXIT_CODES },
    );
    const findings = readJson(output)
      .items()
      .filter((item) => !item.get('ignored').isTrue())
      .map((item) => {
        const { path, line, annotation } = primaryLocation(item);
        const severity = item.get('determinations').get('severity').text();
        return {
          rule: item.get('ident').text(),
          severity: severity === 'High' ? ('error' as const) : ('warning' as const),
          path: pathInside(root, path),
          line,
          message: `${item.get('desc').text()}: ${annotation}`,
          hint: item.get('url').text(),
        };
      });
    return agreeing(output, findings);
  },
});

function primaryLocation(item: JsonAnswer): { path: string; line: number; annotation: string } {
  const locations = item.get('locations').items();
  const location =
    locations.find((each) => each.get('symbolic').get('kind').textIfAny() === 'Primary') ?? locations[0];
  if (!location) throw new ToolFailure('could not read the output: a finding without a location');
  const symbolic = location.get('symbolic');
  const row = location.get('concrete').get('location').get('start_point').get('row').number();
  return {
    path: symbolic.get('key').get('Local').get('verbatim_path').text(),
    line: row + 1,
    annotation: symbolic.get('annotation').text(),
  };
}
