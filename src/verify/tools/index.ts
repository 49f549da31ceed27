/** Which real tools `verify` knows, sorted by name. */
import { actionlint } from './actionlint.ts';
import { checkov } from './checkov.ts';
import { dockerCompose } from './docker-compose.ts';
import { gitleaks } from './gitleaks.ts';
import { gixy } from './gixy.ts';
import { hadolint } from './hadolint.ts';
import { helm } from './helm.ts';
import { kubeScore } from './kube-score.ts';
import { kubeconform } from './kubeconform.ts';
import { promtool } from './promtool.ts';
import { shellcheck } from './shellcheck.ts';
import type { ToolCheck } from './tool.ts';
import { trivy } from './trivy.ts';
import { yamllint } from './yamllint.ts';
import { zizmor } from './zizmor.ts';

export const tools: readonly ToolCheck[] = [
  actionlint,
  checkov,
  dockerCompose,
  gitleaks,
  gixy,
  hadolint,
  helm,
  kubeScore,
  kubeconform,
  promtool,
  shellcheck,
  trivy,
  yamllint,
  zizmor,
];
