/** Certificates that speak for themselves: what serves HTTPS in a test has one, and the other side is told to trust it. */
import { run } from './keep.ts';

/** Where the two parts are written. */
export interface SelfSignedFiles {
  readonly key: string;
  readonly certificate: string;
}

/** Makes one for 127.0.0.1 that is good for two days. */
export async function makeSelfSigned(name: string, { key, certificate }: SelfSignedFiles): Promise<void> {
  await run([
    ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', key, '-out', certificate],
  ]);
}
