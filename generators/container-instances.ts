/** Azure Container Instances: container groups in a network of their own, behind an Application Gateway. */
import { applicationOf } from '../src/component/application-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type Resources } from '../src/component/define.ts';
import { integer, matching, text } from '../src/component/fields.ts';
import { knownSlug } from '../src/component/project-fields.ts';
import { listenerFaults, targetLayers, targetView } from '../src/component/target-view.ts';

const RESOURCE_GROUP = '^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,88}[A-Za-z0-9_-])?$';
const LOCATION = '^[a-z]+[0-9]?$';

/** What a container group can have in every region; the least is one processor and one gigabyte. */
const MAX_CPU = 4;
const MAX_MEMORY_GB = 16;

/** Memory is said in gigabytes, with one digit behind the point. */
function groupSizeOf({ cpuLimitMillis, memoryLimitMb }: Resources) {
  const cpu = Math.ceil(cpuLimitMillis / 1000);
  const memoryGb = Math.ceil((memoryLimitMb / 1024) * 10) / 10;
  return {
    cpu: Math.min(Math.max(cpu, 1), MAX_CPU),
    memoryGb: Math.min(Math.max(memoryGb, 1), MAX_MEMORY_GB),
    isEnough: cpu <= MAX_CPU && memoryGb <= MAX_MEMORY_GB,
  };
}

export default defineComponent({
  id: 'container-instances',
  category: 'targets',
  description:
    'Azure Container Instances: private container groups, blue-green behind an Application Gateway',
  chosenByDefault: false,
  requires: ['delivery'],
  fields: {
    resourceGroup: text('Resource group', {
      help: 'The resource group of Azure that production runs in; staging has one of its own.',
      default: (known) => `${knownSlug(known)}-production`,
      maxLength: 90,
      ...matching(RESOURCE_GROUP, 'must be the name of a resource group: letters, digits, . _ and -'),
    }),
    location: text('Azure location', {
      help: 'Where the containers run.',
      default: 'westeurope',
      maxLength: 30,
      ...matching(LOCATION, 'must be a location of Azure, such as westeurope'),
    }),
    replicas: integer('Container groups', {
      help: 'How many container groups of the application run on Azure.',
      default: 2,
      min: 1,
      max: 20,
    }),
  },
  faults: (_, project) => listenerFaults('container-instances', project),
  layers: (_, project) => targetLayers(project),
  view: ({ resourceGroup, location, replicas }, project) => {
    const app = applicationOf(project);
    const size = groupSizeOf(app.resources);
    return {
      ...targetView(project),
      resourceGroup,
      location,
      replicas,
      cpu: size.cpu,
      memoryGb: size.memoryGb,
      tooSmall: !size.isEnough,
    };
  },
  contributes: () => [
    add.workflow('ci', 'ci/deploy.yml', { order: 92 }),
    add.readme('deployment', 'readme/deployment.md', { order: 42 }),
    add.readme('rollback', 'readme/rollback.md', { order: 42 }),
  ],
  samples: { default: {}, elsewhere: { resourceGroup: 'Acme_Shop.1', location: 'eastus2', replicas: 1 } },
});
