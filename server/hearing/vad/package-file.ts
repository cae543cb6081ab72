import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Absolute path of a file inside an installed package, or undefined. */
export function packageFile(specifier: string): string | undefined {
  try {
    return require.resolve(specifier);
  } catch {
    return undefined;
  }
}
