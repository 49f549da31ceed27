/** The smallest application that keeps the contract of app/README.md, in the one language that Debian's base system has. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAM = `#!/usr/bin/perl
use IO::Socket::INET;
$SIG{TERM} = sub { exit 0 };
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) {
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n/ }
  print $client "HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok";
  close $client;
}
`;

/** Puts it into a rendered repository. */
export function bringApplication(folder: string): void {
  const program = join(folder, 'app/run');
  writeFileSync(program, PROGRAM);
  chmodSync(program, 0o755);
}
