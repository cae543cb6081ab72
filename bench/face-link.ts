import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { arrive, costs, spokenQuestions, Yardstick } from './callers.ts';
import type { CallFigures } from './density-client.ts';
import { measureNarrowLink, type NarrowLink } from './face-link/narrow-link.ts';
import { printReport, quantile, type ReportRow } from './report.ts';
import { ServerProcess } from './server-process.ts';

/**
 * Calls whose visitors draw the face themselves: calls per core (P5), what face weights and sound take on the wire, and a real
 * browser on a link of 64 kbit/s. `--calls N`, `--seconds S`, `--link KBITS`, `--avatar NAME`; 0 leaves a part out.
 */
const CALLS_PER_CORE_GOAL = 40;
const WEIGHTS_GOAL_KBITS = 8;
const FRAMES_PER_S = 25;
const SKEW_GOAL_MS = 60;
const CONCEALED_GOAL = 0.05;
/** IP, UDP, RTP with its extensions, SRTP's tag; and IP, UDP, DTLS, SCTP with one chunk of data. */
const RTP_OVERHEAD_BYTES = 28 + 12 + 16 + 10;
const DATAGRAM_OVERHEAD_BYTES = 28 + 37 + 12 + 16;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: `${8 * availableParallelism()}` },
    seconds: { type: 'string', default: '30' },
    'speaking-share': { type: 'string', default: '0.5' },
    link: { type: 'string', default: '64' },
    avatar: { type: 'string', default: 'mia' },
  },
});
const calls = Number(values.calls);

const rate = (bytes: number, seconds: number): string => `${((bytes * 8) / 1_000 / seconds).toFixed(1)} kbit/s`;

async function density(): Promise<ReportRow[]> {
  const questions = await spokenQuestions();
  await using clients = new AsyncDisposableStack();
  // Sound that was made before is not made again; callers who ask the same all the time would hide what a voice costs.
  await using server = await ServerProcess.start([`server.maxCalls=${calls}`, 'server.socketsPerAddress=1000', 'speaking.cacheBytes=0']);
  const order = { url: server.url, calls, questions, speakingShare: Number(values['speaking-share']), rendering: 'client' as const };
  const parties = await arrive(order, clients);
  // Greetings end.
  await wait(8_000);
  using yardstick = new Yardstick();
  const before = await server.cpuMs();
  const beganMs = performance.now();
  for (const party of parties) party.tell({ kind: 'mark' });
  await wait(Number(values.seconds) * 1_000);
  const figures = (await Promise.all(parties.map((party) => party.figures()))).flat();
  const windowS = (performance.now() - beganMs) / 1_000;
  const shares = costs(before, await server.cpuMs(), { windowS, calls });
  const total = shares.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const sum = (of: (figure: CallFigures) => number) => figures.reduce((all, figure) => all + of(figure), 0);
  const spokenS = sum(({ speakingMs }) => speakingMs) / 1_000;
  const weights = (sum(({ spokenFaceBytes }) => spokenFaceBytes) * 8) / 1_000 / spokenS;
  const slowest = Math.min(...figures.map(({ frames }) => frames / windowS));
  const wire = sum(({ spokenAudioBytes, spokenFaceBytes }) => spokenAudioBytes + spokenFaceBytes);
  const overhead = spokenS * (50 * RTP_OVERHEAD_BYTES + FRAMES_PER_S * DATAGRAM_OVERHEAD_BYTES);
  return [
    {
      id: 'P5',
      figure: 'calls per core, drawn by the browser, all processes',
      value: (1_000 / total).toFixed(1),
      goal: `>= ${CALLS_PER_CORE_GOAL}`,
      pass: 1_000 / total >= CALLS_PER_CORE_GOAL,
    },
    { id: '', figure: 'processor time of a call', value: `${total.toFixed(1)} ms/s` },
    ...shares.map(({ name, cpuMs }) => ({ id: '', figure: `  ${name}`, value: `${cpuMs.toFixed(1)} ms/s` })),
    {
      id: '',
      figure: 'frames per second, slowest call',
      value: slowest.toFixed(1),
      goal: `>= ${FRAMES_PER_S - 0.5}`,
      pass: slowest >= FRAMES_PER_S - 0.5,
    },
    { id: '', figure: 'the avatar speaks', value: `${((spokenS / windowS / calls) * 100).toFixed(0)} % of the time` },
    {
      id: '',
      figure: 'face weights while it speaks',
      value: `${weights.toFixed(1)} kbit/s`,
      goal: `<= ${WEIGHTS_GOAL_KBITS} kbit/s`,
      pass: weights <= WEIGHTS_GOAL_KBITS,
    },
    {
      id: '',
      figure: 'sound while it speaks (Opus, sent twice)',
      value: rate(
        sum(({ spokenAudioBytes }) => spokenAudioBytes),
        spokenS,
      ),
    },
    { id: '', figure: 'both, with every header', value: rate(wire + overhead, spokenS) },
    { id: '', figure: 'yardstick: an Opus frame', value: `${yardstick.medianUs.toFixed(0)} us` },
  ];
}

function linkRows(link: NarrowLink): ReportRow[] {
  const skew = quantile(link.skewMs.map(Math.abs), 0.95);
  return [
    {
      id: '',
      figure: `a browser on ${values.link} kbit/s: sound concealed while it speaks`,
      value: `${(link.concealedShare * 100).toFixed(1)} %`,
      goal: `<= ${CONCEALED_GOAL * 100} %`,
      pass: link.concealedShare <= CONCEALED_GOAL,
    },
    {
      id: '',
      figure: '  face frames sent',
      value: `${link.sentPerS.toFixed(1)} a second; ${link.packetsPerS.toFixed(1)} packets with two of them arrived`,
    },
    { id: '', figure: '  pictures drawn', value: `${link.picturesPerS.toFixed(1)} a second, ${link.sidePx} px` },
    {
      id: 'P2',
      figure: '  lips against sound, p95',
      value: `${skew.toFixed(0)} ms`,
      goal: `<= ${SKEW_GOAL_MS} ms`,
      pass: skew <= SKEW_GOAL_MS,
    },
    {
      id: '',
      figure: '  on the wire while it speaks, down and up',
      value: `${link.downKbits.toFixed(1)} and ${link.upKbits.toFixed(1)} kbit/s`,
    },
    { id: '', figure: '  round trip', value: `${link.roundTripMs.toFixed(0)} ms` },
  ];
}

const rows = calls > 0 ? await density() : [];
const kbits = Number(values.link);
if (kbits > 0) rows.push(...linkRows(await measureNarrowLink({ kbits, avatar: values.avatar })));
const reached = printReport({
  title: `Faces drawn by the browser${calls > 0 ? `; ${calls} calls at once` : ''}${kbits > 0 ? `; one on ${kbits} kbit/s` : ''}`,
  rows,
  notes: ['the callers of the first part read the weights and draw nothing; what a browser spends on drawing is its own'],
});
process.exitCode = reached ? 0 : 1;
