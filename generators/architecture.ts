/** What the system consists of, who talks to whom, and where its borders are: two pictures, and tables that explain them. */
import {
  applicationOf,
  DATA_SERVICES,
  isOurApplication,
  jobView,
  kubernetesFolderOf,
  listenerView,
  processView,
} from '../src/component/application-view.ts';
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { listOf } from '../src/component/names.ts';
import { hasCluster } from '../src/component/operations-view.ts';
import { TARGETS, targetsOf } from '../src/component/target-view.ts';
import { literal } from '../src/render/view.ts';

const DATA = {
  postgres: { title: 'PostgreSQL', keeps: 'what must not be lost', port: 5432 },
  redis: { title: 'Redis', keeps: 'a cache and counters, which it may forget', port: 6379 },
  rabbitmq: { title: 'RabbitMQ', keeps: 'events on their way', port: 5672 },
} as const;

const dataOf = (project: Project) =>
  DATA_SERVICES.filter((id) => project.has(id)).map((id) => {
    const { title, keeps, port } = DATA[id];
    return { title, port, keeps: literal(keeps) };
  });

/** What of the production stack watches or saves the data services, and reaches them beside the application. */
const watchersOf = (project: Project): readonly { readonly id: string; readonly title: string }[] => [
  ...(project.has('backup') ? [{ id: 'backup', title: 'backup' }] : []),
  ...(project.has('monitoring') ? [{ id: 'prometheus', title: 'Prometheus and exporters' }] : []),
];

/** The networks of compose with their members, and what leads from one to the other, as a Mermaid picture. */
function networkPicture(project: Project): string {
  const { service, port, listeners, workers } = applicationOf(project);
  const data = DATA_SERVICES.filter((id) => project.has(id));
  const way = project.has('nginx') ? 'proxy' : service;
  const processes = [service, ...[...listeners, ...workers].map(({ name }) => name)];
  const reaches = processes.flatMap((process) =>
    data.map((id) => `  ${process} -->|${DATA[id].port}| ${id}`),
  );
  return [
    'flowchart TB',
    `  client["client"] -->|${project.has('nginx') ? 'HTTPS 443' : 'HTTPS, by a proxy of your own'}| ${way}`,
    '  subgraph frontend["network frontend"]',
    ...(project.has('nginx') ? ['    proxy["proxy"]'] : []),
    ...processes.map((process) => `    ${process}["${process}"]`),
    '  end',
    ...(project.has('nginx')
      ? [
          `  proxy -->|${port}| ${service}`,
          ...listeners.map(({ name, port: own }) => `  proxy -->|${own}| ${name}`),
        ]
      : []),
    ...(data.length === 0
      ? []
      : [
          '  subgraph backend["network backend, with no way out"]',
          ...data.map((id) => `    ${id}[("${DATA[id].title}")]`),
          '  end',
        ]),
    ...reaches,
    ...watchersOf(project).map(({ id, title }) => `  ${id}["${title}"]`),
    ...watchersOf(project).flatMap(({ id }) => data.map((service) => `  ${id} -.-> ${service}`)),
    ...(project.has('monitoring') ? [`  prometheus -.->|metrics| ${service}`] : []),
  ].join('\n');
}

/** Who reaches whom in a cluster, as the NetworkPolicies let them. */
function clusterPicture(project: Project): string {
  const { service, port, listeners, workers } = applicationOf(project);
  const data = DATA_SERVICES.filter((id) => project.has(id));
  const served = [{ name: service, port, path: '' }, ...listeners];
  return [
    'flowchart TB',
    '  client["client"] -->|HTTPS 443| ingress["ingress controller"]',
    `  subgraph namespace["namespace ${project.names.slug}-production"]`,
    ...served.map(({ name }) => `    ${name}["${name}"]`),
    ...workers.map(({ name }) => `    ${name}["${name}"]`),
    '  end',
    ...served.map(({ name, port: own, path }) =>
      path === '' ? `  ingress -->|${own}| ${name}` : `  ingress -->|"${path}, ${own}"| ${name}`,
    ),
    ...(data.length === 0
      ? []
      : [
          '  subgraph provider["data services at their providers"]',
          ...data.map((id) => `    ${id}[("${DATA[id].title}")]`),
          '  end',
          ...[...served, ...workers].flatMap(({ name }) =>
            data.map((id) => `  ${name} -->|${DATA[id].port}| ${id}`),
          ),
        ]),
  ].join('\n');
}

/** What a browser on the machine itself may open, without coming from outside. */
const consolesOf = (project: Project): string =>
  listOf(
    [
      ...(project.has('monitoring') ? ['Grafana'] : []),
      ...(project.has('elk') ? ['Kibana'] : []),
      ...(project.has('jaeger') ? ['Jaeger'] : []),
    ],
    'and',
  );

/** Where it runs, each with the file that says so. */
const placesOf = (project: Project) =>
  [
    ...(project.has('compose') ? [['one machine', 'Docker Compose: docker-compose.prod.yml']] : []),
    ...(project.has('kustomize')
      ? [['a cluster', `kustomize: ${kubernetesFolderOf(project)}/overlays`]]
      : []),
    ...(project.has('helm') ? [['a cluster', `the chart helm/${project.names.slug}`]] : []),
    ...targetsOf(project).map((target) => [TARGETS[target].name, `the target ${target}`]),
  ].map(([title = '', by = '']) => ({ title: literal(title), by: literal(by) }));

export default defineComponent({
  id: 'architecture',
  category: 'operations',
  description:
    'docs/ARCHITECTURE.md: pictures of data flow and network, processes, borders, what is kept where',
  chosenByDefault: false,
  fields: {},
  view: (_, project) => {
    const { secrets, listeners, workers, jobs, privatePaths } = applicationOf(project);
    return {
      ours: isOurApplication(project),
      network: literal(networkPicture(project)),
      cluster: literal(clusterPicture(project)),
      consoles: literal(consolesOf(project)),
      hasConsoles: consolesOf(project) !== '',
      watchers: literal(
        watchersOf(project).length > 0
          ? `, and what watches and saves it: ${watchersOf(project)
              .map(({ title }) => title)
              .join(', ')}`
          : '',
      ),
      listeners: listeners.map(listenerView),
      workers: workers.map(processView),
      jobs: jobs.map(jobView),
      data: dataOf(project),
      hasData: dataOf(project).length > 0,
      places: placesOf(project),
      hasPlaces: placesOf(project).length > 0,
      inCluster: hasCluster(project),
      secrets: secrets.map(({ name, is }) => ({ name, is: literal(is) })),
      hasSecrets: secrets.length > 0,
      privatePaths: privatePaths.map((path) => ({ path })),
      hasPrivatePaths: privatePaths.length > 0,
    };
  },
  contributes: (_, project) => [
    open.readme('architecture', 'docs/ARCHITECTURE.md'),
    add.readme('architecture', 'opening.md', { order: 0 }),
    ...(project.has('compose') ? [add.readme('architecture', 'network.md', { order: 20 })] : []),
    ...(hasCluster(project) ? [add.readme('architecture', 'cluster.md', { order: 30 })] : []),
    add.readme('architecture', 'borders.md', { order: 40 }),
  ],
  documents: () => [
    {
      path: 'docs/ARCHITECTURE.md',
      title: 'Architecture',
      tells: 'what the system consists of, how data flows, and where its borders are',
    },
  ],
  samples: { default: {} },
});
