/** Asks GitHub which commit a tag of an action stands for (REST API, "Git database"). */
import { type BulwarkError, machineError, usageError } from '../errors.ts';
import { listOf, recordOf, type PlainRecord } from '../verify/embedded/plain-data.ts';
import { COMMIT, type ActionName, type ActionPin } from './reference.ts';
import { ask, jsonOf, rateLimited, type Answer, type RequestPorts } from './requests.ts';

export interface GitHub {
  /** `https://api.github.com`, or that of an Enterprise Server. */
  readonly api: URL;
  /** Sent to the API and nowhere else. */
  readonly token: string | undefined;
}

export type ActionContent =
  | { readonly outcome: 'pinned'; readonly pin: ActionPin }
  /** It moves by design, so it is not pinned. */
  | { readonly outcome: 'branch' };

export type AskGitHub = (action: ActionName) => Promise<ActionContent>;

const PUBLIC_API = 'https://api.github.com';
/** An annotated tag may point at another one; Git itself does not nest them. */
const MAX_TAGS = 4;
/** Annotated tags whose commit has to be asked for, one by one, to find the fullest version. */
const MAX_LOOKED_AT = 8;

/**
 * GitHub as the environment tells: `GITHUB_TOKEN` or `GH_TOKEN` for github.com, `GITHUB_API_URL` and `GH_ENTERPRISE_TOKEN` for an
 * Enterprise Server (names of gh and of Actions), so that a token of one is never sent to the other.
 * @throws BulwarkError (code 2) `invalid-value` where `GITHUB_API_URL` is no address
 */
export function gitHubOf(environment: Readonly<Record<string, string | undefined>>): GitHub {
  const written = environment.GITHUB_API_URL ?? '';
  const address = (written === '' ? PUBLIC_API : written).replace(/\/+$/, '');
  if (!URL.canParse(address)) {
    throw usageError([
      {
        id: 'invalid-value',
        message: 'GITHUB_API_URL is no address',
        where: 'GITHUB_API_URL',
        hint: `unset it, or set it to such as https://github.example.com/api/v3`,
      },
    ]);
  }
  const { GITHUB_TOKEN, GH_TOKEN, GH_ENTERPRISE_TOKEN } = environment;
  const tokens = address === PUBLIC_API ? [GITHUB_TOKEN, GH_TOKEN] : [GH_ENTERPRISE_TOKEN];
  // A line end in it would be a header of its own.
  const token = tokens.find((one) => one !== undefined && /^[\x21-\x7e]+$/.test(one));
  return { api: new URL(address), token };
}

/**
 * @returns a function that throws BulwarkError: `tag-not-found`, `github-denied` (code 2), `bad-answer`, `rate-limited` and those of
 * `ask` (74)
 */
