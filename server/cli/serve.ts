import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { nameOfFolder } from '../core/character.ts';
import { type ConfigFlag, loadConfig } from '../core/config.ts';
import type { Config } from '../core/config-schema.ts';
import { errorCatalogue, toVisavisError, type VisavisError } from '../core/errors.ts';
import { NICENESS, setNiceness } from '../core/niceness.ts';
import { collectStartupGarbage } from '../core/startup-garbage.ts';
import { buildClient } from './build-client.ts';
import { type GivenFlag, type Invocation, usageError } from './command.ts';

const startError = errorCatalogue('core', {
  port_busy: { status: 500, retryable: false },
  port_refused: { status: 500, retryable: false },
  address_unknown: { status: 500, retryable: false },
});

/** Flags that are settings by another name. */
const SETTINGS: Readonly<Record<string, string>> = { port: 'server.port', host: 'server.host', 'log-level': 'log.level' };

/** Reads the configuration that the flags, the environment and the files give together. */
export function configOf(invocation: Invocation): Config {
  return loadConfig({
    rootDir: invocation.rootDir,
    workingDir: invocation.workingDir,
    env: process.env,
    files: invocation.valuesOf('config'),
    flags: invocation.flags.flatMap(settingOf),
  });
}

function settingOf({ name, value = '' }: GivenFlag): ConfigFlag[] {
  if (SETTINGS[name]) return [{ path: SETTINGS[name], text: value, source: `--${name}` }];
  if (name !== 'set') return [];
  const [, path, text] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  if (path === undefined || text === undefined) throw usageError('usage', `--set needs SECTION.KEY=VALUE, not "${value.slice(0, 80)}"`);
  return [{ path: path.trim(), text, source: '--set' }];
}

/** `start`: runs the server until a signal ends it. */
export async function serve(invocation: Invocation): Promise<number> {
  const config = configOf(invocation);
  setNiceness(process.pid, NICENESS.pacing);
  await checkPort(config.server);
  const build = await buildClient(invocation.rootDir);
  if (build.built) process.stderr.write(`visavis: built the pages in ${(build.elapsedMs / 1000).toFixed(1)} s\n`);

  const stopped = signalled();
  const { startServer } = await import('../main.ts');
  const server = await startServer(config).catch((error: unknown) => {
    throw explainListen(error, config.server);
  });
  if (!invocation.has('quiet')) process.stderr.write(banner(server, config));
  collectStartupGarbage();
  if (invocation.has('open')) openBrowser(server.url);

  const signal = await stopped;
  process.stderr.write(`visavis: ${signal}: no new calls; those going on may end (again to stop at once)\n`);
  await server.close();
  return 0;
}

/** Resolves at the first signal to stop; the second one stops at once. */
function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first = true;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!first) process.exit(130);
        first = false;
        resolve(signal);
      });
    }
  });
}

// --- the port -----------------------------------------------------------------------------------------------------

/** Finds a busy port before the engines are started for nothing. */
async function checkPort({ host, port, ...server }: Config['server']): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    probe.listen({ host, port, exclusive: true });
    await once(probe, 'listening');
  } catch (error) {
    throw explainListen(error, { ...server, host, port });
  } finally {
    probe.close();
  }
}

function explainListen(thrown: unknown, { host, port }: Config['server']): VisavisError {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const code = 'code' in error ? error.code : undefined;
    const another = `Choose another with --port, e.g. --port ${port === 65_535 ? 8080 : port + 1}, or VISAVIS_PORT.`;
    if (code === 'EADDRINUSE')
      return startError('port_busy', `Port ${port} on ${host} is in use by another program`, { cause: thrown, hint: another });
    if (code === 'EACCES')
      return startError('port_refused', `The system doesn't let you listen on port ${port}`, { cause: thrown, hint: another });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      return startError('address_unknown', `${host} is no address of this machine`, { cause: thrown, hint: 'Choose one with --host.' });
  }
  return toVisavisError(thrown);
}

// --- greeting -----------------------------------------------------------------------------------------------------

export interface StartedServer {
  readonly url: string;
  /** Which engine does what, e.g. `{ asr: 'pocketsphinx' }`; shown at start when given. */
  readonly engines?: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export function banner({ url, engines = {} }: StartedServer, { server, thinking, persona, face }: Config): string {
  const lines = [
    '',
    `  Visavis is ready: ${url}`,
    '',
    `  Open it, press Start, and speak with ${persona.name ?? nameOfFolder(face.avatar)}.`,
  ];
  const chosen = Object.entries(engines).map(([part, engine]) => `${part} ${engine}`);
  if (chosen.length > 0) lines.push(`  Engines: ${chosen.join(', ')}`);
  const remote = thinking.ollamaUrl ?? thinking.openaiBaseUrl;
  if (!remote && ['auto', 'embedded'].includes(thinking.llm))
    lines.push(`  Answers come from ${thinking.knowledgeDir}; for a language model: --set thinking.ollamaUrl=http://127.0.0.1:11434`);
  if (url.startsWith('http:') && !/^http:\/\/(localhost|127\.|\[::1\])/.test(url) && server.trustProxy.length === 0)
    lines.push(
      '  Browsers give the microphone to https pages only: set server.tlsCertFile and server.tlsKeyFile, or use a proxy with TLS.',
    );
  lines.push('  Ctrl-C stops. What is installed and what is missing: ./visavis doctor', '', '');
  return lines.join('\n');
}

function openBrowser(url: string): void {
  const program = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => process.stderr.write(`visavis: cannot open a browser here (${program} is missing); go to ${url}\n`));
  child.unref();
}
