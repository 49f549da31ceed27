/** Are the plain Kubernetes manifests whole, and do their pods keep to the restricted profile? */
import type { EmbeddedCheck, Rule } from '../check.ts';
import { FindingList } from './finding-list.ts';
import { pinFault } from './image-reference.ts';
import {
  containersOf,
  kustomizedImages,
  manifestsOf,
  podOf,
  type Container,
  type Manifest,
  type Pod,
} from './kubernetes-objects.ts';
import { dig, isRecord, listOf, recordOf, scalarText, type PlainRecord } from './plain-data.ts';
import type { Path } from './yaml-source.ts';

const PSS = 'Pod Security Standards, https://kubernetes.io/docs/concepts/security/pod-security-standards/';
const TASKS = 'https://kubernetes.io/docs/tasks/configure-pod-container/';

const rules = [
  {
    id: 'kubernetes-shape',
    summary: 'A manifest has apiVersion, kind and metadata.name.',
    source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields',
    fix: 'add what is missing; a patch is named under `patches` of a kustomization',
  },
  {
    id: 'kubernetes-name',
    summary: 'Names are lower case, digits, dashes and dots.',
    source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
    fix: 'rename it to a DNS subdomain name',
  },
  {
    id: 'kubernetes-api-version',
    summary: 'Built-in kinds stand under the API version that is served.',
    source: 'https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
    fix: 'use the version that the message names',
  },
  {
    id: 'kubernetes-selector',
    summary: 'The selector of a workload matches the labels of its pods.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector',
    fix: 'give the pod template the labels that the selector asks for',
  },
  {
    id: 'kubernetes-run-as-non-root',
    summary: 'Pods do not run as root.',
    source: `${PSS}#restricted (running as non-root)`,
    fix: 'set `runAsNonRoot: true` in the pod security context',
  },
  {
    id: 'kubernetes-user-id',
    summary: 'Pods run as uid 10001 or higher, whatever the user of the image is.',
    source: 'SPEC 4; kube-score container-security-context-user-group-id; CKV_K8S_40',
    fix: 'set `runAsUser` to 10001 or higher',
  },
  {
    id: 'kubernetes-seccomp',
    summary: 'Pods run under a seccomp profile.',
    source: `${PSS}#restricted (seccomp)`,
    fix: 'set `seccompProfile: {type: RuntimeDefault}` in the pod security context',
  },
  {
    id: 'kubernetes-drop-all',
    summary: 'Containers drop all capabilities; NET_BIND_SERVICE alone may be added.',
    source: `${PSS}#restricted (capabilities)`,
    fix: 'set `capabilities: {drop: [ALL]}`',
  },
  {
    id: 'kubernetes-privilege-escalation',
    summary: 'Containers cannot gain privileges and are not privileged.',
    source: `${PSS}#restricted (privilege escalation)`,
    fix: 'set `allowPrivilegeEscalation: false`',
  },
  {
    id: 'kubernetes-host',
    summary: 'Pods share no namespace, port or path with the node.',
    source: `${PSS}#baseline (host namespaces, HostPath volumes, host ports)`,
    fix: 'leave it out; where a pod truly needs it, allow it at the line with the reason',
  },
  {
    id: 'kubernetes-read-only-root',
    summary: 'The root file system of a container is read-only.',
    source: `SPEC 4; ${TASKS}security-context/; CKV_K8S_22`,
    fix: 'set `readOnlyRootFilesystem: true` and mount an emptyDir where it must write',
  },
  {
    id: 'kubernetes-limits',
    summary: 'Containers request CPU and memory and have limits of both.',
    source: 'SPEC 4; https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
    fix: 'set `resources.requests` and `resources.limits` for cpu and memory',
  },
  {
    id: 'kubernetes-probes',
    summary: 'A container that serves has a liveness, a readiness and a startup probe.',
    source: `SPEC 4; ${TASKS}configure-liveness-readiness-startup-probes/`,
    fix: 'add the probe that is missing',
  },
  {
    id: 'kubernetes-token',
    summary: 'Pods get no service account token unless a role is bound to their account.',
    source: `SPEC 4; ${TASKS}configure-service-account/#opt-out-of-api-credential-automounting`,
    fix: 'set `automountServiceAccountToken: false`',
  },
  {
    id: 'kubernetes-image-tag',
    summary: 'An image is named by an exact tag or a digest, in the manifest or by a kustomization.',
    source: 'SPEC 4; https://kubernetes.io/docs/concepts/containers/images/#image-names; CKV_K8S_14',
    fix: 'name the exact version of the image',
  },
  {
    id: 'kubernetes-secret-value',
    summary: 'No value of a Secret is kept in git.',
    source: 'SPEC 4; https://kubernetes.io/docs/concepts/security/secrets-good-practices/',
    fix: 'use an ExternalSecret, an existing secret by name, or a generator that reads an ignored file',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;
type RuleId = (typeof rules)[number]['id'];

export const kubernetes: EmbeddedCheck = {
  id: 'kubernetes',
  description: 'Kubernetes manifests are whole and their pods keep to the restricted profile',
  rules,
  judges: (file, tree) => manifestsOf(tree).has(file),
  run: (files, tree) => {
    const found: Findings = new FindingList(rules);
    const byFile = manifestsOf(tree);
    const all = [...byFile.values()].flat();
    const images = kustomizedImages(tree);
    for (const manifest of files.flatMap((file) => byFile.get(file) ?? [])) {
      judgeShape(manifest, found);
      judgeSecret(manifest, found);
      const pod = podOf(manifest);
      if (!pod) continue;
      judgeSelector(pod, found);
      judgePod(pod, all, found);
      for (const container of containersOf(pod)) judgeContainer(pod, container, images, found);
    }
    return found.sorted();
  },
};

function report(manifest: Manifest, rule: RuleId, path: Path, message: string, found: Findings): void {
  const name = scalarText(dig(manifest.data, 'metadata', 'name')) ?? 'without a name';
  found.add(rule, manifest.file.path, manifest.document.lineOf(path), `${manifest.kind} ${name} ${message}`);
}

/** Where the deprecation guide has moved a kind for good. */
const SERVED: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  ReplicaSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  PodDisruptionBudget: 'policy/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  Ingress: 'networking.k8s.io/v1',
  IngressClass: 'networking.k8s.io/v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  PriorityClass: 'scheduling.k8s.io/v1',
  StorageClass: 'storage.k8s.io/v1',
};

/** Groups in which a built-in kind may stand, besides those of other vendors (which may have kinds of the same name). */
const BUILT_IN_GROUP =
  /^(?:v1|v1beta1|extensions\/|apps\/|batch\/|policy\/|autoscaling\/|[\w.-]+\.k8s\.io\/)/;

function judgeShape(manifest: Manifest, found: Findings): void {
  const { data, kind, apiVersion } = manifest;
  const metadata = recordOf(data.metadata);
  const name = scalarText(metadata.name);
  const missing = [
    apiVersion === '' ? 'apiVersion' : undefined,
    kind === '' ? 'kind' : undefined,
    name === undefined && metadata.generateName === undefined && !kind.endsWith('List')
      ? 'metadata.name'
      : undefined,
  ].filter((what) => what !== undefined);
  if (missing.length > 0)
    report(manifest, 'kubernetes-shape', ['metadata'], `lacks ${missing.join(', ')}`, found);
  // Roles may have colons in their names, as system:… has.
  const pattern = apiVersion.startsWith('rbac.')
    ? /^[a-z0-9:]([a-z0-9:.-]*[a-z0-9])?$/
    : /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
  if (name !== undefined && (!pattern.test(name) || name.length > 253)) {
    report(manifest, 'kubernetes-name', ['metadata', 'name'], 'has a name that Kubernetes refuses', found);
  }
  const served = Object.hasOwn(SERVED, kind) ? SERVED[kind] : undefined;
  if (served !== undefined && served !== apiVersion && BUILT_IN_GROUP.test(apiVersion)) {
    report(
      manifest,
      'kubernetes-api-version',
      ['apiVersion'],
      `stands under ${apiVersion}; ${served} is served`,
      found,
    );
  }
}

function judgeSecret(manifest: Manifest, found: Findings): void {
  if (manifest.kind !== 'Secret' || manifest.apiVersion !== 'v1') return;
  for (const key of ['data', 'stringData']) {
    for (const [name, value] of Object.entries(recordOf(manifest.data[key]))) {
      if ((scalarText(value) ?? '') === '') continue;
      report(manifest, 'kubernetes-secret-value', [key, name], `keeps the value of ${name} in git`, found);
    }
  }
}

function judgeSelector({ manifest, path }: Pod, found: Findings): void {
  const labels = recordOf(dig(manifest.data, ...path.slice(0, -1).map(String), 'metadata', 'labels'));
  for (const [key, value] of Object.entries(
    recordOf(dig(manifest.data, 'spec', 'selector', 'matchLabels')),
  )) {
    if (labels[key] === value) continue;
    const at = ['spec', 'selector', 'matchLabels', key];
    report(
      manifest,
      'kubernetes-selector',
      at,
      `selects pods by ${key}, which its own pods do not have`,
      found,
    );
  }
}

/** A setting that may stand at the container, else at the pod. */
function setting(key: string, pod: PlainRecord, container: PlainRecord): unknown {
  return dig(container, 'securityContext', key) ?? dig(pod, 'securityContext', key);
}

function judgePod(pod: Pod, all: readonly Manifest[], found: Findings): void {
  const { manifest, spec, path } = pod;
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) {
    if (spec[key] === true)
      report(manifest, 'kubernetes-host', [...path, key], `shares ${key} with the node`, found);
  }
  for (const [index, volume] of listOf(spec.volumes).entries()) {
    if (dig(volume, 'hostPath') === undefined) continue;
    report(manifest, 'kubernetes-host', [...path, 'volumes', index], 'mounts a path of the node', found);
  }
  if (!tokenIsRight(pod, all)) {
    const at = [...path, 'automountServiceAccountToken'];
    report(manifest, 'kubernetes-token', at, 'gets a token for the API server that it does not need', found);
  }
}

