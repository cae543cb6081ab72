import { writeFileSync } from 'node:fs';
import { renderDefaults } from '../core/config-document.ts';

/** `npm run defaults`: brings configs/default.yaml up to date with the schema. */
writeFileSync(new URL('../../configs/default.yaml', import.meta.url), renderDefaults());
