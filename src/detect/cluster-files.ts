/** What manifests and charts tell of the application: container ports, readiness, user, image, host name. */
import type { JudgedFile } from '../verify/check.ts';
import { inChart, inChartTemplates } from '../verify/embedded/helm-charts.ts';
import { dig, listOf, recordOf, scalarText, type PlainRecord } from '../verify/embedded/plain-data.ts';
import { extensionOf, folderOf } from '../verify/embedded/source-text.ts';
import { claimsOf } from './applications/application.ts';
import type { Claim } from './evidence.ts';
import { dataServiceOf, isForeign, parseImage } from './image-names.ts';
import { registryClaims, serverClaims, type Server } from './own-images.ts';
import { portsIn } from './ports-and-paths.ts';
import { inFolder, type Sources } from './sources.ts';

export interface ClusterReading {
  readonly servers: readonly Server[];
  readonly claims: readonly Claim[];
  readonly ports: readonly number[];
}

const isYaml = (path: string): boolean => ['yaml', 'yml'].includes(extensionOf(path));

/** Parsing is the dear part: only what has a pod or a host is read. */
const WORTH_READING = /^kind:[ \t]{0,9}["']?(?:Deployment|StatefulSet|Rollout|Ingress)\b/m;
const IS_MANIFEST = /^kind:[ \t]{0,9}\S/m;
const IS_VERSIONED = /^apiVersion:[ \t]{0,9}\S/m;
/** Configuration of tools that borrows the look of a manifest. */
const NOT_APPLIED =
  /^apiVersion:[ \t]{0,9}["']?(?:kind\.x-k8s\.io|k3d\.io|skaffold|ctlptl\.dev|backstage\.io|kustomize\.config\.k8s\.io|serving\.knative\.dev|run\.googleapis\.com)/m;
/** Overlays whose hosts nobody but the team calls. */
const NOT_PRODUCTION =
  /(?:^|[/._-])(?:dev|development|staging|stage|test|testing|local|preview|qa)(?:[/._-]|$)/i;

/** Of the rest nothing is told; the outermost are the application's own more often than not. */
const MAX_READ = 100;
const MAX_READ_BYTES = 64 * 1024;
/** A manifest says its kind early. */
const HEAD_BYTES = 8 * 1024;

/** Files with manifests of Kubernetes: by their text, for their names say nothing. */
export const manifestFiles = (sources: Sources): readonly JudgedFile[] =>
  sources.paths
    .filter((path) => isYaml(path) && !path.startsWith('.github/') && !inChart(path, sources.tree))
    .flatMap((path) => sources.file(path) ?? [])
    .filter(({ content }) => {
      const head = content.toString('utf8', 0, HEAD_BYTES);
      return IS_MANIFEST.test(head) && IS_VERSIONED.test(head) && !NOT_APPLIED.test(head);
    });

export const kustomizationFiles = (sources: Sources): readonly JudgedFile[] =>
  sources.named('kustomization.yaml', 'kustomization.yml', 'Kustomization');

export const chartFiles = (sources: Sources): readonly JudgedFile[] =>
  // A chart inside of a chart is a dependency that was copied.
  sources
    .named('Chart.yaml')
    .filter(({ path }) => !/(?:^|\/)charts\/[^/]+\/charts\//.test(path) && !isInner(path, sources));

const isInner = (path: string, sources: Sources): boolean => {
  const folder = folderOf(path);
  return folder !== '' && inChart(folder, sources.tree);
};

/** @param manifests those of the repository, the outermost first */
export function readCluster(sources: Sources, manifests: readonly JudgedFile[]): ClusterReading {
  const servers: Server[] = [];
  const claims: Claim[] = [];
  const ports: number[] = [];
  const worth = manifests
    .filter(({ content }) => WORTH_READING.test(content.toString('utf8', 0, MAX_READ_BYTES)))
    .slice(0, MAX_READ);
  for (const file of worth) {
    for (const { document, data } of sources.yaml(file)) {
      const kind = scalarText(data.kind) ?? '';
      if (kind === 'Ingress') claims.push(...hostClaims(file, data));
      if (!['Deployment', 'StatefulSet', 'Rollout'].includes(kind)) continue;
      const pod = recordOf(dig(data, 'spec', 'template', 'spec'));
      const path = ['spec', 'template', 'spec', 'containers'];
      const containers = listOf(pod.containers).map((container, index) => ({
        container: recordOf(container),
        where: `${file.path}:${document.lineOf([...path, index])}`,
      }));
      for (const { container, where } of containers) {
        const image = parseImage(scalarText(container.image) ?? '');
        if (image && dataServiceOf(image)) servers.push({ image, origin: 'cluster', where, path: file.path });
      }
      // Beside the first stand proxies and collectors.
      const own = containers.find(({ container }) => {
        const image = parseImage(scalarText(container.image) ?? '');
        return image === undefined || !isForeign(image);
      });
      if (own === undefined) continue;
      const read = readContainer(own.container, pod, own.where);
      claims.push(...read.claims);
      ports.push(...read.ports);
    }
  }
  for (const chart of chartFiles(sources)) {
    const read = readChart(chart, sources);
    claims.push(...read.claims);
    ports.push(...read.ports);
  }
  return { servers, claims: [...claims, ...serverClaims(servers)], ports };
}

const SERVED = /^(?:http|web|https|app|api|main)/;
const OBSERVED = /metric|prom|admin|debug|grpc|manage/;

function readContainer(
  container: PlainRecord,
  pod: PlainRecord,
  where: string,
): { readonly claims: readonly Claim[]; readonly ports: readonly number[] } {
  const claim = claimsOf(where);
  const all = listOf(container.ports).map((port) => ({
    port: portsIn([scalarText(recordOf(port).containerPort)])[0],
    name: scalarText(recordOf(port).name) ?? '',
  }));
  const served = all.filter(({ name }) => SERVED.test(name));
  const used = (served.length > 0 ? served : all.filter(({ name }) => !OBSERVED.test(name)))
    .map(({ port }) => port)
    .filter((port) => port !== undefined);
  const image = parseImage(scalarText(container.image) ?? '');
  const user = dig(container, 'securityContext', 'runAsUser') ?? dig(pod, 'securityContext', 'runAsUser');
  return {
    ports: all.map(({ port }) => port).filter((port) => port !== undefined),
    claims: [
      ...used.flatMap((port) => claim('none.port', 'cluster', port, `containerPort ${port} in ${where}`)),
      ...probeClaims(container, where),
      ...claim('none.uid', 'cluster', typeof user === 'number' ? user : undefined, `runAsUser in ${where}`),
      ...(image ? registryClaims(image, 'cluster', `image in ${where}`) : []),
    ],
  };
}

function probeClaims(container: PlainRecord, where: string): readonly Claim[] {
  const claim = claimsOf(where);
  const pathOf = (probe: string): string | undefined => {
    const path = scalarText(dig(container, probe, 'httpGet', 'path'));
    return path === undefined || path === '/' || path.includes('{{') ? undefined : path;
  };
  return [
    ...claim('none.healthPath', 'readiness probe', pathOf('readinessProbe'), `readinessProbe in ${where}`),
    ...claim('none.healthPath', 'health check', pathOf('livenessProbe'), `livenessProbe in ${where}`),
  ];
}

/** The host names of an ingress for production; those of the documentation (RFC 2606) are nobody's. */
const hostClaims = (file: JudgedFile, data: PlainRecord): readonly Claim[] =>
  NOT_PRODUCTION.test(file.path)
    ? []
    : listOf(dig(data, 'spec', 'rules'))
        .map((rule) => scalarText(recordOf(rule).host))
        .filter(
          (host) =>
            host !== undefined &&
            !/(?:^|\.)(?:example\.(?:com|org|net)|example|test|local|localhost|invalid)$/.test(host),
        )
        .flatMap((host) => claimsOf(file.path)('domain', 'cluster', host, `host in ${file.path}`));

/** A chart's own values; its templates are no YAML before Helm has rendered them. */
function readChart(
  chart: JudgedFile,
  sources: Sources,
): { readonly claims: readonly Claim[]; readonly ports: readonly number[] } {
  const path = inFolder(folderOf(chart.path), 'values.yaml');
  const [first] = inChartTemplates(chart.path, sources.tree) ? [] : sources.yaml(sources.file(path));
  if (first === undefined) return { claims: [], ports: [] };
  const { data } = first;
  const { image, service } = data;
  const repository = scalarText(recordOf(image).repository) ?? scalarText(image);
  const registry = scalarText(recordOf(image).registry);
  const name = parseImage(
    [registry, repository].filter((part) => part !== undefined && part !== '').join('/'),
  );
  // What `helm create` writes is nginx.
  if (name === undefined || isForeign(name)) return { claims: [], ports: [] };
  const port =
    data.containerPort ??
    recordOf(service).targetPort ??
    recordOf(service).containerPort ??
    recordOf(data.container).port;
  const ports = portsIn([scalarText(port)]);
  const claim = claimsOf(path);
  return {
    ports,
    claims: [
      ...ports.flatMap((one) => claim('none.port', 'cluster', one, `the container's port in ${path}`)),
      ...probeClaims(data, path),
      ...registryClaims(name, 'cluster', `image in ${path}`),
    ],
  };
}
