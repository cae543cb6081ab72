import type { Command } from './command.ts';
import { PARTS, runTests } from './run-tests.ts';

export const command: Command = {
  name: 'test',
  operands: `[${PARTS.join('|')}] [path...]`,
  summary: 'run every check and test, or one part: check, unit, e2e',
  flags: [],
  details: `
  check  lint and format (Biome), types (tsc), layering (dependency-cruiser), unused code (knip)
  unit   tests beside their files
  e2e    a real server and a real browser

The last line is the sum: "N passed, N failed". Paths narrow unit and e2e: ./visavis test unit server/core`,
  run: runTests,
};
