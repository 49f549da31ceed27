/** Reads project files of .NET as text: ASP.NET Core, workers, libraries. */
import type { JudgedFile } from '../../verify/check.ts';
import { baseName } from '../../verify/embedded/source-text.ts';
import type { Sources } from '../sources.ts';
import { applicationOf, claimsOf, firstFile, placeOf, type Application } from './application.ts';

export const isDotnetProject = (path: string): boolean => /\.(?:cs|fs)proj$/.test(path);

/** Since .NET 8 the images set ASPNETCORE_HTTP_PORTS=8080 (learn.microsoft.com, "Default ASP.NET Core port changed"). */
const PORT_SINCE_8 = 8080;

export function readDotnet(manifest: JudgedFile, sources: Sources): Application | undefined {
  const text = sources.text(manifest);
  if (text?.includes('<Project') !== true) return undefined;
  const folder = placeOf(manifest);
  const version = /<TargetFrameworks?>\s{0,9}(?:[\w.-]{1,30};){0,9}net(\d{1,2}\.\d)/.exec(text)?.[1];
  const isWeb = /Sdk=["']Microsoft\.NET\.Sdk\.Web["']/.test(text);
  const libraries = new Set(
    [...text.matchAll(/<PackageReference\s{1,9}Include=["']([\w.-]{1,120})["']/g)].map(([, name = '']) =>
      name.toLowerCase(),
    ),
  );
  const isTest = libraries.has('microsoft.net.test.sdk');
  const isCsharp = manifest.path.endsWith('.csproj');
  return applicationOf(
    {
      manifest,
      language: isCsharp ? 'csharp' : 'fsharp',
      kind: isWeb && !isTest ? 'server' : 'library',
      framework: isWeb ? 'aspnetcore' : undefined,
      frameworkPort: isWeb && Number(version) >= 8 ? PORT_SINCE_8 : undefined,
      entryPoint: firstFile(sources, folder, ['Program.cs', 'Program.fs']),
      startCommand: isWeb ? (folder === '' ? 'dotnet run' : `dotnet run --project ${folder}`) : undefined,
      testCommand: 'dotnet test',
      buildCommand: 'dotnet build',
      name: baseName(manifest.path).replace(/\.(?:cs|fs)proj$/, ''),
      libraries: isTest ? new Set() : libraries,
      claims: [
        ...claimsOf(manifest.path)('packageManager', 'manifest', 'nuget'),
        ...claimsOf(manifest.path)(
          'runtimeVersion',
          'manifest',
          version,
          `TargetFramework in ${manifest.path}`,
        ),
      ],
    },
    sources,
  );
}
