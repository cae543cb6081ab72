import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderLicences } from './licences.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('THIRD-PARTY.md tells the licence of every package of the lock file', () => {
  const table = read('THIRD-PARTY.md');
  expect(table, 'run `npm run licences`').toBe(renderLicences(JSON.parse(read('package.json')), JSON.parse(read('package-lock.json'))));
  expect(table).not.toContain('unknown');
});

it('nothing that must be given on under the GPL is asked for', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { license?: string }> };
  const copyleft = Object.entries(packages).filter(([, { license = '' }]) => /(?<!L)GPL/.test(license));
  expect(copyleft.map(([path]) => path)).toEqual([]);
});

it('the lock file names no host', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
});

it('sorts by licence, names a package once and leaves out those for tests', () => {
  const table = renderLicences(
    { dependencies: { b: '1.0.0' }, devDependencies: { tester: '2.0.0' } },
    {
      packages: {
        '': {},
        'node_modules/b': { version: '1.0.0', license: 'MIT' },
        'node_modules/c': { version: '3.0.0', license: 'ISC' },
        'node_modules/b/node_modules/c': { version: '2.0.0', license: 'ISC' },
        'node_modules/a': { version: '3.0.0', license: 'ISC' },
        'node_modules/tester': { version: '2.0.0', license: 'Apache-2.0', dev: true },
        'node_modules/tester-core': { version: '2.0.0', license: 'Apache-2.0', dev: true },
      },
    },
  );
  expect(table).toContain('| b | 1.0.0 | MIT | running |  |');
  expect(table).toContain('| tester | 2.0.0 | Apache-2.0 | tests and checks |  |');
  expect(table).toContain('| ISC | a, c |');
  expect(table).not.toContain('tester-core');
});
