#!/usr/bin/env node
// Stands in for gh: keeps pull requests in a file, writes down what it is asked, and refuses what it does not know.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { GH_STATE: stateFile, GH_LOG: log, GH_TOKEN: token } = process.env;
const [noun, verb, ...rest] = process.argv.slice(2);
appendFileSync(log, `${JSON.stringify(process.argv.slice(2))}\n`);
if (!token) fail('no token');

const state = existsSync(stateFile)
  ? JSON.parse(readFileSync(stateFile, 'utf8'))
  : { pulls: {}, statuses: [] };
const text = { type: 'string' };
const flag = { type: 'boolean' };
const parsed = (options) => parseArgs({ args: rest, options, allowPositionals: true });
const git = (slug, ...args) =>
  execFileSync('git', ['-C', `${process.env.GH_REMOTES}/${slug}.git`, ...args], { encoding: 'utf8' }).trim();

switch (`${noun} ${verb}`) {
  case 'auth setup-git':
    break;
  case 'pr list': {
    const { values } = parsed({ repo: text, head: text, state: text, limit: text, json: text });
    if (values.repo === process.env.GH_BROKEN) fail('HTTP 502');
    const pulls = (state.pulls[values.repo] ?? []).filter(({ head }) => head === values.head);
    const keys = values.json.split(',');
    console.log(
      JSON.stringify(
        pulls.map((pull) => Object.fromEntries(keys.map((key) => [key, valueOf(values.repo, pull, key)]))),
      ),
    );
    break;
  }
  case 'pr create': {
    const { values } = parsed({
      repo: text,
      head: text,
      base: text,
      title: text,
      'body-file': text,
      draft: flag,
    });
    const pulls = (state.pulls[values.repo] ??= []);
    const isOpen = (pull) => pull.head === values.head && pull.state === 'OPEN' && !pull.isCrossRepository;
    if (pulls.some(isOpen)) fail('there is one already');
    pulls.push({
      number: Math.max(0, ...pulls.map(({ number }) => number)) + 1,
      state: 'OPEN',
      head: values.head,
      base: values.base,
      title: values.title,
      body: readFileSync(values['body-file'], 'utf8'),
      isDraft: values.draft === true,
      isCrossRepository: false,
    });
    break;
  }
  case 'pr edit': {
    const { values, positionals } = parsed({ repo: text, base: text, title: text, 'body-file': text });
    const pull = pullOf(values.repo, positionals[0]);
    Object.assign(pull, {
      base: values.base,
      title: values.title,
      body: readFileSync(values['body-file'], 'utf8'),
    });
    break;
  }
  case 'pr ready': {
    const { values, positionals } = parsed({ repo: text, undo: flag });
    pullOf(values.repo, positionals[0]).isDraft = values.undo === true;
    break;
  }
  case 'api --method': {
    const [method, path, ...fields] = rest;
    if (method !== 'POST' || !/^repos\/[^/]+\/[^/]+\/statuses\/[0-9a-f]{40}$/.test(path))
      fail(`no ${method} ${path}`);
    state.statuses.push({ path, fields: fields.filter((word) => word !== '-f') });
    break;
  }
  case 'repo list': {
    const { values, positionals } = parsed({
      topic: text,
      'no-archived': flag,
      limit: text,
      json: text,
      jq: text,
    });
    if (values.topic !== process.env.GH_TOPIC) fail('another topic');
    const urls = process.env.GH_REPOSITORIES.split(' ').map((name) => ({
      url: `https://github.com/${positionals[0]}/${name}`,
    }));
    process.stdout.write(
      execFileSync('jq', ['-c', values.jq], { input: JSON.stringify(urls), encoding: 'utf8' }),
    );
    break;
  }
  default:
    fail(`unknown command ${noun} ${verb}`);
}
writeFileSync(stateFile, JSON.stringify(state, null, 2));

function valueOf(slug, pull, key) {
  if (key !== 'headRefOid') return pull[key];
  // A closed pull request keeps the commit that it was closed with.
  return pull.closedAt ?? git(slug, 'rev-parse', `refs/heads/${pull.head}`);
}

function pullOf(slug, number) {
  const pull = state.pulls[slug]?.find((one) => String(one.number) === number && one.state === 'OPEN');
  return pull ?? fail(`no open pull request ${number}`);
}

function fail(why) {
  console.error(`gh: ${why}`);
  process.exit(1);
}
