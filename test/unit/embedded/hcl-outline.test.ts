/** The outline of HCL: its paths are those of the parser that reads the values, its offsets those of the text. */
import { parse } from '@cdktf/hcl2json';
import { describe, expect, test } from 'vitest';
import { hclOutline } from '../../../src/verify/embedded/hcl-outline.ts';

const SOURCE = `# { not a block
terraform {
  required_version = ">= 1.9" // "quoted"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}

/* resource "x" "y" { */
resource "aws_instance" "a" {
  ami   = "ami-\${var.region == "eu" ? "1}" : "2"}"
  count = var.n > 1 ? 2 : (
    1 + 1
  )
  tags = merge(local.tags, {
    "acme.com/owner" = "team"
  })
  plain = "a \\"quote\\" $\${not} one"

  lifecycle {
    ignore_changes = [tags, ami]
  }
  ingress { port = 80 }
  ingress {
    port  = 443
    hosts = ["a.com", "b.com"]
  }
}
resource "aws_instance" "b" {
  user_data = <<-EOT
    resource "fake" "block" {
      a = 1
    }
  EOT
  after     = true
  empty     = {}
  loop      = { for k, v in var.m : k => v }
  each      = [for x in var.l : x.id]
}
locals {
  region = "eu-west-1"
  nested = {
    list = [{ a = 1 }, { a = 2 }]
    "quoted key" : "x"
  }
}
`;

const placesIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    hclOutline(text).map(({ path, offset }) => [
      path.join('/'),
      text.slice(offset, offset + 12).split('\n')[0] ?? '',
    ]),
  );

/** Paths of everything in the parser's answer, lists of blocks included. */
function pathsOf(value: unknown, path: readonly (string | number)[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path.join('/')];
  const below = Array.isArray(value) ? [...(value as readonly unknown[]).entries()] : Object.entries(value);
  return [path.join('/'), ...below.flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

test('every attribute, block and item that the parser reads has its place', async () => {
  const read = pathsOf(await parse('main.tf', SOURCE));
  const places = placesIn(SOURCE);
  // What the parser makes of labels and of expressions has no place of its own.
  const isMade = (path: string): boolean =>
    read.some((other) => other.startsWith(`${path}/`)) && !places.has(path) && !/\/\d+$/.test(path);
  expect(read.filter((path) => path !== '' && !places.has(path) && !isMade(path))).toEqual([]);
  expect([...places.keys()].filter((path) => !read.includes(path))).toEqual([]);
});

test('places are where the values begin', () => {
  const places = placesIn(SOURCE);
  expect(places.get('terraform/0')).toBe('terraform {');
  expect(places.get('terraform/0/required_providers/0/aws/version')).toBe('"~> 6.0" }');
  expect(places.get('resource/aws_instance/a/0/ami')).toBe('"ami-${var.r');
  expect(places.get('resource/aws_instance/a/0/ingress/1/port')).toBe('443');
  expect(places.get('resource/aws_instance/a/0/ingress/1/hosts/1')).toBe('"b.com"]');
  expect(places.get('resource/aws_instance/a/0/lifecycle/0')).toBe('lifecycle {');
  expect(places.get('resource/aws_instance/b/0/after')).toBe('true');
  expect(places.get('locals/0/nested/list/1/a')).toBe('2 }]');
  expect(places.get('locals/0/nested/quoted key')).toBe('"x"');
});

test('literals are plain strings alone', () => {
  const literals = new Map(hclOutline(SOURCE).map(({ path, literal }) => [path.join('/'), literal]));
  expect(literals.get('locals/0/region')).toBe('eu-west-1');
  expect(literals.get('resource/aws_instance/a/0/plain')).toBe('a "quote" $${not} one');
  expect(literals.get('resource/aws_instance/a/0/ami')).toBeUndefined();
  expect(literals.get('resource/aws_instance/a/0/count')).toBeUndefined();
  expect(hclOutline('a = "b" + "c"\n').map(({ literal }) => literal)).toEqual([undefined]);
});

describe('hostile texts end', () => {
  test.each([
    ['templates in templates', `a = ${'"${'.repeat(50_000)}`],
    ['blocks', 'a {\n'.repeat(50_000)],
    ['brackets', `a = ${'['.repeat(50_000)}`],
    ['objects', `a = ${'{ a = '.repeat(50_000)}`],
    ['closing ones', '}'.repeat(50_000)],
    ['a comment that does not end', `/*${' '.repeat(50_000)}`],
    ['a heredoc that does not end', `a = <<EOT\n${'x\n'.repeat(10_000)}`],
    ['noise', '\u0000"${<<~%{]})(='.repeat(3000)],
  ])('%s', (_, text) => {
    const start = performance.now();
    expect(hclOutline(text).length).toBeGreaterThanOrEqual(0);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
