import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/**
 * The real launcher in an empty project, on a machine made of scripts: what it runs is written to a file. The tools that
 * a POSIX shell takes for granted are the system's.
 */
const LAUNCHER = fileURLToPath(new URL('../../visavis', import.meta.url));
const COREUTILS = ['cat', 'cksum', 'dirname', 'env', 'find', 'mkdir', 'readlink', 'rm', 'sed', 'sh', 'tr', 'uname'];
const START_PACKAGES = ['libpocketsphinx3', 'pocketsphinx-en-us', 'festival', 'festvox-us-slt-hts', 'libespeak-ng1'];

let folder: string;
let project: string;
let bin: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-launcher-'));
  project = join(folder, 'project');
  bin = join(folder, 'bin');
  mkdirSync(project);
  mkdirSync(bin);
  copyFileSync(LAUNCHER, join(project, 'visavis'));
  writeFileSync(join(project, 'package.json'), '{\n  "name": "visavis",\n  "version": "9.8.7"\n}\n');
  writeFileSync(join(project, 'package-lock.json'), '{ "lockfileVersion": 3 }');
  for (const tool of COREUTILS) {
    const path = ['/usr/bin', '/bin'].map((place) => join(place, tool)).find((candidate) => existsSync(candidate));
    if (path) symlinkSync(path, join(bin, tool));
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const calls = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []);

function script(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}
const recorded = (name: string) => `echo "${name} $*" >>"${folder}/calls"`;

/** A Node of that version; instead of running the command line it says how it was called. */
const nodeScript = (version: string) => `if [ "$1" = --version ]; then echo v${version}; else echo "node ${version}: $*"; fi`;

interface Machine {
  readonly node?: string;
  /** Whether `npm install` works; absent: there is no npm. */
  readonly npm?: 'works' | 'offline' | 'without-scripts';
  /** Installed Debian packages; absent: no Debian. */
  readonly debian?: readonly string[];
  readonly apt?: 'works' | 'offline';
  readonly user?: 'root' | 'sudo' | 'nobody';
}

function setUp({ node, npm, debian, apt = 'works', user = 'root' }: Machine): void {
  if (node) script(join(bin, 'node'), nodeScript(node));
  const toolsBin = `${project}/.tools/node/node_modules/.bin`;
  const newNode = `mkdir -p "${toolsBin}"; printf '#!/bin/sh\\n%s\\n' '${nodeScript('24.21.0').replaceAll("'", "'\\''")}' >"${toolsBin}/node"; chmod +x "${toolsBin}/node"`;
  const packages = `mkdir -p "${project}/node_modules/fastify"`;
  if (npm) symlinkSync('/bin/chmod', join(bin, 'chmod'));
  if (npm === 'works') script(join(bin, 'npm'), `${recorded('npm')}\ncase "$*" in *--prefix*) ${newNode} ;; *) ${packages} ;; esac`);
  if (npm === 'without-scripts')
    script(join(bin, 'npm'), `${recorded('npm')}\ncase "$*" in *node-linux-*) ${newNode} ;; *--prefix*) ;; *) ${packages} ;; esac`);
  if (npm === 'offline') script(join(bin, 'npm'), `${recorded('npm')}\nexit 1`);

  script(join(bin, 'id'), `echo ${user === 'root' ? 0 : 1000}`);
  if (user === 'sudo') script(join(bin, 'sudo'), `[ "$2" = true ] && exit 0\n${recorded('sudo')}\nshift\nexec "$@"`);
  if (user === 'nobody') script(join(bin, 'sudo'), 'exit 1');
  if (!debian) return;
  const installed = join(folder, 'installed');
  writeFileSync(installed, debian.map((name) => `${name}\n`).join(''));
  script(join(bin, 'dpkg-query'), `sed 's/^/ii /' "${installed}"`);
  const install = 'for word in "$@"; do case $word in [a-z]*) echo "$word" ;; esac; done';
  const body = apt === 'works' ? `case "$*" in *install*) ${install} >>"${installed}" ;; esac` : 'exit 100';
  script(join(bin, 'apt-get'), `${recorded('apt-get')}\n${body}`);
}

