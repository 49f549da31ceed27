/** The check `secrets` on bad twins; the tokens are put together here so that no scanner takes this file for a leak. */
import { secrets } from '../../../src/verify/embedded/secrets.ts';
import { testTwins } from './twins.ts';

const joined = (...parts: readonly string[]): string => parts.join('');
const random = 'q7Rk2Vw9Lx4Tz8Bn';

testTwins(
  secrets,
  [
    {
      rule: 'secrets-private-key',
      file: 'app/db/migrate.py',
      to: ['-----BEGIN', 'RSA PRIVATE KEY-----\n'].join(' '),
    },
    {
      rule: 'secrets-token',
      file: 'README.md',
      from: '# Shop',
      to: `# ${joined('AKIA', 'QYLPMN5HFIQR7XYA')}`,
    },
    {
      rule: 'secrets-token',
      file: 'README.md',
      from: '# Shop',
      to: `# ${joined('ghp_', `${random.repeat(2)}abcd`)}`,
    },
    {
      rule: 'secrets-token',
      file: 'README.md',
      from: '# Shop',
      to: `# ${joined('xoxb-', `123456789012-${random}`)}`,
    },
    {
      rule: 'secrets-token',
      file: 'README.md',
      from: '# Shop',
      to: `# ${joined('sk_live_', `${random}${random}`)}`,
    },
    {
      rule: 'secrets-url-password',
      file: '.env.example',
      from: 'shop:${DATABASE_PASSWORD}@',
      to: 'shop:hunter2@',
    },
    {
      rule: 'secrets-url-password',
      file: 'app/db/migrate.py',
      to: 'URL = "postgresql://postgres:postgres@localhost/shop"\n',
    },
    {
      rule: 'secrets-url-password',
      file: 'tests/test_main.py',
      from: '@localhost',
      to: '@db.acme.io',
      at: 'db.acme.io',
    },
    { rule: 'secrets-literal', file: 'app/db/migrate.py', to: `API_KEY = "${random}"\n` },
    { rule: 'secrets-literal', file: 'terraform/prod.tfvars', to: `db_password = "${random}"\n` },
    {
      rule: 'secrets-literal',
      file: 'kubernetes/base/rbac.yaml',
      from: 'kind: Role\n',
      to: `jwtSecret: ${random}\n`,
      at: 'jwtSecret',
    },
    { rule: 'secrets-env-example', file: '.env.example', from: 'SECRET_KEY=', to: 'SECRET_KEY=secret' },
    { rule: 'secrets-env-file', file: '.env', to: 'SECRET_KEY=secret\n' },
  ],
  {
    'names and references': [
      {
        file: 'a.yaml',
        to: 'tls_secret: shop-tls-2\nsecretKey: database-password-2026-01\npassword: ${DB_PASSWORD_PRODUCTION_1}\n',
      },
      {
        file: 'a.py',
        to: 'secret = settings.jwt_secret_key_2\nTOKEN_URL = "https://shop.example.com/oauth2/token"\n',
      },
    ],
    "the example key of AWS's documentation": [
      { file: 'docs/a.md', to: `${joined('AKIA', 'IOSFODNN7EXAMPLE')}\n` },
    ],
    'the public part of a key': [{ file: 'a.pem', to: '-----BEGIN PUBLIC KEY-----\n' }],
    'a lock': [{ file: 'uv.lock', to: `token = "${random}"\n` }],
  },
);
