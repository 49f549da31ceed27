import { expect, test } from '@playwright/test';
import { API_PREFIX } from '../../src/project.ts';
import { registered } from './registered.ts';

test('who registers and opens the mail is logged in, until they log out', async ({
  page,
  request,
}) => {
  const { email, headers } = await registered(page, request);
  const me = async () => request.get(`${API_PREFIX}/auth/me`, { headers });
  expect(await (await me()).json()).toMatchObject({ email, role: 'user' });
  expect((await request.post(`${API_PREFIX}/auth/logout`, { headers })).status()).toBe(204);
  expect((await me()).status()).toBe(401);
});

test('a link that is none of ours verifies nobody', async ({ page }) => {
  await page.goto(`${API_PREFIX}/auth/verify-email?token=${'x'.repeat(43)}`);
  await page.getByRole('button', { name: 'Verify my e-mail address' }).click();
  await expect(page.getByText('Your e-mail address is verified')).toHaveCount(0);
  await expect(page.locator('body')).toContainText('detail');
});
