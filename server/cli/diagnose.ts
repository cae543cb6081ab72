import { toVisavisError } from '../core/errors.ts';
import type { Config } from '../core/config-schema.ts';
import type { Invocation } from './command.ts';
import { engineProbes } from './probes/engines.ts';
import { platformProbes } from './probes/platform.ts';
import { type Finding, missing, type Patient, type Probe } from './probes/probe.ts';

export interface Diagnosis {
  readonly findings: readonly { readonly probe: Probe; readonly finding: Finding }[];
  /** Essential parts of which nothing works. */
  readonly lacking: readonly string[];
}

/** `doctor`: the table, and 1 when a live conversation cannot be had. */
export async function diagnose(invocation: Invocation): Promise<number> {
  const config = await readConfig(invocation);
  const diagnosis = await examine([...platformProbes, ...engineProbes], { rootDir: invocation.rootDir, config });
  process.stdout.write(`${render(diagnosis, process.stdout.isTTY === true)}\n`);
  return diagnosis.lacking.length === 0 ? 0 : 1;
}

/** The doctor works before anything is installed, so that the configuration's own packages may be missing. */
async function readConfig(invocation: Invocation): Promise<Config | undefined> {
  try {
    const { configOf } = await import('./serve.ts');
    return configOf(invocation);
  } catch (error) {
    process.stdout.write(`configuration: ${toVisavisError(error).message}\n\n`);
    return undefined;
  }
}

const works = ({ state }: Finding): boolean => state === 'ok' || state === 'warn';

export async function examine(probes: readonly Probe[], patient: Patient): Promise<Diagnosis> {
  const findings = await Promise.all(
    probes.map(async (probe) => ({
      probe,
      finding: await Promise.resolve(patient)
        .then((p) => probe.look(p))
        .catch((error: unknown) => missing(toVisavisError(error).message)),
    })),
  );
  const essential = new Set(probes.filter((probe) => probe.essential).map(({ part }) => part));
  const working = new Set(findings.filter(({ finding }) => works(finding)).map(({ probe }) => probe.part));
  return { findings, lacking: [...essential].filter((part) => !working.has(part)) };
}

const STATES = {
  ok: { label: 'found', colour: 32 },
  warn: { label: 'note', colour: 33 },
  missing: { label: 'missing', colour: 31 },
  unset: { label: 'not set', colour: 90 },
};

export function render({ findings, lacking }: Diagnosis, colour: boolean): string {
  const width = (cell: (row: { probe: Probe }) => string) => Math.max(...findings.map((row) => cell(row).length));
  const partWidth = width(({ probe }) => probe.part);
  const nameWidth = width(({ probe }) => probe.name);
  let previous = '';
  const lines = findings.map(({ probe, finding }) => {
    const { label, colour: code } = STATES[finding.state];
    // A part that has a working engine lacks nothing: its other engines are shown quietly.
    const grave = works(finding) || lacking.includes(probe.part);
    const state = label.padEnd(7);
    const part = probe.part === previous ? '' : probe.part;
    previous = probe.part;
    const painted = colour ? `\u001b[${grave ? code : 90}m${state}\u001b[0m` : state;
    return `  ${part.padEnd(partWidth)}  ${probe.name.padEnd(nameWidth)}  ${painted}  ${finding.detail}`.trimEnd();
  });
  const verdict =
    lacking.length === 0
      ? 'A live conversation is possible: ./visavis start'
      : `A live conversation is not possible: nothing works for ${lacking.join(', ')}.`;
  return [...lines, '', verdict].join('\n');
}
