/** Reads composer.json: web frameworks of PHP. */
import type { JudgedFile } from '../../verify/check.ts';
import { recordOf, scalarText } from '../../verify/embedded/plain-data.ts';
import type { Sources } from '../sources.ts';
import {
  applicationOf,
  claimsOf,
  firstFile,
  frameworkOf,
  placeOf,
  type Application,
  type Framework,
} from './application.ts';

const FRAMEWORKS: readonly (readonly Framework[])[] = [
  [
    // The port of `php artisan serve` alone; a server of PHP is told where to listen by its own configuration.
    { library: 'laravel/framework', name: 'laravel' },
    { library: 'symfony/framework-bundle', name: 'symfony' },
    { library: 'slim/slim', name: 'slim' },
    { library: 'cakephp/cakephp', name: 'cakephp' },
  ],
];

export function readPhp(manifest: JudgedFile, sources: Sources): Application | undefined {
  const data = sources.json(manifest);
  if (data === undefined) return undefined;
  const required = recordOf(data.require);
  const libraries = new Set(Object.keys(required).map((name) => name.toLowerCase()));
  const framework = frameworkOf(libraries, FRAMEWORKS, manifest, sources);
  const folder = placeOf(manifest);
  const licence = Array.isArray(data.license) ? (data.license as unknown[]).join(' OR ') : data.license;
  const scripts = recordOf(data.scripts);
  return applicationOf(
    {
      manifest,
      language: 'php',
      kind: framework === undefined ? 'library' : 'server',
      framework: framework?.name,
      entryPoint: firstFile(sources, folder, ['public/index.php', 'index.php']),
      testCommand: Object.hasOwn(scripts, 'test') ? 'composer test' : undefined,
      name: data.name,
      description: data.description,
      licence,
      libraries,
      claims: [
        ...claimsOf(manifest.path)('packageManager', 'manifest', 'composer'),
        ...claimsOf(manifest.path)(
          'runtimeVersion',
          'manifest',
          scalarText(required.php),
          `require.php in ${manifest.path}`,
        ),
      ],
    },
    sources,
  );
}
