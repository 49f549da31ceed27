/** Which metrics a query of Prometheus names. */

/** Words of the language that no bracket follows. */
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'start', 'end', 'inf', 'nan', 'atan2']);
/** Words whose brackets hold labels. */
const GROUPINGS = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/gi;

/**
 * The names, each once, in their order. Strings, comments, matchers, ranges and the labels that are grouped by hold none;
 * a name before a bracket is a function.
 */
export function metricsIn(query: string): readonly string[] {
  const bare = query
    .replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g, '""')
    .replace(/#[^\n]*/g, '')
    .replace(/\{[^{}]*\}/g, ' ')
    .replace(/\[[^[\]]*\]/g, ' ')
    .replace(GROUPINGS, ' ');
  const names = [...bare.matchAll(/(?<![\w$.:])([A-Za-z_:][\w:]*)(?!\w)(?!\s*\()/g)].map(
    ([, name = '']) => name,
  );
  return [...new Set(names)].filter(
    (name) => !WORDS.has(name.toLowerCase()) && !/^(?:group_left|group_right)$/.test(name),
  );
}
