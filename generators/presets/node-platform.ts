/** A workflow platform on Node: API, WebSocket server and workers, with everything around them that seed 003 names. */
import { definePreset } from '../../src/component/define.ts';

export default definePreset({
  id: 'node-platform',
  description:
    'Node service with accounts and workflows, chart, monitoring, logs, traces and backups, ready for production',
  answers: {
    stack: 'node',
    data: ['postgres', 'redis'],
    containers: [
      'docker',
      'compose',
      'nginx',
      'pgadmin',
      'redis-commander',
      'monitoring',
      'log-shipping',
      'elk',
      'jaeger',
    ],
    orchestration: ['kustomize', 'helm'],
    workflows: ['ci'],
    operations: [
      'architecture',
      'backup',
      'deployment-guide',
      'disaster-recovery',
      'on-call',
      'performance',
      'production-readiness',
      'runbooks',
    ],
    'node.auth': 'database',
    'node.workflows': true,
    'node.reserved': 'quarter',
    'compose.layout': 'standalone',
    'compose.replicas': 3,
    'kustomize.folder': 'k8s',
    'kustomize.replicas': 3,
    'kustomize.burstReplicas': 17,
    'kustomize.scaleOnMemory': true,
    'kustomize.roles': true,
    'helm.serviceMonitor': true,
    'monitoring.folder': 'docker',
    'backup.folder': 'docker/scripts',
    'deployment-guide.file': 'docs/DEPLOYMENT_GUIDE.md',
  },
});
