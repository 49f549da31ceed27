/** Whose word on the address of a client is believed in production. */

/**
 * Where the proxies of all platforms are (RFC 1918, 6598, 3927, 4193). They append to X-Forwarded-For what calls them, so
 * what stands behind the last of them is no client's invention.
 */
export const PRIVATE_NETWORKS = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
] as const;
