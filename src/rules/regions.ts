/** Every region of a cloud that the files of a tree name under a key that says so. */
import { hclOutline } from '../verify/embedded/hcl-outline.ts';
import { recordOf, textOr } from '../verify/embedded/plain-data.ts';
import { textOf } from '../verify/embedded/source-text.ts';
import type { JudgedTree } from '../verify/check.ts';
import { isHclWith, spotAt } from './document-reading.ts';
import { eachEntry, type MapEntry } from './each-entry.ts';
import type { Spot } from './located-yaml.ts';
import { UNKNOWN, withDefaults } from './variables.ts';

export interface RegionUse {
  readonly path: string;
  readonly spot: () => Spot;
  /** Undefined: only known when it runs. */
  readonly region: string | undefined;
  readonly text: string;
}

const regionsByTree = new WeakMap<JudgedTree, readonly RegionUse[]>();

export function regionsOf(tree: JudgedTree): readonly RegionUse[] {
  let regions = regionsByTree.get(tree);
  if (!regions) {
    regions = [...plainRegions(tree), ...hclRegions(tree)];
    regionsByTree.set(tree, regions);
  }
  return regions;
}

/** `region`, `AWS_REGION`, `awslogs-region`, `primaryRegion`, `replica_regions`. */
export const namesRegion = (key: string): boolean => /regions?$/i.test(key);
/** Azure and parts of Google call it so; others give the word another meaning. */
export const namesLocation = (key: string): boolean => /(?:^|[./_-])location$/i.test(key);

/** A key, or the name of a variable in a list of them. */
const REGION_KEY = /(?:regions?|location)["']?\s*:|name["']?\s*:\s*["']?[\w-]*(?:region|location)/i;

const REGION = /^[a-z][a-z0-9]{1,19}(?:-[a-z0-9]{1,19}){0,4}$/;
/** As AWS and Google write them: a word that is no region cannot look so. */
const DASHED_REGION = /^[a-z]{2,14}(?:-[a-z]{2,14}){1,2}-?\d{1,2}$/;

function plainRegions(tree: JudgedTree): readonly RegionUse[] {
  return [...eachEntry(tree, REGION_KEY)].flatMap((entry) => {
    const { file, document, place } = entry;
    return valuesOf(entry).flatMap((text) => {
      const spot = (): Spot => document.spotOf(place);
      return regionUse(file.path, text, spot, isCertain(entry));
    });
  });
}

/** The value of a key that names a region, or of a variable of that name in a list of them. */
function valuesOf({ key, value, map }: MapEntry): readonly string[] {
  const name = key === 'value' ? textOr(map.name, '') : key;
  if (!namesRegion(name) && !namesLocation(name)) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'string');
}

/** Whether a word without a dash is a region too: under `region`, and in Azure's own documents under `location`. */
const isCertain = ({ key, map, document }: MapEntry): boolean =>
  namesRegion(key === 'value' ? textOr(map.name, '') : key) ||
  textOr(recordOf(document.value).type, '').startsWith('Microsoft.');

function hclRegions(tree: JudgedTree): readonly RegionUse[] {
  const files = [...tree.values()].filter((file) => isHclWith('region')(file) || isHclWith('location')(file));
  return files.flatMap((file) => {
    const text = textOf(file);
    return hclOutline(text).flatMap(({ path, offset, literal }) => {
      const [block, variable] = path;
      const isDefault = block === 'variable' && path.at(-1) === 'default';
      const key = String(isDefault ? variable : path.at(-1));
      if (literal === undefined || (!namesRegion(key) && !namesLocation(key))) return [];
      return regionUse(file.path, literal, () => spotAt(text, offset), true);
    });
  });
}

function regionUse(path: string, text: string, spot: () => Spot, isCertain: boolean): readonly RegionUse[] {
  const region = withDefaults(text);
  if (region.includes(UNKNOWN)) return isCertain ? [{ path, spot, region: undefined, text }] : [];
  return (isCertain ? REGION : DASHED_REGION).test(region) ? [{ path, spot, region, text }] : [];
}