function tokenIsRight({ spec }: Pod, all: readonly Manifest[]): boolean {
  const account = scalarText(spec.serviceAccountName) ?? 'default';
  const own = all.find(
    ({ kind, data }) => kind === 'ServiceAccount' && dig(data, 'metadata', 'name') === account,
  );
  const mounted = spec.automountServiceAccountToken ?? own?.data.automountServiceAccountToken ?? true;
  if (mounted === false) return true;
  // The rules of a role in the tree show that the token is needed.
  return all.some(
    ({ kind, data }) =>
      kind.endsWith('RoleBinding') &&
      listOf(data.subjects).some(
        (subject) => dig(subject, 'kind') === 'ServiceAccount' && dig(subject, 'name') === account,
      ),
  );
}

function judgeContainer(pod: Pod, container: Container, images: ReadonlySet<string>, found: Findings): void {
  judgeSecurityContext(pod, container, found);
  judgeImage(pod, container, images, found);
  const { manifest, serves } = pod;
  const resources = recordOf(container.data.resources);
  const missing = ['requests', 'limits'].flatMap((kind) =>
    ['cpu', 'memory']
      .filter((what) => dig(resources, kind, what) === undefined)
      .map((what) => `${kind}.${what}`),
  );
  if (missing.length > 0) {
    const at = [...container.path, 'resources'];
    report(manifest, 'kubernetes-limits', at, `(${container.name}) lacks ${missing.join(', ')}`, found);
  }
  // An init container that is restarted always is a sidecar, which has probes of its own; others end.
  if (serves && !container.init) {
    const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter(
      (probe) => !isRecord(container.data[probe]),
    );
    if (probes.length > 0) {
      report(
        manifest,
        'kubernetes-probes',
        container.path,
        `(${container.name}) lacks ${probes.join(', ')}`,
        found,
      );
    }
  }
}

