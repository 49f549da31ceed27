/** Reads pom.xml and build.gradle: frameworks of Java and Kotlin. Both are looked through as text; nothing of them is run. */
import type { JudgedFile } from '../../verify/check.ts';
import { baseName } from '../../verify/embedded/source-text.ts';
import { recordOf, scalarText, dig } from '../../verify/embedded/plain-data.ts';
import type { Claim } from '../evidence.ts';
import { portsIn } from '../ports-and-paths.ts';
import { inFolder, type Sources } from '../sources.ts';
import { applicationOf, claimsOf, firstFile, placeOf, type Application } from './application.ts';

export const JVM_MANIFESTS = ['pom.xml', 'build.gradle.kts', 'build.gradle'] as const;

/** Each listens on 8080 by its own documentation. */
const FRAMEWORKS = [
  { pattern: /org\.springframework\.boot/, name: 'spring-boot' },
  { pattern: /io\.quarkus/, name: 'quarkus' },
  { pattern: /io\.micronaut/, name: 'micronaut' },
  { pattern: /io\.ktor/, name: 'ktor' },
] as const;
const PORT = 8080;

export function readJvm(manifest: JudgedFile, sources: Sources): Application | undefined {
  const text = sources.text(manifest);
  if (text === undefined) return undefined;
  const folder = placeOf(manifest);
  const isMaven = baseName(manifest.path) === 'pom.xml';
  // What a parent and plugins of a multi-module build bring is no module's own.
  const isAggregate = isMaven && /<packaging>\s*pom\s*<\/packaging>/.test(text);
  const below = folder === '' ? 'src/main/' : `${folder}/src/main/`;
  const code = sources.where((path) => path.startsWith(below) && /\.(?:java|kt)$/.test(path));
  const isKotlin =
    code.some(({ path }) => path.endsWith('.kt')) && !code.some(({ path }) => path.endsWith('.java'));
  const framework = isAggregate ? undefined : FRAMEWORKS.find(({ pattern }) => pattern.test(text))?.name;
  const entryPoint = code.find(({ path }) => /(?:Application|Main)(?:Kt)?\.(?:java|kt)$/.test(path))?.path;
  const libraries = isMaven ? mavenLibraries(text) : gradleLibraries(text);
  const wrapper = firstFile(sources, '', isMaven ? ['mvnw'] : ['gradlew']);
  const tool = isMaven ? (wrapper ? './mvnw' : 'mvn') : wrapper ? './gradlew' : 'gradle';
  const hasActuator = text.includes('spring-boot-starter-actuator');
  return applicationOf(
    {
      manifest,
      language: isKotlin ? 'kotlin' : 'java',
      kind: framework !== undefined ? 'server' : 'library',
      framework,
      frameworkPort: framework === undefined ? undefined : PORT,
      frameworkHealthPath:
        framework === 'spring-boot' && hasActuator
          ? '/actuator/health'
          : framework === 'quarkus' && text.includes('quarkus-smallrye-health')
            ? '/q/health'
            : undefined,
      entryPoint,
      testCommand: `${tool} test`,
      buildCommand: isMaven ? `${tool} package` : `${tool} build`,
      name: isMaven ? own(text, 'artifactId') : gradleName(folder, sources),
      description: isMaven ? own(text, 'description') : undefined,
      libraries,
      claims: [
        ...claimsOf(manifest.path)('packageManager', 'manifest', isMaven ? 'maven' : 'gradle'),
        ...claimsOf(manifest.path)(
          'runtimeVersion',
          'manifest',
          javaVersion(text),
          `the version of Java in ${manifest.path}`,
        ),
        ...configuredPorts(folder, sources),
      ],
    },
    sources,
  );
}

/** The text between two marks, from an offset; plain searching, for a pattern over a hostile file may take minutes. */
function between(text: string, open: string, close: string, from = 0): readonly [string, number] | undefined {
  const start = text.indexOf(open, from);
  if (start < 0) return undefined;
  const end = text.indexOf(close, start + open.length);
  return end < 0 ? undefined : [text.slice(start + open.length, end), end + close.length];
}

