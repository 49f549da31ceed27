/** Hands mails over to an SMTP server. */
import { createTransport, type Transporter } from 'nodemailer';
import type { Mail, Mailer } from '../../domain/auth/ports.ts';
import type { Settings } from '../../settings/settings.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'smtp:': 25, 'smtps:': 465 };

/**
 * `smtps://` is encrypted from the start. `smtp://` changes to TLS when the server offers it, and has to do so in
 * production and wherever there is a password: neither a link nor a password goes over the network in the clear.
 */
export class SmtpMailer implements Mailer {
  readonly #transport: Transporter;
  readonly #sender: string;

  /** Nothing connects before the first mail. */
  constructor({
    smtpUrl,
    smtpTimeoutSeconds,
    mailFrom,
    environment,
  }: Pick<Settings, 'smtpUrl' | 'smtpTimeoutSeconds' | 'mailFrom' | 'environment'>) {
    const url = new URL(smtpUrl);
    const milliseconds = smtpTimeoutSeconds * 1000;
    this.#sender = mailFrom;
    this.#transport = createTransport({
      host: url.hostname,
      port: Number(url.port || DEFAULT_PORTS[url.protocol]),
      secure: url.protocol === 'smtps:',
      requireTLS: environment === 'production' || url.username !== '',
      ...(url.username !== '' && {
        auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
      }),
      connectionTimeout: milliseconds,
      greetingTimeout: milliseconds,
      socketTimeout: milliseconds,
      // A mail is text of ours: it is to take in no file and no page.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send({ to, subject, text }: Mail): Promise<void> {
    await this.#transport.sendMail({
      from: this.#sender,
      // As an address and not as text, which could name several.
      to: { name: '', address: to },
      subject,
      text,
      // Nobody is to answer that they are on holiday.
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  }
}
