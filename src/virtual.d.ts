/** Modules that the build and the test runner make: what was discovered in `generators/` and `templates/`. */
declare module 'bulwark:components' {
  /** Every component and preset, sorted by id. */
  export const components: readonly import('./component/define.ts').AnyComponent[];
  export const presets: readonly import('./component/define.ts').PresetDefinition[];
}

declare module 'bulwark:templates' {
  export const templates: import('./render/template-store.ts').TemplateStore;
}

declare module 'bulwark:generators' {
  /** Names and descriptions alone, so that a plopfile need not load the components. */
  export const generators: readonly import('./plop/generators.ts').PlopGenerator[];
}

declare module 'bulwark:help' {
  /** The text of `--help` by command, written when the package was built. */
  export const help: () => Readonly<Record<string, string>>;
}

declare module 'bulwark:build' {
  /** Of all that the package was built of, in hex; undefined where the program runs from its sources. */
  export const buildDigest: () => string | undefined;
}

declare module 'bulwark:package' {
  export const version: string;
}

/** The folder of the built program; the build puts it at the head of each file. */
declare const DIST: string;
