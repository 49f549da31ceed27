/** The `yaml` package under its names: when it is bundled, an import at run time would find none in a package that is CommonJS. */
export { isAlias, isCollection, isMap, isPair, isScalar, parseDocument } from 'yaml';
