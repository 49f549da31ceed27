/** Reads a Gemfile as text: web frameworks of Ruby. */
import type { JudgedFile } from '../../verify/check.ts';
import { inFolder, nearestAbove, type Sources } from '../sources.ts';
import {
  applicationOf,
  claimsOf,
  firstFile,
  frameworkOf,
  placeOf,
  plainVersion,
  versionFile,
  type Application,
  type Framework,
} from './application.ts';

const FRAMEWORKS: readonly (readonly Framework[])[] = [
  [
    { library: 'rails', name: 'rails', port: 3000 },
    { library: 'hanami', name: 'hanami', port: 2300 },
    { library: 'sinatra', name: 'sinatra', port: 4567 },
    { library: 'roda', name: 'roda', port: 9292 },
    { library: 'grape', name: 'grape', port: 9292 },
  ],
];

export function readRuby(manifest: JudgedFile, sources: Sources): Application | undefined {
  const lines = sources.lines(manifest);
  const gems = lines
    .map((line) => /^\s*gem\s*\(?\s*["']([\w.-]+)["']/.exec(line)?.[1]?.toLowerCase())
    .filter((gem) => gem !== undefined);
  if (lines.length === 0) return undefined;
  const folder = placeOf(manifest);
  const libraries = new Set(gems);
  const framework = frameworkOf(libraries, FRAMEWORKS, manifest, sources);
  const entryPoint = firstFile(sources, folder, ['config.ru', 'app.rb', 'main.rb']);
  const version = lines
    .map((line) => plainVersion(/^\s*ruby\s+["'](?:[~>=]+\s*)?([\d.]+)["']/.exec(line)?.[1]))
    .find((one) => one !== undefined);
  const isRails = framework?.name === 'rails';
  const hasRspec = gems.some((gem) => gem.startsWith('rspec'));
  const routes = sources.text(sources.file(inFolder(folder, 'config/routes.rb'))) ?? '';
  // Rails 7.1 and later write this route into every new application, at /up.
  const health = /get\s+["']\/?([\w/-]{1,40})["']\s*=>\s*["']rails\/health#show["']/.exec(routes)?.[1];
  return applicationOf(
    {
      manifest,
      language: 'ruby',
      kind: framework === undefined ? 'library' : 'server',
      framework: framework?.name,
      frameworkPort: framework?.port,
      frameworkHealthPath: health === undefined ? undefined : `/${health}`,
      entryPoint,
      startCommand: isRails ? 'bin/rails server' : undefined,
      testCommand: hasRspec ? 'bundle exec rspec' : isRails ? 'bin/rails test' : undefined,
      libraries,
      claims: [
        ...claimsOf(manifest.path)('packageManager', 'manifest', 'bundler'),
        ...claimsOf(manifest.path)('runtimeVersion', 'manifest', version, `ruby in ${manifest.path}`),
        ...versionFile(sources, nearestAbove(sources, folder, ['.ruby-version'])),
      ],
    },
    sources,
  );
}
