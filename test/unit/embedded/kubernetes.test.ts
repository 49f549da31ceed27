/** The check `kubernetes` on bad twins. */
import { kubernetes } from '../../../src/verify/embedded/kubernetes.ts';
import { testTwins } from './twins.ts';

const file = 'kubernetes/base/deployment.yaml';
const SPEC = '      automountServiceAccountToken: false\n';

testTwins(
  kubernetes,
  [
    {
      rule: 'kubernetes-shape',
      file: 'kubernetes/base/rbac.yaml',
      from: '  name: shop-leader',
      to: '  labels: {}',
      at: 'metadata:',
    },
    {
      rule: 'kubernetes-shape',
      file: 'kubernetes/base/rbac.yaml',
      from: 'kind: RoleBinding\n',
      to: '',
      at: 'metadata:',
    },
    { rule: 'kubernetes-name', file: 'kubernetes/base/rbac.yaml', from: 'shop-leader', to: 'shop_leader' },
    { rule: 'kubernetes-api-version', file, from: 'apps/v1', to: 'apps/v1beta2' },
    {
      rule: 'kubernetes-selector',
      file,
      from: 'app.kubernetes.io/name: shop',
      to: 'app.kubernetes.io/name: shops',
    },
    {
      rule: 'kubernetes-run-as-non-root',
      file,
      from: 'runAsNonRoot: true',
      to: 'runAsNonRoot: false',
    },
    {
      rule: 'kubernetes-user-id',
      file,
      from: '        runAsUser: 10001\n',
      to: '',
      at: '          securityContext:',
    },
    { rule: 'kubernetes-seccomp', file, from: 'RuntimeDefault', to: 'Unconfined', at: 'seccompProfile' },
    { rule: 'kubernetes-drop-all', file, from: 'drop: [ALL]', to: 'drop: [NET_RAW]', at: 'capabilities:' },
    {
      rule: 'kubernetes-drop-all',
      file,
      from: 'drop: [ALL]',
      to: 'drop: [ALL]\n              add: [SYS_ADMIN]',
      at: 'capabilities:',
    },
    {
      rule: 'kubernetes-privilege-escalation',
      file,
      from: 'allowPrivilegeEscalation: false',
      to: 'allowPrivilegeEscalation: true',
    },
    {
      rule: 'kubernetes-privilege-escalation',
      file,
      from: 'readOnlyRootFilesystem: true',
      to: 'readOnlyRootFilesystem: true\n            privileged: true',
      at: 'privileged:',
    },
    { rule: 'kubernetes-host', file, from: SPEC, to: `      hostNetwork: true\n${SPEC}` },
    {
      rule: 'kubernetes-host',
      file,
      from: 'emptyDir: {}',
      to: 'hostPath: { path: /tmp }',
      at: '- name: tmp',
    },
    {
      rule: 'kubernetes-host',
      file,
      from: 'containerPort: 8000',
      to: 'containerPort: 8000\n              hostPort: 80',
      at: '- containerPort',
    },
    {
      rule: 'kubernetes-read-only-root',
      file,
      from: '            readOnlyRootFilesystem: true\n',
      to: '',
      at: '          securityContext:',
    },
    { rule: 'kubernetes-limits', file, from: '              memory: 256Mi\n', to: '', at: 'resources:' },
    { rule: 'kubernetes-probes', file, from: / {10}startupProbe:\n.*\n/, to: '', at: '- name: api' },
    { rule: 'kubernetes-token', file, from: SPEC, to: '      automountServiceAccountToken: true\n' },
    { rule: 'kubernetes-token', file, from: SPEC, to: '', at: '    spec:' },
    {
      rule: 'kubernetes-image-tag',
      file,
      from: 'image: ghcr.io/acme/shop',
      to: 'image: ghcr.io/acme/shopper:latest',
    },
    {
      rule: 'kubernetes-image-tag',
      file: 'kubernetes/production/kustomization.yaml',
      from: '    newTag: 1.0.0\n',
      to: '',
      in: file,
      at: 'image:',
    },
    {
      rule: 'kubernetes-secret-value',
      file: 'kubernetes/base/secret.yaml',
      to: 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData:\n  password: postgres\n',
      at: 'password',
    },
  ],
  {
    'a role for the account': [{ file, from: SPEC, to: '      serviceAccountName: leader\n' }],
    'an account without a token': [
      { file, from: SPEC, to: '      serviceAccountName: quiet\n' },
      {
        file: 'kubernetes/base/account.yaml',
        to: 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: quiet }\nautomountServiceAccountToken: false\n',
      },
    ],
    'a job without probes': [
      { file, from: 'kind: Deployment', to: 'kind: Job' },
      { file, from: 'apps/v1', to: 'batch/v1' },
      { file, from: / {10}livenessProbe:\n(.*\n){5}/, to: '' },
    ],
    'configuration of a tool': [
      { file: 'kubernetes/kind.yaml', to: 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n' },
    ],
    "a vendor's kind of a known name": [
      {
        file: 'kubernetes/a.yaml',
        to: 'apiVersion: serving.knative.dev/v1\nkind: Deployment\nmetadata: { name: a }\n',
      },
    ],
    "a controller's own configuration": [
      { file: 'kubernetes/c.yaml', to: 'apiVersion: config.acme.io/v1\nkind: Configuration\nport: 1\n' },
    ],
    'a name that is generated': [
      { file: 'kubernetes/a.yaml', to: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { generateName: a- }\n' },
    ],
  },
);
