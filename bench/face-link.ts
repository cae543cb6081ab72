import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { arrive, costs, spokenQuestions, Yardstick } from './callers.ts';
import type { CallFigures } from './density-client.ts';
import { type LineUse, measureNarrowLink, type NarrowLink } from './face-link/narrow-link.ts';
import { KINDS } from './face-link/udp-relay.ts';
import { printReport, quantile, type ReportRow } from './report.ts';
import { ServerProcess } from './server-process.ts';

/**
 * Calls whose visitors draw the face themselves: calls per core (P5), what face weights and sound take on the wire, and a real
 * browser on a link of 64 kbit/s. `--calls N`, `--seconds S`, `--link KBITS`, `--up KBITS` (where it differs), `--avatar NAME`; 0
 * leaves a part out. With `--unknown` the browser does not know how narrow its link is.
 */
const CALLS_PER_CORE_GOAL = 40;
const WEIGHTS_GOAL_KBITS = 8;
const FRAMES_PER_S = 25;
const SKEW_GOAL_MS = 60;
const CONCEALED_GOAL = 0.01;
const GROWTH_GOAL_MS = 20;
const STILL_GOAL_MS = 200;
/** IP, UDP, RTP with its extensions, SRTP's tag; and IP, UDP, DTLS, SCTP with one chunk of data. */
const RTP_OVERHEAD_BYTES = 28 + 12 + 16 + 10;
const DATAGRAM_OVERHEAD_BYTES = 28 + 37 + 12 + 16;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: `${8 * availableParallelism()}` },
    seconds: { type: 'string', default: '30' },
    'speaking-share': { type: 'string', default: '0.5' },
    link: { type: 'string', default: '64' },
    up: { type: 'string' },
    unknown: { type: 'boolean', default: false },
    avatar: { type: 'string', default: 'mia' },
  },
});
const calls = Number(values.calls);
const kbits = Number(values.link);
const upKbits = Number(values.up ?? values.link);

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
    weightsRow('face weights while it speaks', weights),
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

/** Of face weights while the avatar speaks, without heads. */
const weightsRow = (figure: string, kbitsPerS: number): ReportRow => ({
  id: '',
  figure,
  value: `${kbitsPerS.toFixed(1)} kbit/s`,
  goal: `<= ${WEIGHTS_GOAL_KBITS} kbit/s`,
  pass: kbitsPerS <= WEIGHTS_GOAL_KBITS,
});

function linkRows({ answer, concealedShare, facesPerS, down, up, upWhileAsking, roundTripMs }: NarrowLink): ReportRow[] {
  const skew = quantile(answer.skewMs.map(Math.abs), 0.95);
  const { soundLagMs } = answer;
  const third = Math.ceil(soundLagMs.length / 3);
  const growthMs = quantile(soundLagMs.slice(-third), 0.5) - quantile(soundLagMs.slice(0, third), 0.5);
  const direction = (figure: string, use: LineUse, mostKbits: number): ReportRow => {
    const total = KINDS.reduce((sum, kind) => sum + use.kbits[kind], 0);
    const parts = KINDS.filter((kind) => use.packetsPerS[kind] > 0)
      .map((kind) => `${kind} ${use.kbits[kind].toFixed(1)} in ${use.packetsPerS[kind].toFixed(0)}/s`)
      .join(', ');
    const queue = `queue p50 ${quantile(use.waitedMs, 0.5).toFixed(0)}, p99 ${quantile(use.waitedMs, 0.99).toFixed(0)} ms`;
    return {
      id: '',
      figure: `  ${figure}`,
      value: `${total.toFixed(1)} kbit/s (${parts}); ${queue}, ${use.dropped} lost`,
      goal: `<= ${mostKbits} kbit/s`,
      pass: total <= mostKbits && use.dropped === 0,
    };
  };
  return [
    {
      id: '',
      figure: `a browser on ${kbits} kbit/s${upKbits === kbits ? '' : `, ${upKbits} up`}: sound concealed while the avatar speaks`,
      value: `${(concealedShare * 100).toFixed(1)} %`,
      goal: `<= ${CONCEALED_GOAL * 100} %`,
      pass: concealedShare <= CONCEALED_GOAL,
    },
    {
      id: '',
      figure: '  delay of the sound, last third of the answer less the first',
      value: `${growthMs.toFixed(0)} ms`,
      goal: `<= ${GROWTH_GOAL_MS} ms`,
      pass: growthMs <= GROWTH_GOAL_MS,
    },
    {
      id: 'P2',
      figure: '  lips against sound, p95',
      value: `${skew.toFixed(0)} ms`,
      goal: `<= ${SKEW_GOAL_MS} ms`,
      pass: skew <= SKEW_GOAL_MS,
    },
    {
      id: '',
      figure: '  longest time without a new picture',
      value: `${answer.longestStillMs.toFixed(0)} ms`,
      goal: `<= ${STILL_GOAL_MS} ms`,
      pass: answer.longestStillMs <= STILL_GOAL_MS,
    },
    {
      id: '',
      figure: '  pictures drawn',
      value: `${(answer.pictures / answer.seconds).toFixed(1)} a second, ${answer.sidePx} px, from ${facesPerS.toFixed(1)} faces in ${(answer.facePackets / answer.seconds).toFixed(1)} packets`,
    },
    weightsRow('  face weights while the avatar speaks', (answer.faceBytes * 8) / 1_000 / answer.seconds),
    direction('to the visitor while the avatar speaks', down, kbits),
    direction('from the visitor meanwhile', up, upKbits),
    direction('from the visitor while he speaks', upWhileAsking, upKbits),
    { id: '', figure: '  round trip', value: `${roundTripMs.toFixed(0)} ms` },
  ];
}

const rows = calls > 0 ? await density() : [];
if (kbits > 0)
  rows.push(...linkRows(await measureNarrowLink({ downKbits: kbits, upKbits, avatar: values.avatar, isKnown: !values.unknown })));
const reached = printReport({
  title: `Faces drawn by the browser${calls > 0 ? `; ${calls} calls at once` : ''}${kbits > 0 ? `; one on ${kbits} kbit/s` : ''}`,
  rows,
  notes: ['the callers of the first part read the weights and draw nothing; what a browser spends on drawing is its own'],
});
process.exitCode = reached ? 0 : 1;
