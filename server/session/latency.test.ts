import { describe, expect, it } from 'vitest';
import { latencySamples, type TurnStations, waterfall } from './latency.ts';

const SPOKEN: TurnStations = {
  kind: 'spoken',
  originMs: 1_000,
  endpointMs: 1_600,
  finalMs: 1_612,
  startedMs: 1_612,
  firstTextMs: 1_700,
  firstPieceMs: 1_730,
  soundMs: 1_750,
  firstFrameMs: 1_760,
};

describe('the waterfall of a turn', () => {
  it('has spans that follow each other and a total to the sound', () => {
    expect(waterfall(SPOKEN, 25)).toEqual({
      kind: 'spoken',
      prepared: false,
      endpoint_ms: 600,
      asr_ms: 12,
      llm_first_token_ms: 88,
      tts_first_piece_ms: 30,
      first_frame_ms: 760,
      network_ms: 25,
      total_ms: 775,
    });
  });

  it('counts what was ready before as nothing', () => {
    const prepared = { ...SPOKEN, startedMs: 1_100, firstTextMs: 1_150, firstPieceMs: 1_180, soundMs: 1_620 };
    expect(waterfall(prepared, null)).toMatchObject({
      prepared: true,
      endpoint_ms: 600,
      asr_ms: 12,
      llm_first_token_ms: 0,
      tts_first_piece_ms: 0,
      network_ms: null,
      total_ms: 620,
    });
  });

  it('leaves out what a typed turn has not', () => {
    const typed: TurnStations = { kind: 'typed', originMs: 500, startedMs: 500, firstTextMs: 540, firstPieceMs: 560, soundMs: 580 };
    expect(waterfall(typed, null)).toEqual({
      kind: 'typed',
      prepared: false,
      endpoint_ms: null,
      asr_ms: null,
      llm_first_token_ms: 40,
      tts_first_piece_ms: 20,
      first_frame_ms: null,
      network_ms: null,
      total_ms: 80,
    });
    expect(waterfall({ kind: 'typed', originMs: 500 }, 10).total_ms).toBeNull();
  });
});

describe('the samples for the histograms', () => {
  it('count from the last sound of the visitor, but for the recogniser', () => {
    expect(Object.fromEntries(latencySamples(SPOKEN))).toEqual({
      endpoint: 600,
      asr: 12,
      llm_first_token: 700,
      tts_first_piece: 730,
      first_frame: 760,
      voice_to_voice: 750,
    });
    expect([...latencySamples({ kind: 'said', originMs: 0 })]).toEqual([]);
  });
});
