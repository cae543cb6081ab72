import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Phone } from '../../server/core/speech.ts';
import { readWav } from '../../server/speaking/wav.ts';
import type { Synthesis } from './speech-store.ts';
import { phoneOfFestival } from './voices.ts';

/** Speaks all texts by one voice in one run of Festival; undefined where the voice cannot speak here. ASCII texts only. */
export async function speakByFestival(
  voice: string,
  texts: readonly string[],
  stretch: (i: number) => number,
): Promise<Synthesis[] | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'visavis-lip-sync-'));
  try {
    const says = texts.map((text, i) => `(say ${i} ${stretch(i).toFixed(3)} "${text.replace(/["\\]/g, ' ')}")`);
    await writeFile(join(folder, 'say.scm'), program(voice, folder, says));
    const run = spawn('festival', ['-b', join(folder, 'say.scm')], { stdio: ['ignore', 'pipe', 'ignore'] });
    const failed = once(run, 'error').then(() => -1);
    let printed = '';
    run.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
    const status = await Promise.race([once(run, 'close').then(([code]) => code as number), failed]);
    if (status !== 0) return undefined;
    return await Promise.all(
      texts.map(async (_, i) => {
        const { pcm, sampleRateHz } = readWav(await readFile(join(folder, `${i}.wav`)));
        return { pcm, sampleRateHz, phones: phonesOf(voice, printed, i) };
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const program = (voice: string, folder: string, says: readonly string[]): string => `
(voice_${voice})
(define (say i stretch text)
  (Parameter.set 'Duration_Stretch stretch)
  (let ((u (utt.synth (eval (list 'Utterance 'Text text)))))
    (utt.save.wave u (string-append "${folder}/" i ".wav") 'riff)
    (mapcar (lambda (s) (format t "S %d %s %2.4f\\n" i (item.name s) (item.feat s 'end))) (utt.relation.items u 'Segment))))
${says.join('\n')}
`;

function phonesOf(voice: string, printed: string, of: number): Phone[] {
  const phones: Phone[] = [];
  for (const [, name = '', end = ''] of printed.matchAll(new RegExp(`^S ${of} (\\S+) ([\\d.]+)$`, 'gm')))
    phones.push({ symbol: phoneOfFestival(voice, name), startMs: phones.at(-1)?.endMs ?? 0, endMs: Number(end) * 1000 });
  return phones;
}
