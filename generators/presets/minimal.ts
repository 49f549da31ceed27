/** The smallest useful set around an application: Dockerfile, compose, CI and README. */
import { definePreset } from '../../src/component/define.ts';

export default definePreset({
  id: 'minimal',
  description: 'Dockerfile, compose, CI and README, and nothing else',
  answers: {
    stack: 'none',
    data: [],
    containers: ['docker', 'compose'],
    workflows: ['ci'],
    repository: ['readme'],
  },
});
