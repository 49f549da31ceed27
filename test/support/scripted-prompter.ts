/** A person played by a script: answers by label, everything else accepted as it stands. */
import type { Option, Prompter } from '../../src/cli/prompter.ts';

/** For each label what is answered, time after time; then the standing value. Options are named by how they begin. */
export type Script = Readonly<Record<string, readonly (string | boolean | readonly string[])[]>>;

export interface ScriptedPrompter extends Prompter {
  /** Labels in the order in which they were asked. */
  readonly asked: readonly string[];
  readonly shown: () => string;
  /** What was said to be wrong with answers, which were then asked for again. */
  readonly faults: readonly string[];
  /** Names of the options that the last question of a label offered. */
  readonly offered: (label: string) => readonly string[];
}

export function scriptedPrompter(script: Script): ScriptedPrompter {
  const asked: string[] = [];
  const faults: string[] = [];
  const shown: string[] = [];
  const offers = new Map<string, readonly string[]>();
  const left = new Map(Object.entries(script).map(([label, answers]) => [label, [...answers]]));
  const next = (label: string): string | boolean | readonly string[] | undefined => {
    if (asked.length > 200) throw new Error(`asked without end: ${asked.slice(-5).join(', ')}`);
    asked.push(label);
    return left.get(label)?.shift();
  };
  const pick = <Value>(options: readonly Option<Value>[], name: string): Value => {
    const option = options.find((candidate) => candidate.name.startsWith(name));
    if (!option) throw new Error(`no option ${name} among ${options.map((one) => one.name).join(', ')}`);
    return option.value;
  };
  /** Until an answer has no fault, as the real prompts do. */
  const insist = async <Value>(
    read: () => Value,
    fault: (value: Value) => string | undefined,
  ): Promise<Value> => {
    for (;;) {
      const value = read();
      const wrong = fault(value);
      if (wrong === undefined) return value;
      faults.push(wrong);
    }
  };
  return {
    asked,
    faults,
    shown: () => shown.join(''),
    offered: (label) => offers.get(label) ?? [],
    show: (text) => void shown.push(text),
    text: ({ label, initial, fault }) => insist(() => String(next(label) ?? initial), fault),
    confirm: async ({ label, initial }) => Boolean(next(label) ?? initial),
    choose: async ({ label, options, initial }) => {
      const answer = next(label);
      const choices = options.flatMap((option) => ('heading' in option ? [] : [option]));
      offers.set(
        label,
        choices.map(({ name }) => name),
      );
      return answer === undefined ? initial : pick(choices, String(answer));
    },
    chooseAny: ({ label, options, initial, fault }) =>
      insist<readonly string[]>(() => {
        const answer = next(label);
        offers.set(
          label,
          options.map(({ name }) => name),
        );
        return Array.isArray(answer) ? (answer as readonly string[]) : initial;
      }, fault),
  };
}
