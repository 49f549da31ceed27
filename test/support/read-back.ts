/** Reads literals back with the real parser of each language: many at once, so that a process is started once. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { spawn, spawnSync } from 'node:child_process';
import { parseWorkflow, NoOperationTraceWriter } from '@actions/workflow-parser';
import { parse as parseHcl } from '@cdktf/hcl2json';
import { Parser } from 'commonmark';
import { parse as parseToml } from 'smol-toml';
import typescript from 'typescript';
import { parse as parseYaml } from 'yaml';
import { exec } from '../../src/exec.ts';
import { findTool, requireTool, toolFolders } from './tools.ts';

/** What the literals mean, in their order; rejects or throws where one cannot be parsed. */
export type Reader = (literals: readonly string[]) => readonly string[] | Promise<readonly string[]>;

const MINUTE = 60_000;

async function run(command: string, args: readonly string[], input = '', cwd?: string): Promise<string> {
  const result = await exec({ command, args, input, timeout: MINUTE, ...(cwd !== undefined && { cwd }) });
  if (result.exitCode !== 0) throw new Error(`${command}: ${result.outcome}\n${result.stderr}`);
  return result.stdout;
}

/** Runs `use` in an empty folder that is removed afterwards. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-read-back-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const record = (value: unknown): Readonly<Record<string, unknown>> => value as Record<string, unknown>;

/** The values of the names K0, K1, … in their order. */
const inOrder = (values: Readonly<Record<string, unknown>>, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(values[`K${index}`]));

/** One line for each literal: `K0 = …`. */
const numbered = (literals: readonly string[], line: (name: string, literal: string) => string): string =>
  literals.map((literal, index) => `${line(`K${index}`, literal)}\n`).join('');

const nulSeparated = (output: string): readonly string[] => output.split('\0').slice(0, -1);

/** YAML as a value in a block, in a flow list, and as a key, unless it is longer than a key may be. */
const yamlWith =
  (version: '1.1' | '1.2'): Reader =>
  (literals) =>
    literals.map((literal) => {
      const source = `a:\n  b: ${literal}\n  c: [${literal}, ${literal}]\n  d: end\n`;
      const { b, c, d } = record(record(parseYaml(source, { version })).a);
      const [first, second] = c as readonly unknown[];
      if (first !== b || second !== b || d !== 'end') throw new Error(`reads differently: ${source}`);
      if (typeof b !== 'string') throw new Error(`no text: ${source}`);
      const [key] =
        literal.length > 1000 ? [b] : Object.keys(record(parseYaml(`${literal}: 1\n`, { version })));
      if (key !== b) throw new Error(`reads differently as a key: ${source}`);
      return b;
    });

export const yaml11 = yamlWith('1.1');
export const yaml12 = yamlWith('1.2');

export const json: Reader = (literals) => literals.map((literal) => String(JSON.parse(literal)));

export const smolToml: Reader = (literals) =>
  inOrder(parseToml(numbered(literals, (name, literal) => `${name} = ${literal}`)), literals.length);

