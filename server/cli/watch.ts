import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { join, sep } from 'node:path';
import { toVisavisError } from '../core/errors.ts';
import { buildClient } from './build-client.ts';
import { type Invocation, usageError } from './command.ts';
import { configOf } from './serve.ts';

/**
 * `dev`: the server runs as a child on a port of its own, behind a small proxy on the configured port. A change under the
 * watched folders restarts it (its start rebuilds the pages when their sources changed), and the proxy, which gives each
 * HTML page one more script, tells open pages to reload once the new server answers. Calls in progress end.
 */
const SERVER_FOLDERS = ['server', 'configs', 'avatars', 'voices'];
const CLIENT_FOLDERS = ['client'];
/** Editors write a file in several steps. */
const SETTLE_MS = 120;
const STOP_TIMEOUT_MS = 3_000;
const RELOAD_PATH = '/__dev/reload';
const SCRIPT_PATH = '/__dev/reload.js';
const SCRIPT = `new EventSource('${RELOAD_PATH}').addEventListener('reload', () => location.reload());\n`;

export async function watchAndServe(invocation: Invocation): Promise<number> {
  const { rootDir } = invocation;
  const { server } = configOf(invocation);
  if (server.tlsCertFile) throw usageError('usage', '`dev` speaks plain http on this machine; leave server.tlsCertFile out');
  const say = (text: string) => process.stderr.write(`dev: ${text}\n`);

  const backendPort = await freePort();
  const pages = new Set<ServerResponse>();
  const proxy = await listen(createProxy(backendPort, pages), server.host, server.port);
  const url = `http://${server.host === '127.0.0.1' ? 'localhost' : server.host}:${(proxy.address() as AddressInfo).port}`;
  const reloadPages = () => {
    for (const page of pages) page.write('event: reload\ndata: \n\n');
  };

  let child: ChildProcess | undefined;
  const startChild = async () => {
    child = spawnServer(rootDir, invocation, backendPort);
    const current = child;
    current.once('exit', (code) => code && say(`the server ended with ${code}; waiting for a change`));
    if (await answers(backendPort, current)) {
      say(`ready: ${url}`);
      reloadPages();
    }
  };

  const stopSignal = new AbortController();
  const stopped = once(stopSignal.signal, 'abort');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopSignal.abort());

  const changes = new Set<'server' | 'client'>();
  let settle: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  const apply = async () => {
    const restart = changes.has('server');
    changes.clear();
    if (restart) {
      say('changed: restarting the server');
      await stopChild(child);
      await startChild();
      return;
    }
    try {
      const { built, elapsedMs } = await buildClient(rootDir);
      if (built) say(`built the pages in ${Math.round(elapsedMs)} ms`);
      if (built) reloadPages();
    } catch (error) {
      say(toVisavisError(error).message);
    }
  };
  const changed = (kind: 'server' | 'client') => {
    changes.add(kind);
    clearTimeout(settle);
    settle = setTimeout(() => {
      working = working.then(apply);
    }, SETTLE_MS);
  };
  const watchers = [
    ...watchFolders(rootDir, SERVER_FOLDERS, () => changed('server')),
    ...watchFolders(rootDir, CLIENT_FOLDERS, () => changed('client')),
  ];

  await startChild();
  await stopped;
  for (const watcher of watchers) watcher.close();
  clearTimeout(settle);
  await working;
  await stopChild(child);
  proxy.closeAllConnections();
  proxy.close();
  return 0;
}

// --- the server as a child ----------------------------------------------------------------------------------------

function spawnServer(rootDir: string, { flags, workingDir }: Invocation, port: number): ChildProcess {
  const given = flags.flatMap(({ name, value }) => (value === undefined ? [`--${name}`] : [`--${name}=${value}`]));
  const args = ['--disable-warning=ExperimentalWarning', join(rootDir, 'server', 'cli.ts'), 'start', '--quiet', ...given];
  // Behind the proxy: on loopback, at a port of its own.
  args.push('--host=127.0.0.1', `--port=${port}`, '--set=server.shutdownGraceMs=0');
  return spawn(process.execPath, args, {
    cwd: workingDir,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, INIT_CWD: workingDir },
  });
}

async function stopChild(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

/** Waits until the server says that it is ready; false when it ended before that. */
async function answers(port: number, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function freePort(): Promise<number> {
  const probe = createTcpServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Changes of sources; tests and what tools leave behind don't count. */
function watchFolders(rootDir: string, folders: readonly string[], onChange: () => void): FSWatcher[] {
  return folders
    .map((folder) => join(rootDir, folder))
    .filter((path) => existsSync(path))
    .map((path) =>
      watch(path, { recursive: true }, (_event, file) => {
        if (file && !/(^|[\\/])\.|\.test\.ts$|~$|\.tmp$/.test(file) && !file.startsWith(`cli${sep}`)) onChange();
      }),
    );
}

// --- the proxy ----------------------------------------------------------------------------------------------------

export function createProxy(backendPort: number, pages: Set<ServerResponse>): Server {
  const proxy = createServer((incoming, outgoing) => {
    if (incoming.url === RELOAD_PATH) return keepPage(outgoing, pages);
    if (incoming.url === SCRIPT_PATH) return void outgoing.writeHead(200, { 'content-type': 'text/javascript' }).end(SCRIPT);
    forward(incoming, outgoing, backendPort);
  });
  proxy.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => forwardUpgrade(incoming, socket, head, backendPort));
  return proxy;
}

function keepPage(outgoing: ServerResponse, pages: Set<ServerResponse>): void {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders();
  pages.add(outgoing);
  outgoing.on('close', () => pages.delete(outgoing));
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { method, url: path } = incoming;
  // Uncompressed, so that a page can be given its script.
  const headers = { ...incoming.headers, 'accept-encoding': 'identity' };
  const upstream = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    const isPage = answer.headers['content-type']?.startsWith('text/html') === true;
    if (!isPage) {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      return;
    }
    const { 'content-length': _length, etag: _etag, 'last-modified': _modified, ...kept } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, { ...kept, 'cache-control': 'no-store' });
    answer.pipe(outgoing, { end: false });
    answer.on('end', () => outgoing.end(`<script src="${SCRIPT_PATH}"></script>`));
  });
  upstream.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy();
    else
      outgoing
        .writeHead(503, { 'content-type': 'text/html' })
        .end(`<p>The server is restarting.</p><script src="${SCRIPT_PATH}"></script>`);
  });
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

/** WebSockets: the request as it came, then bytes both ways. */
function forwardUpgrade({ method, url, rawHeaders }: IncomingMessage, socket: Socket, head: Buffer, port: number): void {
  const upstream = connect(port, '127.0.0.1', () => {
    const headers = Array.from({ length: rawHeaders.length / 2 }, (_, i) => `${rawHeaders[2 * i]}: ${rawHeaders[2 * i + 1]}`);
    upstream.write(`${[`${method} ${url} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  const end = () => {
    upstream.destroy();
    socket.destroy();
  };
  for (const side of [upstream, socket]) side.on('error', end).on('close', end);
}

async function listen(server: Server, host: string, port: number): Promise<Server> {
  server.listen({ host, port });
  await once(server, 'listening').catch((cause: unknown) => {
    throw usageError('usage', `Port ${port} on ${host} cannot be listened on; choose another with --port`, { cause });
  });
  return server;
}
