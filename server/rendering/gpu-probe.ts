import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AcceptedGpu } from './gpu-adapter.ts';

/** What a look at the machine's graphics card found. */
export interface GpuFinding {
  /** For people; absent where there is none that can be used. */
  readonly name?: string;
  readonly isSoftware?: boolean;
  /** Why there is none. */
  readonly problem?: string;
}

const PROBE = fileURLToPath(new URL('./gpu-probe-child.ts', import.meta.url));
const TIMEOUT_MS = 10_000;

/** Looks for a graphics card, in a process of its own: drivers that are half installed crash. Never rejects. */
export async function probeGpu(accepted: AcceptedGpu, signal?: AbortSignal): Promise<GpuFinding> {
  if (accepted === 'real' && !mayHaveGpu()) return { problem: 'There is no graphics card here' };
  try {
    const options = { timeout: TIMEOUT_MS, ...(signal ? { signal } : {}) };
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', PROBE, accepted], options);
    return JSON.parse(stdout) as GpuFinding;
  } catch (error) {
    return { problem: `Looking for a graphics card failed: ${(error as Error).message.split('\n')[0]}` };
  }
}

/** Without device files there is nothing to find, and most servers need not load a driver to know that. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  const isRendering = existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  return isRendering || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');
}
