/** Which of two values is the greater: numbers, versions (`3.12` is above `3.9`) and quantities with a unit (`512Mi`). */

/** Factors of the units of Kubernetes (kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity). */
const UNITS = new Map<string, number>([
  ['', 1],
  ['m', 1e-3],
  ['k', 1e3],
  ['K', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
]);

const VERSION = /^v?(\d{1,15}(?:\.\d{1,15}){0,5})$/;
const QUANTITY = /^([+-]?\d{1,15}(?:\.\d{1,15})?)([A-Za-z]{1,2})$/;

/** @returns below 0, 0 or above 0 as `a` is less than, equal to or greater than `b`; undefined where they do not compare */
export function compareFigures(a: string, b: string): number | undefined {
  const [versionA, versionB] = [VERSION.exec(a)?.[1], VERSION.exec(b)?.[1]];
  if (versionA !== undefined && versionB !== undefined) return compareVersions(versionA, versionB);
  const [figureA, figureB] = [figureOf(a), figureOf(b)];
  return figureA === undefined || figureB === undefined ? undefined : figureA - figureB;
}

/** Whether something can be compared with other figures at all. */
export const isFigure = (text: string): boolean => VERSION.test(text) || figureOf(text) !== undefined;

function compareVersions(a: string, b: string): number {
  const [partsA, partsB] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < Math.max(partsA.length, partsB.length); index += 1) {
    const difference = (partsA[index] ?? 0) - (partsB[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function figureOf(text: string): number | undefined {
  if (/^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return Number(text);
  const [, number = '', unit = ''] = QUANTITY.exec(text) ?? [];
  const factor = number === '' ? undefined : UNITS.get(unit);
  return factor === undefined ? undefined : Number(number) * factor;
}
