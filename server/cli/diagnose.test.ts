import { describe, expect, it } from 'vitest';
import { examine, render } from './diagnose.ts';
import { missing, ok, type Probe, run, tryNative, unset, warn } from './probes/probe.ts';

const patient = { rootDir: process.cwd(), config: undefined };
const probe = (part: string, name: string, look: Probe['look'], essential = true): Probe => ({ part, name, essential, look });

describe('examine', () => {
  it('lacks an essential part only when none of its engines works', async () => {
    const { lacking } = await examine(
      [
        probe('voice', 'best', () => missing('gone')),
        probe('voice', 'plain', () => ok('here')),
        probe('recogniser', 'local', () => missing('gone')),
        probe('recogniser', 'remote', () => unset('hearing.httpBaseUrl')),
        probe('model', 'embedded', () => warn('small talk only')),
        probe('gpu', 'adapter', () => missing('none'), false),
      ],
      patient,
    );
    expect(lacking).toEqual(['recogniser']);
  });

  it('takes a probe that throws for a missing engine', async () => {
    const { findings, lacking } = await examine(
      [
        probe('sound', 'a', () => {
          throw new Error('not a library');
        }),
        probe('video', 'b', () => Promise.reject(new Error('later'))),
      ],
      patient,
    );
    expect(findings.map(({ finding }) => finding)).toEqual([missing('not a library'), missing('later')]);
    expect(lacking).toEqual(['sound', 'video']);
  });
});

describe('render', () => {
  it('aligns the columns, names a part once and ends with the verdict', async () => {
    const diagnosis = await examine([probe('voice', 'best', () => missing('gone')), probe('voice', 'plain', () => ok('here'))], patient);
    expect(render(diagnosis, false)).toBe(
      ['  voice  best   missing  gone', '         plain  found    here', '', 'A live conversation is possible: ./visavis start'].join('\n'),
    );
  });
});

describe('native code is tried in a process of its own', () => {
  it('tells what it printed', async () => {
    expect(await tryNative(patient.rootDir, "console.log('native')")).toEqual({ works: true, detail: 'native' });
  });

  it('tells why it could not be loaded', async () => {
    expect(await tryNative(patient.rootDir, "await import('no-such-package')")).toEqual({
      works: false,
      detail: "Cannot find package 'no-such-package'",
    });
    expect(await tryNative(patient.rootDir, "throw new Error('no symbol')")).toEqual({ works: false, detail: 'no symbol' });
  });

  it('survives an abort', async () => {
    expect(await tryNative(patient.rootDir, 'process.abort()')).toEqual({ works: false, detail: 'it crashed or did not answer in time' });
  });

  it('knows a program that is not there', async () => {
    expect(await run('no-such-program-at-all', [])).toBeUndefined();
    expect(await run(process.execPath, ['--eval', 'process.exit(3)'])).toMatchObject({ code: 3 });
  });
});
