export interface Registry {
  readonly url: string;
  readonly close: () => void;
}
export function startRegistry(folder: string): Promise<Registry>;
export function packEverything(folder: string): string;
export function entriesOf(tarball: Buffer): readonly { readonly path: string; readonly content: Buffer }[];
export function npm(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): { readonly stdout: string; readonly stderr: string };
export function cleanEnvironment(folder: string, registry?: string): Record<string, string>;
