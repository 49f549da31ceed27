/** Suppressions that wait for a digest go with it, whole or in part; all others stay. */
import { describe, expect, test } from 'vitest';
import { applyPins, pinText } from '../../../src/pin/pin-text.ts';
import type { Pins } from '../../../src/pin/reference.ts';

const D = `sha256:${'d'.repeat(64)}`;
const PINS: Pins = { images: { 'redis:8': D, 'alpine:3.22': D }, actions: {} };
const WHY = 'an exact tag; `bulwark pin` adds the digest';

const workflow = (behind: string, above = '') =>
  `jobs:\n  a:\n    services:\n      x:\n${above}        image: redis:8${behind}\n        env: {}\n`;
const dockerfile = (above: string) => `${above}FROM redis:8\nRUN true\n`;
const pod = (metadata: string, image = 'redis:8') =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n${metadata}spec:\n  containers:\n    - name: x\n      image: ${image}\n`;

const pinned = (text: string) =>
  text.replaceAll('image: redis:8', `image: redis:8@${D}`).replaceAll('FROM redis:8', `FROM redis:8@${D}`);

describe('goes with its digest', () => {
  test.each([
    ['the whole comment', 'a.yml', workflow(` # zizmor: ignore[unpinned-images] ${WHY}`), workflow('')],
    [
      'only its rule and its reason',
      'a.yml',
      workflow(` # zizmor: ignore[unpinned-images,artipacked] ${WHY}; it is ours`),
      workflow(' # zizmor: ignore[artipacked] it is ours'),
    ],
    [
      'before the comment of another tool',
      'a.yml',
      workflow(` # zizmor: ignore[unpinned-images] ${WHY} # yamllint disable-line`),
      workflow(' # yamllint disable-line'),
    ],
    [
      'behind another comment',
      'a.yml',
      workflow(` # the cache # zizmor: ignore[unpinned-images] ${WHY}`),
      workflow(' # the cache'),
    ],
  ])('zizmor: %s', (_, file, before, after) => {
    const result = pinText(`.github/workflows/${file}`, before, PINS);
    expect(result.text).toBe(pinned(after));
    expect(result.suppressionsRemoved).toEqual([{ rule: 'zizmor unpinned-images', line: 5 }]);
  });

  test.each([
    ['a line of its own', `# hadolint ignore=DL3006 ${WHY}\n`, ''],
    ['with the reason above', `# ${WHY}\n# hadolint ignore=DL3006\n`, ''],
    ['some rules of it', `# hadolint ignore=DL3006,DL3018 ${WHY}\n`, '# hadolint ignore=DL3018\n'],
    ['of checkov, for the file', `# checkov:skip=CKV_DOCKER_7: ${WHY}\n`, ''],
    ['of trivy', `#trivy:ignore:AVD-DS-0001 ${WHY}\n`, ''],
  ])('in a Dockerfile: %s', (_, before, after) => {
    expect(pinText('Dockerfile', dockerfile(before), PINS).text).toBe(pinned(dockerfile(after)));
  });

  test('an annotation, and the map that would be empty', () => {
    const one = `    checkov.io/skip1: CKV_K8S_43=${WHY}\n`;
    const other = '    kube-score/ignore: pod-probes # a reason\n';
    expect(pinText('a.yaml', pod(`  annotations:\n${one}`), PINS)).toMatchObject({
      text: pinned(pod('')),
      suppressionsRemoved: [{ rule: 'checkov CKV_K8S_43', line: 6 }],
    });
    expect(pinText('a.yaml', pod(`  annotations:\n${one}${other}`), PINS).text).toBe(
      pinned(pod(`  annotations:\n${other}`)),
    );
    expect(pinText('a.yaml', pod(`  annotations:\n${other}${one}`), PINS).text).toBe(
      pinned(pod(`  annotations:\n${other}`)),
    );
  });

  test('line ends of Windows stay', () => {
    const before = pod(`  annotations:\n    checkov.io/skip1: CKV_K8S_43=${WHY}\n`).replaceAll('\n', '\r\n');
    expect(pinText('a.yaml', before, PINS).text).toBe(pinned(pod('')).replaceAll('\n', '\r\n'));
  });
});

describe('stays', () => {
  test.each([
    [
      'one that has another reason',
      '.github/workflows/a.yml',
      workflow(' # zizmor: ignore[unpinned-images] it moves'),
    ],
    ['one of another kind of rule', 'Dockerfile', dockerfile('# hadolint ignore=DL3018 the newest\n')],
    [
      'an annotation with another reason',
      'a.yaml',
      pod('  annotations:\n    checkov.io/skip1: CKV_K8S_43=no\n'),
    ],
  ])('%s', (_, path, before) => {
    expect(pinText(path, before, PINS).text).toBe(pinned(before));
  });

  test('one whose reference is not pinned', () => {
    const before = workflow(` # zizmor: ignore[unpinned-images] ${WHY}`);
    expect(pinText('.github/workflows/a.yml', before, { images: {}, actions: {} }).text).toBe(before);
  });

  test('an annotation as long as one image of its object is not pinned; another object does not count', () => {
    const annotated = (image: string) =>
      `${pod(`  annotations:\n    checkov.io/skip1: CKV_K8S_43=${WHY}\n`)}    - name: y\n      image: ${image}\n`;
    expect(pinText('a.yaml', annotated('own:1'), PINS).text).toBe(pinned(annotated('own:1')));
    const two = `${pod(`  annotations:\n    checkov.io/skip1: CKV_K8S_43=${WHY}\n`)}---\n${pod('', 'own:1')}`;
    expect(pinText('a.yaml', two, PINS).text).toBe(`${pinned(pod(''))}---\n${pod('', 'own:1')}`);
  });
});

describe('ignore files', () => {
  const IGNORED = `# ${WHY}\nAVD-KSV-0013\n\n# ours\nAVD-KSV-0014\n`;
  const CHECKOV = `skip-check:\n  - CKV_K8S_43 # ${WHY}\ncompact: true\n`;
  const files = (other: string) =>
    new Map([
      ['.trivyignore', IGNORED],
      ['.checkov.yaml', CHECKOV],
      ['compose.yml', `services:\n  a:\n    image: redis:8\n  b:\n    image: ${other}\n`],
    ]);

  test('lose their entries once everything is pinned', () => {
    const { changed } = applyPins(files('alpine:3.22'), PINS);
    expect(changed.get('.trivyignore')).toEqual({
      text: '\n# ours\nAVD-KSV-0014\n',
      replaced: [],
      suppressionsRemoved: [{ rule: 'AVD-KSV-0013', line: 2 }],
    });
    expect(changed.get('.checkov.yaml')?.text).toBe('compact: true\n');
  });

  test('keep them as long as anything is not', () => {
    expect([...applyPins(files('own:1'), PINS).changed.keys()]).toEqual(['compose.yml']);
  });
});
