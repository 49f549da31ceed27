/** A PrometheusRule: the first fragment is the object down to its `spec:`, the others are files of rules that go below. */
import type { Assembler } from './fragment.ts';
import { mergeYaml } from './yaml-merge.ts';

export const joinPrometheusRule: Assembler = ([object, ...rules]) =>
  `${object?.text.trimEnd() ?? ''}\n${mergeYaml(rules).replaceAll(/^(?=.)/gm, '  ')}`;
