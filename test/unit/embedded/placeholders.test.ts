/** The check `placeholders` on bad twins. */
import { placeholders } from '../../../src/verify/embedded/placeholders.ts';
import { testTwins } from './twins.ts';

testTwins(
  placeholders,
  [
    { rule: 'placeholders-marker', file: 'app/db/migrate.py', to: '# TODO: write it\n' },
    { rule: 'placeholders-marker', file: 'docs/HANDBOOK.md', from: 'A tour', to: 'FIXME: a tour' },
    { rule: 'placeholders-value', file: '.env.example', from: 'SECRET_KEY=', to: 'SECRET_KEY=change-me' },
    { rule: 'placeholders-value', file: 'kubernetes/base/rbac.yaml', from: 'shop-leader', to: 'REPLACE_ME' },
    { rule: 'placeholders-value', file: 'app/db/migrate.py', to: 'PASSWORD = "changeme"\n' },
    {
      rule: 'placeholders-value',
      file: 'README.md',
      from: 'https://github.com/acme/',
      to: 'https://github.com/your-org/',
    },
    { rule: 'placeholders-value', file: 'README.md', from: 'localhost:8000', to: '<your-host>:8000' },
    { rule: 'placeholders-value', file: 'terraform/prod.tfvars', to: 'key = "YOUR_KEY_HERE"\n' },
    {
      rule: 'placeholders-domain',
      file: 'README.md',
      from: 'https://example.com/picture.svg',
      to: 'https://yourdomain.com/picture.svg',
    },
    { rule: 'placeholders-lorem', file: 'README.md', from: '# Shop', to: '# Lorem ipsum' },
  ],
  {
    'a script that looks for markers': [
      { file: 'scripts/backup.sh', from: 'set -eu', to: 'set -eu\n! grep -rn TODO app' },
    ],
    'the name of a temporary file': [
      { file: 'scripts/backup.sh', from: 'set -eu', to: 'set -eu\nmktemp XXXXXX' },
    ],
    'a refused value in code': [
      { file: 'web/a.ts', to: 'if (secret === "changeme") throw new Error("weak");\n' },
    ],
    'domains of RFC 2606': [{ file: 'web/a.env', to: 'HOST=shop.example.com\n' }],
    'the word your': [
      {
        file: 'docs/a.md',
        to: 'Push to your registry, with your own token; XXX-Large is a size.\n'.replace(
          'XXX-Large',
          'large',
        ),
      },
    ],
  },
);
