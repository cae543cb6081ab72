import { afterEach, describe, expect, it } from 'vitest';
import { EventLoopDelay } from './event-loop.ts';
import { LATENCY_STAGES, Metrics } from './metrics.ts';

let loop: EventLoopDelay | undefined;
afterEach(() => loop?.close());

const sample = (text: string, name: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  );

describe('Metrics', () => {
  it('counts calls as they come, go and are refused', async () => {
    const metrics = new Metrics();
    metrics.callBegan('webrtc');
    metrics.callBegan('webrtc');
    metrics.callBegan('websocket');
    metrics.callEnded('webrtc', 'hangup');
    metrics.callRefused('full');
    const text = await metrics.exposition();
    expect(sample(text, 'visavis_calls_active{carrier="webrtc"}')).toBe(1);
    expect(sample(text, 'visavis_calls_total{carrier="webrtc"}')).toBe(2);
    expect(sample(text, 'visavis_calls_active{carrier="websocket"}')).toBe(1);
    expect(sample(text, 'visavis_calls_ended_total{reason="hangup"}')).toBe(1);
    expect(sample(text, 'visavis_calls_refused_total{reason="full"}')).toBe(1);
  });

  it.each(LATENCY_STAGES)('keeps a histogram of %s in seconds', async (stage) => {
    const metrics = new Metrics();
    metrics.observeLatency(stage, 450);
    metrics.observeLatency(stage, 90);
    metrics.observeLatency(stage, Number.NaN);
    const text = await metrics.exposition();
    expect(sample(text, `visavis_turn_latency_seconds_count{stage="${stage}"}`)).toBe(2);
    expect(sample(text, `visavis_turn_latency_seconds_sum{stage="${stage}"}`)).toBeCloseTo(0.54);
    expect(sample(text, `visavis_turn_latency_seconds_bucket{le="0.1",stage="${stage}"}`)).toBe(1);
    expect(sample(text, `visavis_turn_latency_seconds_bucket{le="0.5",stage="${stage}"}`)).toBe(2);
  });

  it('reads the event loop and the memory when scraped', async () => {
    loop = new EventLoopDelay();
    const text = await new Metrics(loop).exposition();
    for (const quantile of ['0.5', '0.99', '1'])
      expect(sample(text, `visavis_event_loop_delay_seconds{quantile="${quantile}"}`)).toBeGreaterThanOrEqual(0);
    expect(sample(text, 'visavis_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('does not mix two servers of one process', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.framesEncoded.inc();
    expect(sample(await one.exposition(), 'visavis_frames_encoded_total')).toBe(1);
    expect(sample(await other.exposition(), 'visavis_frames_encoded_total')).toBe(0);
  });
});
