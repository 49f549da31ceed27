/** Who is called when something is wrong, in which order, and what is expected of them. */
import { defineComponent } from '../src/component/define.ts';
import { integer, matching, text, type KnownAnswers } from '../src/component/fields.ts';
import { operationsView } from '../src/component/operations-view.ts';
import { emailFault } from '../src/component/project-fields.ts';
import { literal } from '../src/render/view.ts';

/** A page of the pager, or a telephone number in international form (ITU-T E.164). */
const PAGER = '^(?:|https://[^\\s<>"\'`\\\\|]+|\\+[1-9][0-9]{6,14})$';

const mailbox =
  (name: string) =>
  (known: KnownAnswers): string =>
    `${name}@${String(known.get('domain') ?? 'example.com')}`;

const address = (label: string, name: string, help: string) =>
  text(label, { help, default: mailbox(name), maxLength: 254, validate: emailFault });

export default defineComponent({
  id: 'on-call',
  category: 'operations',
  description: 'who is on call, how the rotation hands over, and how far an incident escalates',
  chosenByDefault: false,
  fields: {
    email: address('On-call address', 'on-call', 'The mailbox that reaches whoever is on call.'),
    lead: address('Lead address', 'engineering-lead', 'Who decides when the person on call cannot.'),
    security: text('Security address', {
      help: 'Who is told of an attack or a leak.',
      default: (known) => String(known.get('securityContact') ?? '') || mailbox('security')(known),
      maxLength: 254,
      validate: emailFault,
    }),
    pager: text('Pager', {
      help: 'The https address or the telephone number that wakes whoever is on call; empty for e-mail alone.',
      default: '',
      maxLength: 200,
      ...matching(PAGER, 'must be an https address, or a telephone number such as +4930123456'),
    }),
    acknowledgeMinutes: integer('Acknowledged within (minutes)', {
      help: 'How soon whoever is on call answers a page.',
      default: 15,
      min: 5,
      max: 120,
    }),
  },
  view: (answers, project) => ({
    ...operationsView(project),
    ...answers,
    page: pageOf(answers.pager),
    hasPager: answers.pager !== '',
    escalateMinutes: 2 * answers.acknowledgeMinutes,
    lastMinutes: 4 * answers.acknowledgeMinutes,
  }),
  documents: ({ acknowledgeMinutes }) => [
    {
      path: 'docs/ON_CALL.md',
      title: 'On call',
      tells: `who is called, who answers within ${acknowledgeMinutes} minutes, and who after that`,
    },
  ],
  samples: {
    default: {},
    paged: { pager: 'https://pager.example.com/services/1', acknowledgeMinutes: 5 },
  },
});

/** The pager as Markdown; its pattern leaves nothing that a link could trip over. */
const pageOf = (pager: string) => literal(pager.startsWith('https:') ? `<${pager}>` : pager);
