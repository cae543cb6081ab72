/** What a browser saw and heard of one answer. */
export interface WatchedAnswer {
  readonly seconds: number;
  /** Of the face channel; bytes without any head. */
  readonly facePackets: number;
  readonly faceBytes: number;
  readonly pictures: number;
  /** Longest time between two new pictures. */
  readonly longestStillMs: number;
  readonly sidePx: number;
  /** Media time of the picture that is shown against that of the sound that is played: positive when the picture is early. */
  readonly skewMs: readonly number[];
  /** When sound was played against its media time, less the least of all, in the order of playing. */
  readonly soundLagMs: readonly number[];
}

/** Runs in the page: notes every new picture and every new packet of sound until the answer with that index ends. */
export async function watchAnswer(index: number): Promise<WatchedAnswer> {
  const avatar = document.querySelector('visavis-app')!.shadowRoot!.querySelector('visavis-avatar')!;
  const canvas = avatar.shadowRoot!.querySelector('canvas')!;
  const connection = window.visitor.connection!;
  const receiver = connection.getReceivers().find(({ track }) => track.kind === 'audio')!;
  const facesSoFar = async (): Promise<{ packets: number; bytes: number }> => {
    for (const report of (await connection.getStats()).values())
      if (report.type === 'data-channel' && report.label === 'visavis.face')
        return { packets: report.messagesReceived, bytes: report.bytesReceived };
    return { packets: 0, bytes: 0 };
  };
  const before = await facesSoFar();
  const beganMs = performance.now();
  const skewMs: number[] = [];
  const lagMs: number[] = [];
  let heardTimestamp: number | undefined;
  let shownMs: number | undefined;
  let pictures = 0;
  let lastPictureMs = beganMs;
  let longestStillMs = 0;
  const answersEnded = () => window.visitor.events.filter(({ type }) => type === 'output_audio_buffer.stopped').length;
  while (answersEnded() <= index) {
    await new Promise(requestAnimationFrame);
    const heard = receiver.getSynchronizationSources()[0];
    const heardAtMs = heard ? heard.timestamp - performance.timeOrigin : 0;
    if (heard && heard.rtpTimestamp !== heardTimestamp) {
      heardTimestamp = heard.rtpTimestamp;
      lagMs.push(heardAtMs - heard.rtpTimestamp / 48);
    }
    if (avatar.shownMediaMs === undefined || avatar.shownMediaMs === shownMs) continue;
    const nowMs = performance.now();
    shownMs = avatar.shownMediaMs;
    pictures++;
    longestStillMs = Math.max(longestStillMs, nowMs - lastPictureMs);
    lastPictureMs = nowMs;
    if (heard && nowMs - heardAtMs < 100) skewMs.push(shownMs - heard.rtpTimestamp / 48 - (nowMs - heardAtMs));
  }
  const seconds = (performance.now() - beganMs) / 1_000;
  const after = await facesSoFar();
  const least = Math.min(...lagMs);
  const soundLagMs = lagMs.map((lag) => lag - least);
  return {
    seconds,
    facePackets: after.packets - before.packets,
    faceBytes: after.bytes - before.bytes,
    pictures,
    longestStillMs,
    sidePx: canvas.width,
    skewMs,
    soundLagMs,
  };
}
