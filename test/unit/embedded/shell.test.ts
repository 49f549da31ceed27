/** The check `shell` on bad twins. */
import { shell } from '../../../src/verify/embedded/shell.ts';
import { testTwins } from './twins.ts';

testTwins(
  shell,
  [
    {
      rule: 'shell-strict-mode',
      file: 'scripts/wait.sh',
      from: 'set -euo pipefail',
      to: 'set -eu',
      at: 'set -eu',
    },
    { rule: 'shell-strict-mode', file: 'scripts/backup.sh', from: 'set -eu\n', to: '', at: 'pg_dump' },
    {
      rule: 'shell-executable',
      file: 'scripts/wait.sh',
      to: '#!/usr/bin/env bash\nset -euo pipefail\n',
      executable: false,
      at: '#!',
    },
    {
      rule: 'shell-crlf',
      file: 'scripts/wait.sh',
      from: 'set -euo pipefail\n',
      to: 'set -euo pipefail\r\n',
      at: 'set -euo',
    },
  ],
  {
    'the long options': [
      {
        file: 'scripts/wait.sh',
        from: 'set -euo pipefail',
        to: 'set -o errexit -o nounset\nset -o pipefail',
      },
    ],
    'a library that is sourced': [{ file: 'scripts/lib.sh', to: 'hello() { echo hello; }\n' }],
    'a Python script that nobody starts by its path': [{ file: 'app/x.py', to: '#!/usr/bin/env python3\n' }],
  },
);
