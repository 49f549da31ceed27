/** A FastAPI platform with accounts, events, containers, a cluster, four managed platforms and the documents to run it. */
import { definePreset } from '../../src/component/define.ts';

export default definePreset({
  id: 'fastapi-platform',
  description: 'FastAPI with accounts and events, on PostgreSQL, Redis and RabbitMQ, ready for production',
  answers: {
    stack: 'fastapi',
    data: ['postgres', 'redis', 'rabbitmq'],
    containers: ['docker', 'compose', 'nginx', 'log-shipping', 'monitoring'],
    orchestration: ['kustomize'],
    targets: ['ecs', 'cloud-run', 'container-instances', 'digitalocean'],
    workflows: ['ci', 'delivery'],
    operations: [
      'backup',
      'deployment-guide',
      'disaster-recovery',
      'on-call',
      'production-readiness',
      'runbooks',
    ],
    'fastapi.python': '3.12',
    'fastapi.apiPrefix': '/api/v3',
    'fastapi.auth': 'database',
    'docker.file': 'Dockerfile.production',
    'ci.coverage': 'codecov',
  },
});
