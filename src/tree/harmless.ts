/** Which entries do not make a folder "not empty" (SPEC section 1): what a hosting service puts into a new repository. */

/** What comes after README or LICENSE is the format or the language. */
const HARMLESS = /^(?:\.git|\.gitignore|(?:licen[cs]e|readme)(?:[.-].*)?)$/i;

/** @param name of an entry of the repository's root */
export const isHarmless = (name: string): boolean => HARMLESS.test(name);
