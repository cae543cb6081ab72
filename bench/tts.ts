import { parseArgs } from 'node:util';
import { configSchema } from '../server/core/config-schema.ts';
import { SPEECH_RATE_HZ } from '../server/core/media-time.ts';
import type { SpokenPiece } from '../server/core/speech.ts';
import { speechLevelDb } from '../server/speaking/loudness.ts';
import { createSpeaking, type VoiceService } from '../server/speaking/speaking.ts';
import { printReport, quantile, type ReportRow } from './report.ts';

/** Speaking: from the first words of a reply to its first clause as sound, real-time factor and level of each engine here. */
const FIRST_CLAUSE_GOAL_MS = 60;
const LEVEL_TOLERANCE_DB = 1;
const SUBJECTS = ['museum', 'garden', 'library', 'station', 'castle', 'harbour', 'theatre', 'market', 'bridge', 'tower'];

const { values } = parseArgs({ options: { replies: { type: 'string', default: '10' } } });
const replies = Math.max(1, Number(values.replies));

/** Every reply is another text, so that no piece comes from the cache. */
const reply = (index: number) =>
  `I can tell you about the ${SUBJECTS[index % SUBJECTS.length]} number ${index + 1}, if you like. It opens at nine in the morning and closes at six. Would you like to visit it today?`;

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function measure(service: VoiceService, voice: string): Promise<{ firstMs: number[]; factors: number[]; levelsDb: number[] }> {
  const firstMs: number[] = [];
  const factors: number[] = [];
  const levelsDb: number[] = [];
  for (let index = 0; index < replies; index++) {
    const beganMs = performance.now();
    const pieces: SpokenPiece[] = [];
    const options = { voice, signal: new AbortController().signal };
    for await (const piece of service.speak(once(reply(index)), options)) {
      if (pieces.length === 0) firstMs.push(performance.now() - beganMs);
      pieces.push(piece);
      levelsDb.push(speechLevelDb(piece.pcm, SPEECH_RATE_HZ));
    }
    const spokenMs = pieces.reduce((sum, { pcm }) => sum + (pcm.length * 1000) / SPEECH_RATE_HZ, 0);
    factors.push((performance.now() - beganMs) / spokenMs);
  }
  return { firstMs, factors, levelsDb };
}

const config = configSchema.parse({}).speaking;
await using service = await createSpeaking(config);
const rows: ReportRow[] = [];
const measured = new Set<string>();
for (const { id, engine, available, language } of service.voices()) {
  if (!available || measured.has(engine) || !language.startsWith('en')) continue;
  measured.add(engine);
  await service.warm(id);
  const { firstMs, factors, levelsDb } = await measure(service, id);
  const p50Ms = quantile(firstMs, 0.5);
  const worstDb = Math.max(...levelsDb.map((levelDb) => Math.abs(levelDb - config.loudnessDb)));
  rows.push(
    {
      id: engine,
      figure: 'first clause, p50 (p95)',
      value: `${p50Ms.toFixed(0)} (${quantile(firstMs, 0.95).toFixed(0)}) ms`,
      goal: `<= ${FIRST_CLAUSE_GOAL_MS} ms`,
      pass: p50Ms <= FIRST_CLAUSE_GOAL_MS,
    },
    { id: engine, figure: 'time to make a second of speech', value: `${(quantile(factors, 0.5) * 1000).toFixed(0)} ms` },
    {
      id: engine,
      figure: `furthest piece from ${config.loudnessDb} dB`,
      value: `${worstDb.toFixed(2)} dB`,
      goal: `<= ${LEVEL_TOLERANCE_DB} dB`,
      pass: worstDb <= LEVEL_TOLERANCE_DB,
    },
  );
}
const reached = printReport({ title: 'Speaking', rows, notes: [`${replies} replies per engine, none from the cache.`] });
process.exitCode = reached ? 0 : 1;
