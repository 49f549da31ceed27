/** How a person is asked: a port, and its implementation on inquirer. The only import of inquirer. */
import type { Interface } from 'node:readline';
import type { Style } from './report.ts';

interface Asked {
  /** A noun phrase: "Python version". */
  readonly label: string;
  /** One plain sentence below the question. */
  readonly help: string;
}

export interface TextQuestion extends Asked {
  readonly initial: string;
  /** Whether `initial` stands in the line to be edited, or is what an empty line means. */
  readonly isEdit: boolean;
  /** Called with each key; what it says stands below the line, and holds Enter back. */
  readonly fault: (text: string) => string | undefined;
  /** What else the text means, shown below it as it is typed. */
  readonly derived?: (text: string) => string | undefined;
}

export interface Option<Value> {
  readonly name: string;
  /** What stands behind the question once it is answered; absent: the name. */
  readonly short?: string;
  readonly value: Value;
}

/** A line between options. */
export interface Heading {
  readonly heading: string;
}

export interface ChoiceQuestion<Value> extends Asked {
  readonly options: readonly (Option<Value> | Heading)[];
  readonly initial: Value;
}

export interface SetQuestion extends Asked {
  readonly options: readonly Option<string>[];
  readonly initial: readonly string[];
  readonly fault: (chosen: readonly string[]) => string | undefined;
}

/** Asks one thing at a time; every question rejects when the person leaves. */
export interface Prompter {
  /** Prints into the dialogue. */
  readonly show: (text: string) => void;
  readonly text: (question: TextQuestion) => Promise<string>;
  readonly confirm: (question: Asked & { readonly initial: boolean }) => Promise<boolean>;
  readonly choose: <Value>(question: ChoiceQuestion<Value>) => Promise<Value>;
  readonly chooseAny: (question: SetQuestion) => Promise<readonly string[]>;
}

export interface PrompterPorts {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly style: Style;
  readonly colour: boolean;
  /** Ends the question that stands. */
  readonly signal: AbortSignal;
  /** What is thrown on Ctrl-C, at the end of the input, and when `signal` is aborted. */
  readonly onLeave: () => Error;
}

const SHOW_CURSOR = '\u001b[?25h';
const LONG_LIST = 16;

/** What we use of inquirer's prompts; its own types leave `screen` and `below` out. */
interface LivePrompt {
  readonly status: string;
  readonly opt: { readonly below?: (typed: string) => string };
  readonly rl: Interface & { readonly line: string };
  readonly screen: { render: (content: string, bottom?: string, isSpinning?: boolean) => void };
  readonly render: () => void;
}
type PromptClass = new (question: object, readline: Interface, answers: object) => LivePrompt;

interface PromptUi {
  readonly rl: Interface;
  readonly activePrompt: LivePrompt;
  readonly onForceClose: () => void;
  readonly close: () => void;
}

