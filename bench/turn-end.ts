import { earOptionsSchema } from '../server/hearing/hearing-options.ts';
import { judgeTurn, type TurnRuleOptions } from '../server/hearing/turn/turn-rule.ts';
import { alignTable, printReport, quantile } from './report.ts';
import { hardSet, PAUSE_TO_MS, type Silence } from './turn-material.ts';

/**
 * The end of a turn: how long after the visitor's last sound the answer sounds, against how many pauses inside a turn are cut
 * off. The whole curve is printed, for a fixed silence and for the rule. The rule's weights come from texts that are not
 * spoken here (models/turn/train.ts).
 */
const P50_GOAL_MS = 800;
const CUT_OFF_GOAL = 0.05;
const HOLDS_MS = [300, 400, 500, 550, 600, 650, 700, 800, 900];
const LONG_HOLDS_MS = [900, 1_000, 1_200];
/** A prepared answer's first sound leaves so long after the turn is taken. */
const START_MS = 60;
/** Speech after which the floor holds a young answer: one VAD frame. What had left until then was heard. */
const HOLD_AFTER_MS = 32;
/** Less of the answer than this is no word that anybody hears. */
const SHORTEST_WORD_MS = 100;
const NEVER_MS = 2_500;

const options = earOptionsSchema.parse({});

type Hold = (silence: Silence['judgements'][number]['evidence']) => number;

/** When the silence is taken for the end, if at all before it is over. */
function endpointMs({ lengthMs, judgements }: Silence, hold: Hold, unjudgedHoldMs: number): number | undefined {
  const holds = judgements.map(({ fromMs, evidence }) => ({ fromMs, holdMs: hold(evidence) }));
  for (let silenceMs = 32; silenceMs <= lengthMs; silenceMs += 32) {
    if (silenceMs >= (holds.findLast(({ fromMs }) => fromMs <= silenceMs)?.holdMs ?? unjudgedHoldMs)) return silenceMs;
  }
  return undefined;
}

/** How much of the answer has left when the visitor, who goes on, is noticed; negative: nothing. */
const leftMs = (pause: Silence, endedMs: number): number => pause.lengthMs + HOLD_AFTER_MS - endedMs - START_MS;

const { silences, human } = await hardSet((name) => process.stderr.write(`${name} `));
const ends = silences.filter(({ kind }) => kind === 'end');
const all = silences.filter(({ kind }) => kind !== 'end');
const isLong = ({ kind, lengthMs }: Silence) => kind === 'natural' && lengthMs > PAUSE_TO_MS;
const pauses = all.filter((pause) => !isLong(pause));
const longPauses = all.filter(isLong);

function outcome(hold: Hold, unjudgedHoldMs: number) {
  const cut = (among: readonly Silence[], leastLeftMs: number) => {
    const heard = among.filter((pause) => {
      const endedMs = endpointMs(pause, hold, unjudgedHoldMs);
      return endedMs !== undefined && leftMs(pause, endedMs) > leastLeftMs;
    });
    return heard.length / Math.max(1, among.length);
  };
  const answers = ends.map((end) => end.delayMs + (endpointMs(end, hold, unjudgedHoldMs) ?? NEVER_MS) + START_MS);
  return {
    cutOffs: cut(pauses, SHORTEST_WORD_MS),
    sounds: cut(pauses, 0),
    natural: cut(
      pauses.filter(({ kind }) => kind === 'natural'),
      SHORTEST_WORD_MS,
    ),
    long: cut(longPauses, SHORTEST_WORD_MS),
    p50: quantile(answers, 0.5),
    p95: quantile(answers, 0.95),
  };
}
const rule = (options: TurnRuleOptions) => outcome((evidence) => judgeTurn(evidence, options).holdMs, options.holdMs);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const show = ({ cutOffs, p50, p95 }: ReturnType<typeof outcome>) => [percent(cutOffs), `${p50.toFixed(0)} ms`, `${p95.toFixed(0)} ms`];

const table = alignTable([
  ['silence', 'fixed: cut off', 'p50', 'p95', ...LONG_HOLDS_MS.flatMap((longMs) => [`rule to ${longMs}: cut off`, 'p50', 'p95'])],
  ...HOLDS_MS.map((holdMs) => [
    `${holdMs} ms`,
    ...show(outcome(() => holdMs, holdMs)),
    ...LONG_HOLDS_MS.flatMap((hangingHoldMs) => show(rule({ ...options, holdMs, hangingHoldMs: Math.max(holdMs, hangingHoldMs) }))),
  ]),
]);
process.stdout.write(`\n${table.join('\n')}\n`);

const { holdMs, hangingHoldMs } = options;
const chosen = rule(options);
const named = `rule of ${holdMs} to ${hangingHoldMs} ms`;
const reached = printReport({
  title: 'End of turn, hard set',
  rows: [
    {
      id: 'P1',
      figure: `${named}: voice to voice, p50`,
      value: `${chosen.p50.toFixed(0)} ms`,
      goal: `<= ${P50_GOAL_MS} ms`,
      pass: chosen.p50 <= P50_GOAL_MS,
    },
    {
      id: 'P1',
      figure: `${named}: pauses cut off`,
      value: percent(chosen.cutOffs),
      goal: `<= ${100 * CUT_OFF_GOAL} %`,
      pass: chosen.cutOffs <= CUT_OFF_GOAL,
    },
    { id: 'P1', figure: 'pauses into which any sound of the answer fell', value: percent(chosen.sounds) },
    { id: 'P1', figure: 'natural pauses alone: cut off', value: percent(chosen.natural) },
    { id: 'P1', figure: `natural pauses over ${PAUSE_TO_MS} ms: cut off`, value: percent(chosen.long) },
    { id: 'P1', figure: `${named}: voice to voice, p95`, value: `${chosen.p95.toFixed(0)} ms` },
  ],
  notes: [
    `${ends.length} true ends, ${pauses.filter(({ kind }) => kind === 'natural').length} natural and ${pauses.filter(({ kind }) => kind === 'inserted').length} inserted pauses to ${PAUSE_TO_MS} ms, ${longPauses.length} longer natural ones`,
    `voice to voice: endpoint after the last sound + ${START_MS} ms; cut off: more than ${SHORTEST_WORD_MS} ms of the answer had left when the first frame of speech held it`,
    human ? 'human recordings' : 'our own voice: only pauses between words that were understood',
  ],
});
process.exitCode = reached ? 0 : 1;
