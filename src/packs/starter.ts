/** The files of a new pack: one of each thing that a pack can say, small enough to be read at once. */

/**
 * @param name of the pack, in kebab-case
 * @param bulwark the running version
 * @returns texts by path
 */
export function starterFiles(name: string, bulwark: string): ReadonlyMap<string, string> {
  const id = `${name}-service-card`;
  const schema = (file: string): string =>
    `https://unpkg.com/create-bulwark@${bulwark}/schema/${file}.schema.json`;
  return new Map(
    Object.entries({
      'pack.json': json({
        $schema: schema('pack'),
        name,
        version: '0.1.0',
        bulwark: `>=${bulwark} <1`,
        description: `Templates and standards of ${name}`,
        defaults: { owner: name },
        required: [id],
        locked: {},
        presets: {
          [`${name}-minimal`]: {
            description: 'Dockerfile, compose, CI and README, and the card of the service',
            answers: {
              stack: 'none',
              data: [],
              containers: ['docker', 'compose'],
              workflows: ['ci'],
              repository: ['readme', id],
            },
          },
        },
      }),
      [`generators/${id}.json`]: json({
        $schema: schema('component'),
        id,
        category: 'repository',
        description: 'a card that says who keeps the service and how much it matters',
        fields: {
          team: {
            kind: 'text',
            label: 'Team',
            help: 'The team that keeps the service.',
            default: `${name}-platform`,
            maxLength: 60,
          },
          tier: {
            kind: 'choice',
            label: 'Tier',
            help: 'How much depends on the service.',
            options: ['gold', 'silver', 'bronze'],
            default: 'silver',
          },
        },
        view: { team: 'team', tier: 'tier', isGold: { when: { tier: 'gold' } } },
        documents: [
          {
            path: 'docs/service-card.md',
            title: 'Service card',
            tells: 'who keeps the service, and its tier',
          },
        ],
        samples: { default: {}, gold: { tier: 'gold' } },
      }),
      [`templates/${id}/base/docs/service-card.md.hbs`]: [
        '# {{md name}}',
        '',
        '{{md description}}',
        '',
        '| | |',
        '| --- | --- |',
        '| Team | {{md team}} |',
        '| Tier | {{tier}} |',
        '',
        '{{#if isGold}}',
        'Gold: somebody is called at any hour.',
        '{{else}}',
        'Somebody answers on working days.',
        '{{/if}}',
        '',
      ].join('\n'),
      'package.json': json({
        name: `@${name}/bulwark-pack`,
        version: '0.1.0',
        license: 'UNLICENSED',
        files: ['pack.json', 'generators', 'templates'],
      }),
      'README.md': [
        `# ${name}`,
        '',
        'A pack for bulwark: our templates and standards.',
        '',
        '```sh',
        'bulwark pack lint . && bulwark pack test .',
        `npm create bulwark my-service -- --pack ./${name}`,
        '```',
        '',
        '- `pack.json`: defaults, required components, locked answers, presets',
        '- `generators/`: a component a file, as data',
        '- `templates/<component>/base/`: its files; the name of a component of bulwark overrides a template of it by its path',
        '- `tests/golden/`: what the samples render; `bulwark pack test . --write` writes it',
        '',
      ].join('\n'),
    }),
  );
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
