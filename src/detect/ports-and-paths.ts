/** Finds ports and health paths in commands, port mappings and source text. */

/** Ports of debuggers and live reload (Node, debugpy, JDWP, Delve, LiveReload), which nobody is served by. */
const FOR_DEVELOPERS: ReadonlySet<number> = new Set([9229, 5678, 5005, 2345, 40_000, 35_729]);

const portOf = (text: string | undefined): number | undefined => {
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 && !FOR_DEVELOPERS.has(port)
    ? port
    : undefined;
};

/** Each port once, in the order of the text. */
export const portsIn = (texts: Iterable<string | undefined>): readonly number[] => [
  ...new Set([...texts].map(portOf).filter((port) => port !== undefined)),
];

const PORT_FLAG =
  /(?:^|[\s"',[])(?:--port|--http-port|--bind|-p|-b)(?:[=\s"',]+)(?:[\w.[\]-]*:)?(\d{2,5})(?!\d)/g;
const PORT_VARIABLE = /(?:^|[\s"';])(?:PORT|HTTP_PORT|APP_PORT|SERVER_PORT)=["']?(\d{2,5})(?!\d)/g;
const ADDRESS = /(?:0\.0\.0\.0|\[::\]|127\.0\.0\.1|localhost):(\d{2,5})(?!\d)/g;

/** `uvicorn app:app --port 8080`, `gunicorn -b 0.0.0.0:8000`, `PORT=3000 node .`: the ports that a command says. */
export const portsOfCommand = (command: string): readonly number[] =>
  portsIn(
    [PORT_FLAG, PORT_VARIABLE, ADDRESS].flatMap((pattern) =>
      [...command.slice(0, 4000).matchAll(pattern)].map(([, port]) => port),
    ),
  );

/** What source code says when it starts to listen, in the languages that we know; literals alone. */
const LISTENS: readonly RegExp[] = [
  // JavaScript: `.listen(3000`, `.listen({ port: 3000`, `process.env.PORT || 3000`, `const port = 3000`
  /\.listen\(\s{0,9}(?:\{\s{0,9}port:\s{0,9})?["'`]?(\d{2,5})(?!\d)/g,
  /\bPORT\b["'\])]{0,3}\s{0,9}(?:\|\||\?\?|,)\s{0,9}["'`]?(\d{4,5})(?!\d)/g,
  /\b(?:const|let|var)\s{1,9}(?:port|PORT)\s{0,9}=\s{0,9}["'`]?(\d{2,5})(?!\d)/g,
  // Python: `app.run(port=8080)`, `uvicorn.run("app:app", port=8080)`
  /\bport\s{0,9}=\s{0,9}(?:int\()?["']?(\d{2,5})(?!\d)/g,
  // Go: `ListenAndServe(":8080"`, `r.Run(":8080")`
  /["'`]:(\d{2,5})["'`]/g,
  ADDRESS,
  // Rust: `([0, 0, 0, 0], 3000)`
  /\[\s?\d{1,3},\s?\d{1,3},\s?\d{1,3},\s?\d{1,3}\s?\],\s{0,9}(\d{2,5})(?!\d)/g,
];

/** Longer code is not read for its ports. */
const MAX_CODE = 64 * 1024;

/** The ports that a file of code listens on, by its literals. */
export const portsOfCode = (code: string): readonly number[] =>
  code.length > MAX_CODE
    ? []
    : portsIn(LISTENS.flatMap((pattern) => [...code.matchAll(pattern)].map(([, port]) => port)));

const ROUTE =
  /["'`](\/(?:api\/)?(?:_?health(?:z|check|-check)?(?:\/(?:ready|readiness|live|liveness))?|ready(?:z)?|readiness|live(?:z)?|liveness|ping|status|up))["'`]/g;

/** What code puts before the paths of its routes: then their literals are not what is asked for. */
const PREFIXED = /setGlobalPrefix|\bprefix\s*[=:]|\bbasePath\b|url_prefix|root_path/;

/**
 * The path of a health route in a file of code, where one can be told: readiness before all others, life for nothing
 * but itself, and nothing where paths get a prefix elsewhere.
 */
export function healthPathOfCode(code: string): string | undefined {
  if (code.length > MAX_CODE || PREFIXED.test(code)) return undefined;
  const paths = [...new Set([...code.matchAll(ROUTE)].map(([, path]) => path ?? ''))];
  const ready = paths.filter((path) => /ready|readiness/.test(path));
  const general = paths.filter((path) => path.includes('health') && !path.includes('live'));
  const [found, ...more] = ready.length > 0 ? ready : general.length > 0 ? general : paths;
  return more.length === 0 ? found : undefined;
}

/** The path that a health check asks: `curl -f http://localhost:3000/healthz || exit 1`. */
export const pathOfHealthCheck = (command: string): string | undefined =>
  /https?:\/\/[\w.[\]:-]{1,80}(?:\$\{?\w+(?::-\d+)?\}?)?(\/[\w./-]*)/.exec(command.slice(0, 2000))?.[1];
