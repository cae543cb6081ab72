import { RtcpPacketConverter, TransportWideCC } from 'werift';
import { describe, expect, it } from 'vitest';
import { twccResults } from '../server/transport/twcc.ts';
import { ArrivalReports } from './arrival-reports.ts';

/** What a server reads out of a report, to the tick of 0.25 ms. */
function readBack(reports: ArrivalReports) {
  const report = reports.take();
  if (!report) return undefined;
  const [packet] = RtcpPacketConverter.deSerialize(report.serialize()) as unknown as [{ feedback: TransportWideCC }];
  expect(packet.feedback).toBeInstanceOf(TransportWideCC);
  return twccResults(packet.feedback).map(({ sequenceNumber, arrivedAtMs }) => [sequenceNumber, arrivedAtMs]);
}

describe('reports of arrivals', () => {
  it('tell each packet by its number, missing ones, and long waits', () => {
    const reports = new ArrivalReports();
    for (const [number, atMs] of [
      [10, 1_000.25],
      [11, 1_001],
      [14, 1_300],
      [15, 1_300],
    ] as const)
      reports.arrived(number, atMs);
    expect(readBack(reports)).toEqual([
      [10, 1_000.25],
      [11, 1_001],
      [12, undefined],
      [13, undefined],
      [14, 1_300],
      [15, 1_300],
    ]);
    expect(readBack(reports)).toBeUndefined();
    reports.arrived(17, 9_000);
    expect(readBack(reports)).toEqual([
      [16, undefined],
      [17, 9_000],
    ]);
  });

  it('go on over the end of the numbers, and tell of a packet that came late', () => {
    const reports = new ArrivalReports();
    for (const [number, atMs] of [
      [0xfffe, 50],
      [0, 60],
    ] as const)
      reports.arrived(number, atMs);
    expect(readBack(reports)).toEqual([
      [0xfffe, 50],
      [0xffff, undefined],
      [0, 60],
    ]);
    for (const [number, atMs] of [
      [1, 80],
      [0xffff, 70],
    ] as const)
      reports.arrived(number, atMs);
    expect(readBack(reports)).toEqual([
      [0xffff, 70],
      [0, undefined],
      [1, 80],
    ]);
  });
});