export function gitHubClient({ api, token }: GitHub, ports: RequestPorts): AskGitHub {
  const get = async (action: ActionName, path: string): Promise<Answer> => {
    const url = new URL(
      `${api.href.replace(/\/$/, '')}/repos/${action.owner}/${action.repository}/git/${path}`,
    );
    const answer = await ask(
      {
        url,
        accept: 'application/vnd.github+json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ports,
    );
    refuseLimits(answer, api.host, token);
    return answer;
  };

  /** The commit that an object of Git's leads to. */
  const commitOf = async (action: ActionName, object: PlainRecord): Promise<string | undefined> => {
    let { sha, type } = object;
    for (let tags = 0; type === 'tag' && isSha(sha) && tags < MAX_TAGS; tags += 1) {
      ({ sha, type } = recordOf(recordOf(jsonOf(await get(action, `tags/${sha}`))).object));
    }
    return type === 'commit' && isSha(sha) ? sha : undefined;
  };

  /** The fullest of the tags that say the same commit: `v4` and `v4.1.2` are one release. */
  const fullestTag = async (action: ActionName, sha: string): Promise<string> => {
    const { ref } = action;
    if (!/^v?\d+(?:\.\d+)?$/.test(ref)) return ref;
    const answer = await get(action, `matching-refs/tags/${encodeRef(ref)}.`);
    let looked = 0;
    for (const { name, object } of versionsIn(jsonOf(answer), ref)) {
      if (object.type === 'commit' && object.sha === sha) return name;
      if (object.type !== 'tag' || looked === MAX_LOOKED_AT) continue;
      looked += 1;
      if ((await commitOf(action, object)) === sha) return name;
    }
    return ref;
  };

  return async (action) => {
    const { ref } = action;
    const answer = await get(action, `ref/tags/${encodeRef(ref)}`);
    if (answer.status === 404) {
      const branch = await get(action, `ref/heads/${encodeRef(ref)}`);
      if (branch.status === 200) return { outcome: 'branch' };
      throw notFound(action, api.host, token);
    }
    const found = recordOf(jsonOf(answer));
    if (answer.status !== 200) throw badAnswer(api.host, `answers ${answer.status}`, action);
    const sha = found.ref === `refs/tags/${ref}` ? await commitOf(action, recordOf(found.object)) : undefined;
    if (sha === undefined) throw badAnswer(api.host, 'names no commit', action);
    return { outcome: 'pinned', pin: { sha, version: await fullestTag(action, sha) } };
  };
}

const isSha = (value: unknown): value is string => typeof value === 'string' && COMMIT.test(value);

const encodeRef = (ref: string): string => ref.split('/').map(encodeURIComponent).join('/');

/** Full versions of one tag, newest first; what has a suffix (`-rc.1`) is none. */
function versionsIn(
  refs: unknown,
  ref: string,
): readonly { readonly name: string; readonly object: PlainRecord }[] {
  const numbersOf = (name: string) => name.replace(/^v/, '').split('.').map(Number);
  return listOf(refs)
    .flatMap((entry) => {
      const { ref: full, object } = recordOf(entry);
      const name = typeof full === 'string' ? full.replace(/^refs\/tags\//, '') : '';
      return name.startsWith(`${ref}.`) && /^v?\d+(?:\.\d+){1,3}$/.test(name)
        ? [{ name, object: recordOf(object) }]
        : [];
    })
    .sort((a, b) => {
      const [left, right] = [numbersOf(a.name), numbersOf(b.name)];
      const at = right.findIndex((part, index) => part !== left[index]);
      return at < 0 ? right.length - left.length : (right[at] ?? 0) - (left[at] ?? 0);
    });
}

/** https://docs.github.com/rest: 403 or 429 with no requests remaining until `x-ratelimit-reset`. */
function refuseLimits({ status, headers }: Answer, host: string, token: string | undefined): void {
  if (status !== 401 && status !== 403 && status !== 429) return;
  if (headers.get('x-ratelimit-remaining') === '0') {
    const reset = Number(headers.get('x-ratelimit-reset') ?? 0) * 1000 - Date.now();
    if (token !== undefined) throw rateLimited(host, Math.max(0, reset));
    throw machineError({
      id: 'rate-limited',
      message: `${host} limits how often it may be asked`,
      where: host,
      hint: `set GITHUB_TOKEN: who is known may ask more often; or run the command again in ${Math.max(1, Math.ceil(reset / 60_000))} minutes`,
    });
  }
  throw usageError([
    {
      id: 'github-denied',
      message: `${host} refuses to answer (${status})`,
      where: host,
      hint:
        token === undefined
          ? 'set GITHUB_TOKEN (GH_ENTERPRISE_TOKEN for an Enterprise Server)'
          : 'is the token in GITHUB_TOKEN, GH_TOKEN or GH_ENTERPRISE_TOKEN still valid?',
    },
  ]);
}

const describe = ({ owner, repository, ref }: ActionName): string => `${owner}/${repository}@${ref}`;

const notFound = (action: ActionName, host: string, token: string | undefined): BulwarkError =>
  usageError([
    {
      id: 'tag-not-found',
      message: `${host} knows no tag for ${describe(action)}`,
      where: describe(action),
      hint:
        token === undefined
          ? 'is the tag right? a private repository needs GITHUB_TOKEN'
          : 'is the tag right? a private repository needs a token that may read it',
    },
  ]);

const badAnswer = (host: string, what: string, action: ActionName): BulwarkError =>
  machineError({
    id: 'bad-answer',
    message: `${host} ${what} for ${describe(action)}`,
    where: host,
    hint: 'try again later; if GITHUB_API_URL is set, is it right?',
  });
