/** Which assembler puts the fragments of which kind of shared file together. */
import type { SharedFileKind } from '../component/contribution.ts';
import { joinEnv } from './env.ts';
import type { Assembler } from './fragment.ts';
import { joinIgnore } from './ignore.ts';
import { joinMakefile } from './makefile.ts';
import { joinPrometheusRule } from './prometheus-rule.ts';
import { joinText } from './text.ts';
import { mergeYaml } from './yaml-merge.ts';

export const ASSEMBLERS: Readonly<Record<SharedFileKind, Assembler>> = {
  compose: mergeYaml,
  workflow: mergeYaml,
  dependabot: mergeYaml,
  'pre-commit': mergeYaml,
  prometheus: mergeYaml,
  'prometheus-rule': joinPrometheusRule,
  'app-spec': mergeYaml,
  env: joinEnv,
  makefile: joinMakefile,
  readme: joinText,
  ignore: joinIgnore,
  attributes: joinIgnore,
};
