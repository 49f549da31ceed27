/** The parts of a container image reference, as far as its pinning goes. */

/** Why an image is not pinned to one version, or undefined when it is. */
export function pinFault(image: string): string | undefined {
  if (image.includes('@sha256:')) return undefined;
  const name = image.slice(image.lastIndexOf('/') + 1);
  // A colon inside of `${TAG:-1.2}` is not the one before the tag.
  const bare = name.replace(/\$\{[^}]*\}/g, (variable) =>
    /:?-latest\}$/.test(variable) ? 'latest' : 'VARIABLE',
  );
  const tag = /:([^:]+)$/.exec(bare)?.[1];
  if (tag === undefined) return bare === 'VARIABLE' ? undefined : 'has no tag, which means "latest"';
  if (tag === 'latest' || tag.startsWith('latest-')) return 'is tagged "latest", which moves';
  if (/^(?:stable|edge|main|master|nightly|dev|lts)$/.test(tag)) return `has the moving tag "${tag}"`;
  return undefined;
}
