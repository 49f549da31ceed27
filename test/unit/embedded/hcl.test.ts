/** The check `hcl` on bad twins. */
import { hcl } from '../../../src/verify/embedded/hcl.ts';
import { testTwins } from './twins.ts';

testTwins(
  hcl,
  [
    { rule: 'hcl-syntax', file: 'terraform/main.tf', from: 'string\n', to: '\n', at: 'type        =' },
    { rule: 'hcl-syntax', file: 'terraform/main.tf', from: '${var.region}', to: '${var.region' },
    { rule: 'hcl-syntax', file: 'terraform/prod.tfvars', to: 'region = "eu\n' },
    { rule: 'hcl-syntax', file: 'docker-bake.hcl', to: 'target "a" {\n', at: 'target' },
  ],
  {
    'a lock': [
      {
        file: 'terraform/.terraform.lock.hcl',
        to: 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "6.0.0"\n}\n',
      },
    ],
  },
);
