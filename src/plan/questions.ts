/** Every question of a run, in the order in which their answers build on each other. */
import { CATEGORIES, type AnyComponent, type Category, type ComponentId } from '../component/define.ts';
import { choice, set, type Field, type KnownAnswers } from '../component/fields.ts';
import { projectFields } from '../component/project-fields.ts';

export interface Question {
  /** `owner`, `data`, `fastapi.python`. */
  readonly key: string;
  readonly field: Field;
  /** The component that must be in the plan for the question to have a meaning. */
  readonly component?: ComponentId;
  /** Set for the questions by which components are chosen. */
  readonly category?: Category;
}

/** Command-line flag of a key: `fastapi.apiPrefix` → `--fastapi-api-prefix`. */
export const flagOf = (key: string): string => `--${kebab(key)}`;

/** Environment variable of a key: `fastapi.apiPrefix` → `BULWARK_SET_FASTAPI_API_PREFIX`. */
export const environmentNameOf = (key: string): string =>
  `BULWARK_SET_${kebab(key).replaceAll('-', '_').toUpperCase()}`;

const kebab = (key: string): string =>
  key.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The questions that `components` bring; the stack first, for all else depends on it. */
export function questionsOf(components: readonly AnyComponent[]): readonly Question[] {
  const inCategory = (category: Category): AnyComponent[] =>
    components.filter((component) => component.category === category);
  const stacks = inCategory('stack').map(({ id }) => id);
  const stackQuestion: Question = {
    key: 'stack',
    category: 'stack',
    field: choice('Stack', stacks, {
      help: 'The application to render; "none" brings containers and CI around an application of your own.',
      default: inCategory('stack').find(({ chosenByDefault }) => chosenByDefault)?.id ?? stacks[0] ?? '',
      ask: true,
    }),
  };
  const setQuestions = (Object.keys(CATEGORIES) as Category[])
    .filter((category) => category !== 'stack' && category !== 'essential' && inCategory(category).length > 0)
    .map((category): Question => {
      const members = inCategory(category);
      return {
        key: category,
        category,
        field: set(
          sentenceCase(category),
          members.map(({ id }) => id),
          {
            help: `Any of: ${members.map(({ id, description }) => `${id} (${description})`).join('; ')}.`,
            default: (known) => defaultMembers(members, components, known),
            ask: category === 'data',
          },
        ),
      };
    });
  const componentQuestions = components.flatMap((component) =>
    Object.entries(component.fields).map(([name, field]): Question => ({
      key: `${component.id}.${name}`,
      field,
      component: component.id,
    })),
  );
  return [
    stackQuestion,
    ...Object.entries(projectFields).map(([key, field]): Question => ({ key, field })),
    ...setQuestions,
    ...componentQuestions,
  ];
}

/** Whether a component is made for the stack. */
export const supportsStack = (component: AnyComponent, stack: string): boolean =>
  component.stacks === undefined || component.stacks.includes(stack);

function defaultMembers(
  members: readonly AnyComponent[],
  components: readonly AnyComponent[],
  known: KnownAnswers,
): string[] {
  const stack = String(known.get('stack'));
  const required = components.find(({ id }) => id === stack)?.requires ?? [];
  return members
    .filter((member) => supportsStack(member, stack))
    .filter(({ id, chosenByDefault }) => chosenByDefault || required.includes(id))
    .map(({ id }) => id);
}

const sentenceCase = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
