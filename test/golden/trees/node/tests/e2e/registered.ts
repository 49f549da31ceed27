/** A person who registers as people do: with a form's worth of data, a mail, and a button in a browser. */
import type { APIRequestContext, Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { expect } from '@playwright/test';
import { API_PREFIX } from '../../src/project.ts';
import { openMailbox } from '../support/mailbox.ts';
import { portOf } from './environment.ts';

const AUTH = `${API_PREFIX}/auth`;
const PASSWORD = 'correct horse 7';

export interface Registered {
  readonly email: string;
  readonly accessToken: string;
  readonly headers: Readonly<Record<string, string>>;
}

export async function registered(page: Page, request: APIRequestContext): Promise<Registered> {
  const email = `${randomUUID()}@example.org`;
  const mailbox = await openMailbox(portOf('mail'));
  try {
    const data = { email, password: PASSWORD, full_name: 'Jo Doe' };
    expect((await request.post(`${AUTH}/register`, { data })).status()).toBe(202);
    const [link = ''] = /http:\/\/\S+verify-email\S+/.exec(await mailbox.next(email)) ?? [];
    await page.goto(link);
    await page.getByRole('button', { name: 'Verify my e-mail address' }).click();
    await expect(page.getByText('Your e-mail address is verified')).toBeVisible();
  } finally {
    await mailbox.close();
  }
  const login = await request.post(`${AUTH}/login`, { data: { email, password: PASSWORD } });
  expect(login.status()).toBe(200);
  const { access_token: accessToken } = (await login.json()) as { access_token: string };
  return { email, accessToken, headers: { authorization: `Bearer ${accessToken}` } };
}
