/** Turns a question of ours into the prompt of its kind, with validation and help. */
import { CATEGORIES } from '../component/define.ts';
import type { FieldValue } from '../component/fields.ts';
import { deriveNames, displayNameFault } from '../component/names.ts';
import { parseValue } from '../plan/parse-value.ts';
import { supportsStack, type Question } from '../plan/questions.ts';
import type { Draft } from './draft.ts';
import type { Option, Prompter } from './prompter.ts';

export interface AskOptions {
  /** The standing answer is put into the line to be edited. */
  readonly isEdit: boolean;
  /** What is wrong with a folder of this name, where the name decides on the folder. */
  readonly folderFault: (slug: string) => string | undefined;
}

/** Asks one question and puts its answer into the draft. */
export async function askQuestion(
  prompter: Prompter,
  draft: Draft,
  question: Question,
  options: AskOptions,
): Promise<void> {
  draft.answer(question, await answerOf(prompter, draft, question, options));
}

async function answerOf(
  prompter: Prompter,
  draft: Draft,
  question: Question,
  { isEdit, folderFault }: AskOptions,
): Promise<FieldValue> {
  const { key, field } = question;
  const { label } = field;
  const help = field.kind === 'set' && question.category ? CATEGORIES[question.category] : field.help;
  const standing = draft.resolve().answers.get(key)?.value;
  switch (field.kind) {
    case 'boolean':
      return prompter.confirm({ label, help, initial: standing === true });
    case 'choice':
      return prompter.choose({
        label,
        help,
        options: field.options.map((value) => ({
          name: optionName(draft, question, value),
          short: value,
          value,
        })),
        initial: String(standing),
      });
    case 'set':
      return prompter.chooseAny({
        label,
        help,
        options: fittingOptions(draft, question, field.options),
        initial: Array.isArray(standing) ? (standing as readonly string[]) : [],
        fault: (chosen) => {
          const unfit = question.category === undefined ? undefined : draft.unfitness(key, chosen);
          return unfit && `${unfit.message}: choose it too`;
        },
      });
    case 'text':
    case 'integer': {
      const typed = await prompter.text({
        label,
        help,
        initial: String(standing ?? ''),
        isEdit,
        fault: (text) => {
          const parsed = parseValue(field, text);
          if ('value' in parsed) {
            return key === 'name' && draft.directory === undefined
              ? folderFault(deriveNames(text).slug)
              : undefined;
          }
          return parsed.hint === field.help ? parsed.fault : `${parsed.fault}: ${parsed.hint}`;
        },
        ...(key === 'name' && { derived: (text: string) => derivedNames(draft, text) }),
      });
      const parsed = parseValue(field, typed);
      if (!('value' in parsed)) throw new Error(`the prompt for ${key} let ${JSON.stringify(typed)} pass`);
      return parsed.value;
    }
  }
}

/** A component is shown with what it is. */
function optionName({ catalog }: Draft, { category }: Question, value: string): string {
  const component = category === undefined ? undefined : catalog.components.find(({ id }) => id === value);
  return component ? `${value}: ${component.description}` : value;
}

/** Components that are made for another stack are not offered. */
function fittingOptions(draft: Draft, question: Question, values: readonly string[]): Option<string>[] {
  const stack = String(draft.resolve().answers.get('stack')?.value);
  return values
    .filter((value) => {
      const component = draft.catalog.components.find(({ id }) => id === value);
      return question.category === undefined || !component || supportsStack(component, stack);
    })
    .map((value) => ({ name: optionName(draft, question, value), value }));
}

/** The forms of a name, in one line. */
export function derivedNames(draft: Draft, display: string): string | undefined {
  if (displayNameFault(display) !== undefined) return undefined;
  const { slug, identifier, envPrefix } = deriveNames(display);
  const registry = String(draft.resolve(['name', display]).answers.get('registry')?.value);
  return `label ${slug} · identifier ${identifier} · environment ${envPrefix}_ · image ${registry}/${slug}`;
}