/** Loads inquirer and gives its prompts a line of help that lives below the question while it stands. */
export async function inquirerPrompter(ports: PrompterPorts): Promise<Prompter> {
  const { input, output, style, signal, onLeave } = ports;
  const inquirer = await loadInquirer(ports.colour);
  const prompt = inquirer.createPromptModule({ input, output });
  const plain = prompt.prompts as unknown as Readonly<Record<string, PromptClass>>;
  for (const [name, Plain] of Object.entries(plain)) {
    prompt.registerPrompt(name, withLinesBelow(Plain) as never);
  }

  const ask = async (question: object, prefill = ''): Promise<unknown> => {
    if (signal.aborted) throw onLeave();
    const asked = prompt([{ ...question, name: 'answer' }] as never);
    const ui = asked.ui as unknown as PromptUi;
    if (prefill !== '') {
      ui.rl.write(prefill);
      ui.activePrompt.render();
    }
    return new Promise((resolve, reject) => {
      let isOpen = true;
      const settle = (): boolean => {
        const wasOpen = isOpen;
        isOpen = false;
        signal.removeEventListener('abort', leave);
        input.removeListener('error', leave);
        return wasOpen;
      };
      const leave = (): void => {
        if (!settle()) return;
        ui.close();
        output.write(`\n${SHOW_CURSOR}`);
        reject(onLeave());
      };
      // inquirer's own way out kills the process, with nothing put in order before.
      ui.rl.removeListener('SIGINT', ui.onForceClose);
      ui.rl.once('SIGINT', leave);
      // Closed by us after an answer, or because the input ended: an answer is here before the next turn of the loop.
      ui.rl.once('close', () =>
        setImmediate(() => {
          if (!settle()) return;
          process.removeListener('exit', ui.onForceClose);
          output.write(`\n${SHOW_CURSOR}`);
          reject(onLeave());
        }),
      );
      signal.addEventListener('abort', leave);
      // A terminal that went away is read as EIO.
      input.once('error', leave);
      asked.then(
        ({ answer }: { answer?: unknown }) => {
          if (settle()) resolve(answer);
        },
        (error: unknown) => {
          if (settle()) reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  };
  const below =
    ({ help }: Asked, more: (typed: string) => string = () => '') =>
    (typed: string): string =>
      [style.dim(help), more(typed)].filter((line) => line !== '').join('\n');

  return {
    show: (text) => void output.write(text),
    text: async (question) => {
      const { label, initial, isEdit, fault, derived } = question;
      const more = (typed: string): string => {
        const wrong = typed === '' ? undefined : fault(typed);
        if (wrong !== undefined) return style.red(wrong);
        const meant = derived?.(typed === '' ? initial : typed);
        return meant === undefined ? '' : style.dim(meant);
      };
      const answer = await ask(
        {
          type: 'input',
          message: label,
          ...(!isEdit && initial !== '' && { default: initial }),
          validate: (text: string) => fault(text) ?? true,
          below: below(question, more),
        },
        isEdit ? initial : '',
      );
      return String(answer);
    },
    confirm: async (question) =>
      (await ask({
        type: 'confirm',
        message: question.label,
        default: question.initial,
        below: below(question),
      })) === true,
    choose: async <Value>(question: ChoiceQuestion<Value>) => {
      const { label, options, initial } = question;
      // inquirer looks for a default by identity and shows `short` afterwards: positions are simplest.
      const values = options.flatMap((option) => ('heading' in option ? [] : [option.value]));
      let position = 0;
      const choices = options.map((option) =>
        'heading' in option
          ? new inquirer.Separator(style.dim(option.heading))
          : { name: option.name, short: option.short ?? option.name, value: position++ },
      );
      const answer = await ask({
        type: 'list',
        message: label,
        choices,
        default: Math.max(0, values.indexOf(initial)),
        pageSize: LONG_LIST,
        loop: false,
        below: below(question),
      });
      return values[Number(answer)] as Value;
    },
    chooseAny: async (question) =>
      (await ask({
        type: 'checkbox',
        message: question.label,
        choices: question.options.map(({ name, value }) => ({ name, value, short: value })),
        default: question.initial,
        pageSize: LONG_LIST,
        loop: false,
        validate: (chosen: readonly string[]) => question.fault(chosen) ?? true,
        below: below(question),
      })) as readonly string[],
  };
}

/** A prompt that draws what the question's `below` says under itself until it is answered. */
function withLinesBelow(Plain: PromptClass): PromptClass {
  return class extends Plain {
    constructor(question: object, readline: Interface, answers: object) {
      super(question, readline, answers);
      const draw = this.screen.render.bind(this.screen);
      this.screen.render = (content, bottom = '', isSpinning) => {
        const lines = this.status === 'answered' ? '' : (this.opt.below?.(this.rl.line) ?? '');
        // Where inquirer itself says what is wrong (after Enter), that stands instead of ours.
        const shown = bottom === '' ? lines : [lines.split('\n')[0], bottom].filter(Boolean).join('\n');
        draw(content, shown, isSpinning);
      };
    }
  };
}

/** inquirer decides on colours when it is loaded, by the environment alone. */
async function loadInquirer(colour: boolean): Promise<(typeof import('inquirer'))['default']> {
  const { NO_COLOR: before } = process.env;
  if (!colour) process.env.NO_COLOR = '1';
  try {
    return (await import('inquirer')).default;
  } finally {
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  }
}
