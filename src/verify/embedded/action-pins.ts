/** What is known of GitHub actions: their pinned commits, versions and inputs. */
import actions from '../../component/pins/actions.json' with { type: 'json' };

export interface KnownAction {
  readonly sha: string;
  readonly version: string;
  /** Inputs by name, of the folder that was asked for; undefined when they are not known. */
  readonly inputs: Readonly<Record<string, string>> | undefined;
}

interface Entry {
  readonly sha: string;
  readonly version: string;
  readonly inputs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const byName = new Map(
  Object.entries(actions as Readonly<Record<string, Entry>>).map(([name, entry]) => [
    name.toLowerCase(),
    entry,
  ]),
);

/** @param name `owner/repository` or `owner/repository/folder`; GitHub ignores case in the first two */
export function knownAction(name: string): KnownAction | undefined {
  const [owner = '', repository = '', ...folder] = name.split('/');
  const entry = byName.get(`${owner}/${repository}`.toLowerCase());
  return entry && { sha: entry.sha, version: entry.version, inputs: entry.inputs?.[folder.join('/') || '.'] };
}
