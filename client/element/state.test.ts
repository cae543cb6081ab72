import { describe, expect, test } from 'vitest';
import { CallError } from './errors.ts';
import { type CallAction, type CallState, initialState, isBusy, reduceCall } from './state.ts';

const run = (actions: readonly CallAction[], from: CallState = initialState): CallState => actions.reduce(reduceCall, from);
const full = new CallError('server_full', { retryAfterS: 5 });

const toLive: readonly CallAction[] = [
  { type: 'start', typing: false },
  { type: 'microphone', state: 'live' },
  { type: 'connecting' },
  { type: 'connected' },
];

describe('the life of a call', () => {
  const table: readonly (readonly [name: string, actions: readonly CallAction[], expected: Partial<CallState>])[] = [
    ['nothing has happened', [], { phase: 'idle', microphone: 'unknown' }],
    ['the button asks for the microphone', toLive.slice(0, 1), { phase: 'starting', microphone: 'asking' }],
    ['a typed call asks for none', [{ type: 'start', typing: true }], { phase: 'starting', microphone: 'off' }],
    ['connecting', toLive.slice(0, 3), { phase: 'connecting', microphone: 'live' }],
    ['live', toLive, { phase: 'live', picture: false }],
    ['the picture comes', [...toLive, { type: 'picture', drawnBy: 'server' }], { phase: 'live', picture: true }],
    [
      'the network goes',
      [...toLive, { type: 'picture', drawnBy: 'server' }, { type: 'interrupted' }],
      { phase: 'reconnecting', picture: true },
    ],
    ['and comes back', [...toLive, { type: 'interrupted' }, { type: 'connected' }], { phase: 'live' }],
    ['lost while still connecting is not a reconnection', [...toLive.slice(0, 3), { type: 'interrupted' }], { phase: 'connecting' }],
    ['answering', [...toLive, { type: 'activity', activity: 'speaking' }], { activity: 'speaking' }],
    ['no recogniser', [...toLive, { type: 'hearing', available: false }], { hears: false }],
    [
      'refused',
      [
        { type: 'start', typing: false },
        { type: 'failed', error: full },
      ],
      { phase: 'failed', error: full },
    ],
    [
      'hung up in mid-answer',
      [...toLive, { type: 'picture', drawnBy: 'server' }, { type: 'activity', activity: 'speaking' }, { type: 'ended', reason: 'hangup' }],
      { phase: 'ended', endReason: 'hangup', activity: 'listening', picture: false },
    ],
    [
      'a second call forgets the first',
      [...toLive, { type: 'failed', error: full }, { type: 'start', typing: false }],
      { phase: 'starting', error: undefined, hears: true },
    ],
    ['a second start changes nothing', [...toLive, { type: 'start', typing: true }], { phase: 'live', microphone: 'live' }],
  ];
  for (const [name, actions, expected] of table) {
    test(name, () => expect(run(actions)).toMatchObject(expected));
  }
});

describe('news that comes too late', () => {
  const ended = run([...toLive, { type: 'ended', reason: 'hangup' }]);
  const late: readonly CallAction[] = [
    { type: 'microphone', state: 'live' },
    { type: 'connecting' },
    { type: 'connected' },
    { type: 'interrupted' },
    { type: 'picture', drawnBy: 'server' },
    { type: 'activity', activity: 'speaking' },
    { type: 'ended', reason: 'silence' },
    { type: 'failed', error: full },
  ];
  for (const action of late) {
    test(`${action.type} leaves an ended call ended`, () => expect(reduceCall(ended, action)).toBe(ended));
  }
});

test('busy from the button to the end', () => {
  const states = toLive.map((_, i) => run(toLive.slice(0, i + 1)));
  expect(states.every(isBusy)).toBe(true);
  expect(isBusy(initialState)).toBe(false);
});
