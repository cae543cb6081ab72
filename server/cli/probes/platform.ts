import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { probeGpu } from '../../rendering/gpu-probe.ts';
import { missing, ok, type Patient, type Probe, run, warn } from './probe.ts';

/** The machine and what is installed on it, before any engine. */
export const platformProbes: readonly Probe[] = [
  {
    part: 'node',
    name: process.version,
    essential: true,
    look() {
      const [major = 0] = process.versions.node.split('.').map(Number);
      return major >= 24 ? ok(process.execPath) : missing('needs 24 or newer; ./visavis brings its own');
    },
  },
  { part: 'packages', name: 'npm packages', essential: true, look: lookAtPackages },
  {
    part: 'configuration',
    name: 'settings',
    essential: true,
    look: ({ config }) => (config ? ok('read') : missing('see the message above')),
  },
  {
    part: 'memory',
    name: 'free memory',
    essential: false,
    look: () => {
      const free = availableBytes();
      const detail = `${gigabytes(free)} of ${gigabytes(totalmem())} GB`;
      return free > 0.8 * 2 ** 30 ? ok(detail) : warn(`${detail}; a call needs about 0.5 GB for its engines`);
    },
  },
  {
    part: 'disk',
    name: 'free disk',
    essential: false,
    async look({ rootDir }) {
      const { bavail, bsize } = await statfs(rootDir);
      const detail = `${gigabytes(bavail * bsize)} GB`;
      return bavail * bsize > 2 ** 29 ? ok(detail) : warn(`${detail}; building the pages and logs need some`);
    },
  },
  { part: 'port', name: 'HTTP', essential: false, look: lookAtPort },
  { part: 'microphone', name: 'secure context', essential: false, look: lookAtSecureContext },
  { part: 'gpu', name: 'adapter', essential: false, look: lookAtGpu },
];

const gigabytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);

/** What programs can still get, with caches that the system would give up. */
function availableBytes(): number {
  const [, kilobytes] = (existsSync('/proc/meminfo') && /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))) || [];
  return kilobytes ? Number(kilobytes) * 1024 : freemem();
}

function lookAtPackages({ rootDir }: Patient) {
  const manifest = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')) as Record<string, Record<string, string> | undefined>;
  const absent = (kind: string) =>
    Object.keys(manifest[kind] ?? {}).filter((name) => !existsSync(join(rootDir, 'node_modules', ...name.split('/'), 'package.json')));
  const needed = absent('dependencies');
  const optional = absent('optionalDependencies');
  if (needed.length > 0) return missing(`run ./visavis start or npm install; absent: ${needed.join(', ')}`);
  if (optional.length > 0) return warn(`all but the optional ${optional.join(', ')}`);
  return ok(`${Object.keys(manifest.dependencies ?? {}).length} direct ones are here`);
}

async function lookAtPort({ config }: Patient) {
  const { host = '127.0.0.1', port = 8080 } = config?.server ?? {};
  const busy = await new Promise<string | undefined>((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'busy'));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
  if (!busy) return ok(`${host}:${port} is free`);
  const ours = await fetch(`http://${host}:${port}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );
  return warn(`${host}:${port} ${ours ? 'is taken, it seems by a running Visavis' : `cannot be used (${busy})`}; another: --port`);
}

function lookAtSecureContext({ config }: Patient) {
  const { tlsCertFile, host = '127.0.0.1', trustProxy = [] } = config?.server ?? {};
  if (tlsCertFile) return ok(`https with ${tlsCertFile}`);
  if (/^(127\.|localhost$|::1$)/.test(host) && trustProxy.length === 0)
    return ok('http://localhost counts as secure; other machines need https');
  if (trustProxy.length > 0) return ok('https is up to the proxy in front');
  return warn('browsers on other machines give no microphone to http: set server.tlsCertFile and server.tlsKeyFile');
}

async function lookAtGpu({ rootDir, config }: Patient) {
  const nvidia = await run('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader']);
  const card = nvidia?.code === 0 ? nvidia.stdout.trim().split('\n')[0] : undefined;
  const onCpu = 'faces are drawn on the CPU';
  const { renderer = 'auto' } = config?.face ?? {};
  if (renderer === 'wasm') return ok(`${card ?? 'not looked for'}; ${onCpu}, as face.renderer says`);
  if (!existsSync(join(rootDir, 'node_modules', 'webgpu')))
    return ok(`${card ?? 'none'}; ${onCpu} (the optional package webgpu is not installed)`);
  const { name, isSoftware, problem } = await probeGpu(renderer === 'webgpu' ? 'any' : 'real');
  if (name) return ok(`${name}${isSoftware ? ' (computed on the CPU)' : ''} draws the faces`);
  if (card) return warn(`${card}; ${onCpu}: Vulkan is missing (libvulkan1; in a container NVIDIA_DRIVER_CAPABILITIES=all)`);
  const finding = `none; ${onCpu} (${problem})`;
  return renderer === 'webgpu' ? warn(finding) : ok(finding);
}