const FIRST_OWN_UID = 10_001;

function judgeSecurityContext(pod: Pod, container: Container, found: Findings): void {
  const { manifest, spec } = pod;
  const own = recordOf(container.data.securityContext);
  // A setting of the pod that is wrong is shown where it stands; one that is nowhere belongs to the container.
  const ofPod = (key: string): boolean =>
    own[key] === undefined && dig(spec, 'securityContext', key) !== undefined;
  const at = (key: string): Path => [...(ofPod(key) ? pod.path : container.path), 'securityContext', key];
  const add = (rule: RuleId, path: Path, message: string): void => {
    report(manifest, rule, path, `(${container.name}) ${message}`, found);
  };
  if (setting('runAsNonRoot', spec, container.data) !== true)
    add('kubernetes-run-as-non-root', at('runAsNonRoot'), 'may run as root');
  const uid = Number(setting('runAsUser', spec, container.data) ?? 0);
  if (uid < FIRST_OWN_UID) add('kubernetes-user-id', at('runAsUser'), 'does not run as uid 10001 or higher');
  const seccomp = dig(setting('seccompProfile', spec, container.data), 'type');
  if (seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost')
    add('kubernetes-seccomp', at('seccompProfile'), 'has no seccomp profile');
  const added = listOf(dig(own, 'capabilities', 'add')).filter((one) => one !== 'NET_BIND_SERVICE');
  if (!listOf(dig(own, 'capabilities', 'drop')).includes('ALL'))
    add('kubernetes-drop-all', at('capabilities'), 'keeps capabilities');
  else if (added.length > 0)
    add('kubernetes-drop-all', at('capabilities'), `adds ${added.map(String).join(', ')}`);
  if (own.privileged === true) add('kubernetes-privilege-escalation', at('privileged'), 'is privileged');
  if (own.allowPrivilegeEscalation !== false) {
    add('kubernetes-privilege-escalation', at('allowPrivilegeEscalation'), 'can gain privileges');
  }
  if (own.readOnlyRootFilesystem !== true) {
    add('kubernetes-read-only-root', at('readOnlyRootFilesystem'), 'can write to its root file system');
  }
  for (const [index, port] of listOf(container.data.ports).entries()) {
    if (dig(port, 'hostPort') !== undefined)
      add('kubernetes-host', [...container.path, 'ports', index], 'takes a port of the node');
  }
}

function judgeImage(pod: Pod, container: Container, images: ReadonlySet<string>, found: Findings): void {
  const image = scalarText(container.data.image) ?? '';
  const [name = ''] = image.split(/:(?=[^/]*$)|@/);
  const fault = image === '' ? 'is missing' : pinFault(image);
  if (fault === undefined || images.has(name)) return;
  const at = [...container.path, 'image'];
  report(pod.manifest, 'kubernetes-image-tag', at, `(${container.name}): the image ${image} ${fault}`, found);
}
