/** How a commit becomes a running version: signed images from CI, and a blue-green deployment to each chosen platform. */
import { applicationOf } from '../src/component/application-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { registryView, targetsOf } from '../src/component/target-view.ts';
import { literal } from '../src/render/view.ts';

export default defineComponent({
  id: 'delivery',
  category: 'workflows',
  description:
    'images for two architectures with SBOM, provenance and signature, deployed by the chosen targets',
  chosenByDefault: false,
  requires: ['ci', 'docker'],
  fields: {},
  jobs: (_, project) => ({
    deploy: ['publish', ...targetsOf(project).map((target) => `deploy-${target}`)],
  }),
  layers: (_, project) => (targetsOf(project).length > 0 ? ['targets'] : []),
  view: (_, project) => {
    const { migrateTarget } = applicationOf(project);
    return {
      // What a regular expression takes for the name.
      mainBranchPattern: literal(project.mainBranch.replaceAll('.', '\\.')),
      ...registryView(project.image),
      migrates: migrateTarget !== undefined,
      dockerfile: String(project.answer('docker.file')),
      targets: targetsOf(project),
      hasTargets: targetsOf(project).length > 0,
      target: targetsOf(project)[0] ?? '',
    };
  },
  contributes: (_, project) => [
    add.workflow('ci', 'ci/publish.yml', { order: 80 }),
    ...(applicationOf(project).migrateTarget === undefined
      ? []
      : [add.workflow('ci', 'ci/publish-migrate.yml', { order: 81 })]),
    add.readme('readme', 'readme/delivery.md', { order: 63 }),
    add.readme('deployment', 'readme/deployment.md', { order: 45 }),
    ...(targetsOf(project).length > 0 ? [add.readme('rollback', 'readme/rollback.md', { order: 45 })] : []),
  ],
  samples: { default: {} },
});
