/** Does every HCL file (Terraform, its variables and tests, Packer, Bake) parse? */
import type { EmbeddedCheck, Rule } from '../check.ts';
import { FindingList } from './finding-list.ts';
import { extensionOf, textOf } from './source-text.ts';

const rules = [
  {
    id: 'hcl-syntax',
    summary: 'Every HCL file parses.',
    source:
      'HCL 2 native syntax, https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, read by its own parser',
    fix: 'mend the HCL at this line; `terraform fmt` shows the same mistake',
  },
] as const satisfies readonly Rule[];

export const hcl: EmbeddedCheck = {
  id: 'hcl',
  description: 'every Terraform and HCL file parses',
  rules,
  judges: ({ path }) => ['tf', 'tfvars', 'hcl'].includes(extensionOf(path)),
  run: async (files) => {
    // The parser is Go compiled to WebAssembly: 95 MB when loaded, so only where there is HCL.
    const { parse } = await import('@cdktf/hcl2json');
    const found = new FindingList(rules);
    for (const file of files) {
      try {
        // An empty text is a valid file to Terraform, but not to this parser.
        if (textOf(file).trim() !== '') await parse(file.path, textOf(file));
      } catch (error) {
        const { line, message } = readFault(String((error as Error | undefined)?.message ?? error));
        found.add('hcl-syntax', file.path, line, message);
      }
    }
    return found.sorted();
  },
};

/** `parse config: [main.tf:2,13-3,1: Invalid expression; Expected …]` (hcl.Diagnostics.Error). */
function readFault(text: string): { line: number; message: string } {
  const match = /:(\d+),\d+(?:-\d+(?:,\d+)?)?: (.*?)\]?$/s.exec(text);
  return { line: Number(match?.[1] ?? 1), message: match?.[2] ?? text };
}
