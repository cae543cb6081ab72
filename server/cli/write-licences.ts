import { readFileSync, writeFileSync } from 'node:fs';
import { renderLicences } from './licences.ts';

/** `npm run licences`: brings THIRD-PARTY.md up to date with the lock file. */
const at = (path: string) => new URL(`../../${path}`, import.meta.url);
writeFileSync(
  at('THIRD-PARTY.md'),
  renderLicences(JSON.parse(readFileSync(at('package.json'), 'utf8')), JSON.parse(readFileSync(at('package-lock.json'), 'utf8'))),
);
