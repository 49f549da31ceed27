/** PostgreSQL: a role for the application that is no superuser, passwords by SCRAM, no root. */
import { accountOf, postgresDataFolderOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';

export default defineComponent({
  id: 'postgres',
  category: 'data',
  description: 'PostgreSQL: tuned, the application is no superuser, passwords by SCRAM',
  chosenByDefault: true,
  fields: {
    version: choice('PostgreSQL version', versionsOf('postgres'), {
      help: 'The major version of the database.',
      default: '17',
    }),
    maxConnections: integer('Database connections', {
      help: 'How many connections the production database accepts, over all workers and replicas.',
      default: 200,
      min: 20,
      max: 1000,
    }),
  },
  layers: (_, project) => (project.has('compose') ? ['compose'] : []),
  view: ({ version, maxConnections }, { names }) => ({
    version,
    maxConnections,
    account: accountOf(names),
    dataFolder: postgresDataFolderOf(version),
  }),
  contributes: (_, project) => [
    add.compose('base', 'compose.yml', { order: 50 }),
    add.compose('production', 'compose.production.yml', { order: 50 }),
    // Who brings an application of their own has no job for tests yet.
    ...(project.stack === 'none' ? [] : [add.workflow('ci', 'ci.yml', { order: 31 })]),
    add.env('env', 'postgres.env', { order: 30 }),
    ...(project.has('compose') ? [add.readme('readme', 'readme.md', { order: 50 })] : []),
  ],
  diagram: (_, { names }) => [{ from: names.slug, to: 'postgres', label: 'SQL' }],
  samples: { default: {}, oldest: { version: '15', maxConnections: 100 }, newest: { version: '18' } },
});