/** The output is HCL's template syntax again: an interpolation stands bare in it, text is escaped. */
export const hcl2json: Reader = async (literals) => {
  const source = numbered(literals, (name, literal) => `${name} = ${literal}`);
  return inOrder(await parseHcl('main.tf', source), literals.length).map((template) => {
    if (/(?:^|[^$])\$\{|(?:^|[^%])%\{/.test(template)) throw new Error(`is a template: ${template}`);
    return template.replaceAll('$${', () => '${').replaceAll('%%{', '%{');
  });
};

export const typescriptScanner: Reader = (literals) =>
  literals.map((literal) => {
    const scanner = typescript.createScanner(typescript.ScriptTarget.ES2022, true);
    scanner.setText(literal);
    const isString = scanner.scan() === typescript.SyntaxKind.StringLiteral && !scanner.isUnterminated();
    const value = scanner.getTokenValue();
    if (!isString || scanner.scan() !== typescript.SyntaxKind.EndOfFileToken) throw new Error(literal);
    return value;
  });

export const nodeParseEnv: Reader = (literals) =>
  inOrder(
    record(parseEnv(numbered(literals, (name, literal) => `# why\n${name}=${literal}`))),
    literals.length,
  );

/**
 * Markdown as the text of a document in which only the expected structure may be found.
 * @param place puts the literal into a document
 * @param structure types of nodes that hold it there, outermost first
 */
export const commonmark =
  (place: (literal: string) => string, structure: readonly string[]): Reader =>
  (literals) =>
    literals.map((literal) => {
      // No text has no structure to hold it.
      if (literal === '') return '';
      const walker = new Parser().parse(place(literal)).walker();
      const found: string[] = [];
      let text = '';
      for (let step = walker.next(); step; step = walker.next()) {
        if (!step.entering || step.node.type === 'document') continue;
        if (step.node.type === 'text') text += step.node.literal ?? '';
        else found.push(step.node.type);
      }
      if (found.join(' ') !== structure.join(' ')) throw new Error(`${literal} is ${found.join(' ')}`);
      return text;
    });

/** A workflow's own parser: fails where a value is anything but a string, such as an expression. */
export const workflowParser: Reader = (literals) => {
  const content = `on: push\nenv:\n${numbered(literals, (name, literal) => `  ${name}: ${literal}`)}jobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n`;
  const { value, context } = parseWorkflow({ name: 'ci.yml', content }, new NoOperationTraceWriter());
  const [error] = context.errors.getErrors();
  if (value === undefined || error !== undefined) throw new Error(error?.message);
  const values: Record<string, string> = {};
  const workflow = value.assertMapping('workflow');
  for (const { key, value: section } of workflow) {
    if (key.toString() !== 'env') continue;
    for (const { key: name, value: text } of section.assertMapping('env')) {
      values[name.toString()] = text.assertString('a text').value;
    }
  }
  return inOrder(values, literals.length);
};

/** First Python that has the modules; pyenv's several versions differ in that. */
export const pythonWith = (module: string): string | undefined => {
  if (!pythons.has(module)) {
    const python = toolFolders()
      .map((folder) => join(folder, 'python3'))
      .find((program) => spawnSync(program, ['-c', `import ${module}`]).status === 0);
    pythons.set(module, python);
  }
  return pythons.get(module);
};
const pythons = new Map<string, string | undefined>();

const python =
  (module: string, script: string): Reader =>
  async (literals) => {
    const program = pythonWith(module);
    if (program === undefined) throw new Error(`no Python has ${module}`);
    const source = `import json, sys, ${module}\nliterals = json.loads(sys.stdin.buffer.read())\n${script}\njson.dump(values, sys.stdout)\n`;
    return JSON.parse(await run(program, ['-c', source], JSON.stringify(literals))) as readonly string[];
  };

export const pyYaml = python(
  'yaml',
  `values = []
for literal in literals:
    value = yaml.safe_load(f"a:\\n  b: {literal}\\n  c: [{literal}, {literal}]\\n  d: end\\n")["a"]
    if value["c"] != [value["b"]] * 2 or value["d"] != "end" or not isinstance(value["b"], str):
        raise ValueError(literal)
    if len(literal) < 1000 and list(yaml.safe_load(f"{literal}: 1\\n")) != [value["b"]]:
        raise ValueError(literal)
    values.append(value["b"])`,
);

export const tomllib = python(
  'tomllib',
  'values = [tomllib.loads(f"a = {literal}\\n")["a"] for literal in literals]',
);

export const pythonLiteral = python('ast', 'values = [ast.literal_eval(literal) for literal in literals]');

export const sqlite = python(
  'sqlite3',
  `values = [sqlite3.connect(":memory:").execute(f"select {literal}").fetchone()[0] for literal in literals]`,
);

export const pythonDotenv = python(
  'dotenv',
  `import io
from dotenv import dotenv_values
lines = "".join(f"# why\\nK{index}={literal}\\n" for index, literal in enumerate(literals))
values = list(dotenv_values(stream=io.StringIO(lines)).values())`,
);

/** The comments of a Python source in which every second line is code. */
export const pythonComments = python(
  'tokenize',
  `import ast, io, tokenize
source = "".join(f"# {literal}\\nx\\n" for literal in literals)
if len(ast.parse(source).body) != len(literals):
    raise ValueError("a comment is code")
tokens = tokenize.generate_tokens(io.StringIO(source).readline)
values = [token.string[2:] for token in tokens if token.type == tokenize.COMMENT]`,
);

export const yamlComments: Reader = (literals) =>
  literals.map((literal) => {
    const contents = parseYaml(`a: 1\n# ${literal}\nb: 2\n`) as unknown;
    if (JSON.stringify(contents) !== '{"a":1,"b":2}') throw new Error(literal);
    return literal;
  });

/** Fails where a comment swallows the definition in the next line or becomes one itself. */
export const makeComments: Reader = async (literals) => {
  const makefile = `${numbered(literals, (name, literal) => `# ${literal}\n${name} := kept`)}all:;@:\n$(info $(words ${literals.map((_, index) => `$(K${index})`).join(' ')}))\n`;
  const kept = await run(requireTool('make'), ['-f', '-'], makefile);
  if (kept.trim() !== String(literals.length)) throw new Error(`make kept ${kept} of ${literals.length}`);
  return literals;
};

/** A script that prints every literal; the folder must stay empty, or something in a literal was run. */
export const shell =
  (program: string): Reader =>
  (literals) =>
    inFolder(async (folder) => {
      const script = literals.map((literal) => `printf '%s\\0' ${literal}\n`).join('');
      // Standard input is the script: no limit on its length, and no file in the folder.
      const output = await run(requireTool(program), ['-s'], script, folder);
      assertNothingRan(folder);
      return nulSeparated(output);
    });

export const sourcedEnv =
  (program: string): Reader =>
  (literals) =>
    inFolder(async (folder) => {
      const print = literals.map((_, index) => `printf '%s\\0' "$K${index}"\n`).join('');
      const script = numbered(literals, (name, literal) => `# why\n${name}=${literal}`) + print;
      const output = await run(requireTool(program), ['-s'], script, folder);
      assertNothingRan(folder);
      return nulSeparated(output);
    });

function assertNothingRan(folder: string): void {
  const files = readdirSync(folder);
  if (files.length > 0) throw new Error(`a literal was run and made ${files.join(', ')}`);
}

/** The values of variables, printed by make itself. */
export const makeVariable: Reader = async (literals) => {
  const print = literals.map((_, index) => `$(info $(K${index}))\n`).join('');
  const makefile = `${numbered(literals, (name, literal) => `${name} := ${literal}`)}${print}all:;@:\n`;
  const output = await run(requireTool('make'), ['--warn-undefined-variables', '-f', '-'], makefile);
  return output.split('\n').slice(0, -1);
};

/** The words that the shell gets from recipes; the folder must stay empty. */
export const makeRecipe: Reader = (literals) =>
  inFolder(async (folder) => {
    const recipe = literals.map((literal) => `\t@printf '%s\\0' ${literal}\n`).join('');
    const output = await run(requireTool('make'), ['-f', '-'], `all:\n${recipe}`, folder);
    assertNothingRan(folder);
    return nulSeparated(output);
  });

/** Docker Compose prints its configuration as input for itself: with every dollar sign doubled. */
async function composeEnvironment(folder: string, file: string, count: number): Promise<readonly string[]> {
  const compose = requireTool('docker-compose');
  const config = await run(compose, ['-f', '-', 'config', '--format', 'json'], file, folder);
  const { services } = JSON.parse(config) as { services: { a: { environment: Record<string, string> } } };
  return inOrder(services.a.environment, count).map((value) => value.replaceAll('$$', () => '$'));
}

export const compose: Reader = (literals) =>
  inFolder(async (folder) => {
    const environment = numbered(literals, (name, literal) => `      ${name}: ${literal}`);
    const file = `name: a\nservices:\n  a:\n    image: a\n    environment:\n${environment}`;
    return composeEnvironment(folder, file, literals.length);
  });

export const composeEnvFile: Reader = (literals) =>
  inFolder(async (folder) => {
    writeFileSync(
      join(folder, 'a.env'),
      numbered(literals, (name, literal) => `# why\n${name}=${literal}`),
    );
    const file = `name: a\nservices:\n  a:\n    image: a\n    env_file: [a.env]\n`;
    return composeEnvironment(folder, file, literals.length);
  });

/** BuildKit's own Dockerfile parser, as a small Go program. */
export const buildkit: Reader = async (literals) => {
  const source = `FROM scratch\n${numbered(literals, (name, literal) => `ENV ${name}=${literal}`)}`;
  const folder = join(import.meta.dirname, 'dockerfile-values');
  return inOrder(
    record(JSON.parse(await run(requireTool('go'), ['run', '.'], source, folder))),
    literals.length,
  );
};

/** Whether the Go program can be built, which needs BuildKit's module in the cache or a network. */
export const canBuildDockerfileReader = (): boolean => {
  const go = findTool('go');
  const cwd = join(import.meta.dirname, 'dockerfile-values');
  return (
    go !== undefined &&
    spawnSync(go, ['build', '-o', '/dev/null', '.'], { cwd, timeout: MINUTE }).status === 0
  );
};

/** nginx answers with the texts on a socket of its own. */
export const nginx: Reader = (literals) =>
  inFolder(async (folder) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join(' ');
    const locations = literals
      .map((literal, index) => `location = /${index} { return 200 ${literal}; }\n`)
      .join('');
    const socket = join(folder, 'socket');
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}\n` +
        `http { access_log off; default_type text/plain; keepalive_requests 100000; ${temporary}\n` +
        `server { listen unix:${socket};\n${locations} } }\n`,
    );
    const options = ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
    await run(requireTool('nginx'), ['-t', ...options]);
    const server = spawn(requireTool('nginx'), options, { stdio: 'ignore' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const values: string[] = [];
      for (const index of literals.keys()) values.push(await fetched(agent, socket, `/${index}`));
      return values;
    } finally {
      agent.destroy();
      server.kill('SIGKILL');
    }
  });

/** The answer to a request, which is repeated until the server listens. */
async function fetched(agent: Agent, socketPath: string, path: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await new Promise<string>((resolve, reject) => {
        get({ agent, socketPath, path }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            resolve(Buffer.concat(chunks).toString());
          });
        }).on('error', reject);
      });
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