/** An element of the project itself, and not of its parent, dependencies or plugins. */
function own(text: string, element: string): string | undefined {
  let rest = text;
  for (const inner of ['parent', 'dependencies', 'dependencyManagement', 'build', 'profiles', 'licenses']) {
    const found = between(rest, `<${inner}>`, `</${inner}>`);
    if (found) rest = rest.slice(0, rest.indexOf(`<${inner}>`)) + rest.slice(found[1]);
  }
  const value = between(rest, `<${element}>`, `</${element}>`)?.[0].trim();
  return value === undefined || value.includes('<') || value.includes('${') ? undefined : value;
}

const MAX_DEPENDENCIES = 500;

function mavenLibraries(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  let at = 0;
  for (let count = 0; count < MAX_DEPENDENCIES; count += 1) {
    const dependency = between(text, '<dependency>', '</dependency>', at);
    if (!dependency) break;
    const [body, end] = dependency;
    const group = between(body, '<groupId>', '</groupId>')?.[0].trim() ?? '';
    const artifact = between(body, '<artifactId>', '</artifactId>')?.[0].trim() ?? '';
    found.add(`${group}:${artifact}`.toLowerCase()).add(artifact.toLowerCase());
    at = end;
  }
  return found;
}

const gradleLibraries = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/["']([\w.-]{1,100}):([\w.-]{1,100})(?::[^"'\n]{0,100})?["']/g)].flatMap(
      ([, group = '', artifact = '']) => [`${group}:${artifact}`.toLowerCase(), artifact.toLowerCase()],
    ),
  );

const javaVersion = (text: string): string | undefined =>
  /<(?:java\.version|maven\.compiler\.release|maven\.compiler\.target|release)>\s{0,9}(?:1\.)?(\d{1,2})\s{0,9}</.exec(
    text,
  )?.[1] ??
  /JavaLanguageVersion\.of\((\d{1,2})\)/.exec(text)?.[1] ??
  /jvmToolchain\((\d{1,2})\)/.exec(text)?.[1] ??
  /(?:source|target)Compatibility\s{0,9}=\s{0,9}(?:JavaVersion\.VERSION_(?:1_)?|["'](?:1\.)?)(\d{1,2})/.exec(
    text,
  )?.[1];

function gradleName(folder: string, sources: Sources): string | undefined {
  for (const name of ['settings.gradle.kts', 'settings.gradle']) {
    const text = sources.text(sources.file(inFolder(folder, name)));
    const found = /rootProject\.name\s{0,9}=\s{0,9}["']([^"'\n]{1,100})["']/.exec(text ?? '')?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `server.port` of Spring and `quarkus.http.port`, as properties or as YAML. */
function configuredPorts(folder: string, sources: Sources): readonly Claim[] {
  const resources = inFolder(folder, 'src/main/resources');
  const properties = sources.file(`${resources}/application.properties`);
  const fromProperties = sources.lines(properties).flatMap((line, index) => {
    const text = /^\s*(?:server\.port|quarkus\.http\.port)\s*[=:]\s*(?:\$\{\w+:)?(\d{2,5})\}?\s*$/.exec(
      line,
    )?.[1];
    return portsIn([text]).map((port) => ({ port, because: `${properties?.path ?? ''}:${index + 1}` }));
  });
  const fromYaml = ['application.yml', 'application.yaml'].flatMap((name) => {
    const file = sources.file(`${resources}/${name}`);
    const [first] = sources.yaml(file);
    const data = recordOf(first?.data);
    const value = dig(data, 'server', 'port') ?? dig(data, 'quarkus', 'http', 'port') ?? data['server.port'];
    const text = /^(?:\$\{\w+:)?(\d{2,5})\}?$/.exec(scalarText(value) ?? '')?.[1];
    return portsIn([text]).map((port) => ({ port, because: `server.port in ${file?.path ?? ''}` }));
  });
  return [...fromProperties, ...fromYaml].map(({ port, because }) => ({
    subject: 'none.port',
    origin: 'configuration',
    value: port,
    because,
  }));
}