async function visavis(args: readonly string[], options: { env?: Record<string, string>; path?: string } = {}) {
  const child = spawn(options.path ?? join(project, 'visavis'), args, { cwd: folder, env: { PATH: bin, HOME: folder, ...options.env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const cliCall = (version: string, ...args: string[]) =>
  `node ${version}: --disable-warning=ExperimentalWarning ${project}/server/cli.ts ${args.join(' ')}\n`;

describe('without installing anything', () => {
  it('explains itself and tells its version where there is no Node at all', async () => {
    setUp({});
    const help = await visavis(['--help']);
    for (const command of ['start', 'test', 'bench', 'doctor', 'dev']) expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(await visavis([])).toEqual(help);
    expect(await visavis(['--version'])).toMatchObject({ code: 0, stdout: '9.8.7\n' });
  });

  it('has compiled code kept beside the project, or where somebody wants it', async () => {
    setUp({});
    script(join(bin, 'node'), 'if [ "$1" = --version ]; then echo v24.0.0; else echo "$NODE_COMPILE_CACHE"; fi');
    expect((await visavis(['doctor'])).stdout).toBe(`${project}/.cache/compiled\n`);
    expect((await visavis(['doctor'], { env: { NODE_COMPILE_CACHE: '/elsewhere' } })).stdout).toBe('/elsewhere\n');
  });

  it('explains a command and examines the machine with Node alone', async () => {
    setUp({ node: '24.0.0', npm: 'works', debian: [] });
    expect(await visavis(['start', '--help'])).toEqual({ code: 0, stdout: cliCall('24.0.0', 'start', '--help'), stderr: '' });
    expect(await visavis(['doctor'])).toEqual({ code: 0, stdout: cliCall('24.0.0', 'doctor'), stderr: '' });
    expect(calls()).toEqual([]);
  });
});

describe('Node', () => {
  it.each(['24.0.0', '24.21.0', '25.0.0', '100.0.0'])('%s is new enough', async (node) => {
    setUp({ node, npm: 'works' });
    const { stdout } = await visavis(['start', '--port', '9000']);
    expect(stdout).toBe(cliCall(node, 'start', '--port', '9000'));
    expect(calls().filter((call) => call.includes('--prefix'))).toEqual([]);
  });

  it.each(['20.20.2', '22.21.3', '23.11.1', '9.0.0', undefined])(
    '%s is not: node@24 is installed first and used for all that follows',
    async (node) => {
      setUp({ node, npm: 'works' });
      const { code, stdout, stderr } = await visavis(['start']);
      expect(stderr).toContain(`found: ${node ? `v${node}` : 'none'}`);
      expect(calls()[0]).toMatch(/^npm install --prefix \S+\/\.tools\/node node@24 --no-save/);
      expect(calls()[1]).toMatch(/^npm install --no-save/);
      expect(stdout).toBe(cliCall('24.21.0', 'start'));
      expect(code).toBe(0);
    },
  );

  it('gets the binary by name where npm runs no install scripts', async () => {
    setUp({ node: '20.0.0', npm: 'without-scripts' });
    const { stdout } = await visavis(['doctor']);
    expect(calls()[1]).toMatch(/^npm install --prefix \S+ node-linux-\w+@24 --no-save/);
    expect(stdout).toBe(cliCall('24.21.0', 'doctor'));
  });

  it('says what to do when it cannot be installed', async () => {
    setUp({ node: '20.0.0', npm: 'offline' });
    const { code, stderr } = await visavis(['start']);
    expect(stderr).toContain('could not install Node 24 under .tools/. Install Node 24 or newer');
    expect(code).toBe(1);
  });

  it('says what to do when there is not even npm', async () => {
    setUp({});
    const { code, stderr } = await visavis(['start']);
    expect(stderr).toContain('needs npm');
    expect(code).toBe(1);
  });
});

describe('npm packages', () => {
  it('are installed once, and again when the lock or Node changes', async () => {
    setUp({ node: '24.0.0', npm: 'works' });
    await visavis(['start']);
    await visavis(['start']);
    await visavis(['dev']);
    expect(calls()).toHaveLength(1);
    writeFileSync(join(project, 'package-lock.json'), '{ "lockfileVersion": 3, "packages": {} }');
    await visavis(['start']);
    expect(calls()).toHaveLength(2);
    script(join(bin, 'node'), nodeScript('24.1.0'));
    await visavis(['start']);
    await visavis(['start']);
    expect(calls()).toHaveLength(3);
  });

  it('that are here are used when npm cannot reach its registry', async () => {
    setUp({ node: '24.0.0', npm: 'offline' });
    expect(await visavis(['start'])).toMatchObject({ code: 1, stdout: '' });
    mkdirSync(join(project, 'node_modules/fastify'), { recursive: true });
    const { code, stdout, stderr } = await visavis(['start']);
    expect(stderr).toContain('going on with the packages that are here');
    expect(stdout).toBe(cliCall('24.0.0', 'start'));
    expect(code).toBe(0);
  });
});

describe('Debian packages', () => {
  const machine = { node: '24.0.0', npm: 'works' } as const;
  const aptCalls = () => calls().filter((call) => call.startsWith('apt-get'));

  it('that the command needs are installed by root, once, telling what', async () => {
    setUp({ ...machine, debian: ['festival'] });
    const { stderr } = await visavis(['start']);
    const lacking = START_PACKAGES.filter((name) => name !== 'festival').join(' ');
    expect(stderr).toContain(`installing Debian packages: ${lacking} `);
    expect(aptCalls()).toHaveLength(2);
    expect(aptCalls()[0]).toMatch(/ update$/);
    expect(aptCalls()[1]).toMatch(new RegExp(` install -y --no-install-recommends ${lacking}$`));
    expect(await visavis(['start'])).toMatchObject({ code: 0, stderr: '' });
    expect(aptCalls()).toHaveLength(2);
  });

  it('are more for the tests, none for the checks and the list of benches', async () => {
    setUp({ ...machine, debian: START_PACKAGES });
    await visavis(['bench']);
    await visavis(['test', 'check']);
    expect(aptCalls()).toEqual([]);
    await visavis(['test']);
    for (const name of ['chromium', 'redis-server', 'ffmpeg', 'coturn']) expect(aptCalls()[1]).toContain(` ${name}`);
  });

  it('are installed with sudo where it asks for no password', async () => {
    setUp({ ...machine, debian: [], user: 'sudo' });
    await visavis(['start']);
    expect(calls().filter((call) => call.startsWith('sudo'))).toHaveLength(2);
    expect((await visavis(['start'])).stderr).toBe('');
  });

  it('that cannot be installed are named, with what does not work without them, and the start goes on', async () => {
    setUp({ ...machine, debian: ['libpocketsphinx3', 'pocketsphinx-en-us', 'libespeak-ng1'], user: 'nobody' });
    const { code, stdout, stderr } = await visavis(['start']);
    expect(stderr).toMatch(/missing: festival \(.*flite/);
    expect(stderr).toContain('sudo apt-get install festival festvox-us-slt-hts');
    expect(aptCalls()).toEqual([]);
    expect(stdout).toBe(cliCall('24.0.0', 'start'));
    expect(code).toBe(0);
  });

  it('are tried one by one when all together fail, and not again at the next start', async () => {
    setUp({ ...machine, debian: ['festival', 'festvox-us-slt-hts', 'libespeak-ng1'], apt: 'offline' });
    const { code, stderr } = await visavis(['start']);
    expect(stderr).toContain('apt-get update failed');
    expect(stderr).toMatch(/missing: libpocketsphinx3 \(.*typed chat/);
    expect(aptCalls()).toHaveLength(4);
    expect(code).toBe(0);
    const again = await visavis(['start']);
    expect(again.stderr).toContain('missing: libpocketsphinx3');
    expect(again.code).toBe(0);
    expect(aptCalls()).toHaveLength(4);
  });

  it('are left alone when told to, and on systems without apt', async () => {
    setUp({ ...machine, debian: [] });
    expect((await visavis(['start'], { env: { VISAVIS_NO_APT: '1' } })).stderr).toContain('missing: festival');
    rmSync(join(bin, 'apt-get'));
    rmSync(join(bin, 'dpkg-query'));
    const { stdout, stderr } = await visavis(['start']);
    expect(stderr).toContain('missing: festival');
    expect(stderr).not.toContain('apt-get');
    expect(stdout).toBe(cliCall('24.0.0', 'start'));
    expect(aptCalls()).toEqual([]);
  });
});

describe('the command', () => {
  it('is called through a symbolic link, with arguments as they are', async () => {
    setUp({ node: '24.0.0', npm: 'works' });
    mkdirSync(join(folder, 'links'));
    symlinkSync('../project/visavis', join(folder, 'links/visavis'));
    const { stdout } = await visavis(['bench', 'asr', 'a b'], { path: join(folder, 'links/visavis') });
    expect(stdout).toBe(cliCall('24.0.0', 'bench', 'asr', 'a b'));
  });

  it('takes the place of the launcher, so that signals and exit codes are its own', async () => {
    setUp({ npm: 'works' });
    script(join(bin, 'node'), 'if [ "$1" = --version ]; then echo v24.0.0; else echo $$; exit 7; fi');
    const child = spawn(join(project, 'visavis'), ['doctor'], { env: { PATH: bin } });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect(Number(stdout)).toBe(child.pid);
    expect(code).toBe(7);
  });
});
