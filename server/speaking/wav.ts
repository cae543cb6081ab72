import { speakingError } from './speaking-error.ts';

export interface Sound {
  /** Mono. */
  readonly pcm: Int16Array;
  readonly sampleRateHz: number;
}

/**
 * Reads 16-bit PCM from RIFF WAVE; several channels are mixed to one. A data chunk whose size is a placeholder (streamed
 * answers write 0 or 0xFFFFFFFF) reaches to the end of the file. Throws `engine_failed` on anything else.
 */
export function readWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw speakingError('engine_failed', 'The engine gave no WAVE file');
  let sampleRateHz = 0;
  let channels = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag(at) === 'fmt ' && start + 16 <= bytes.length) {
      channels = view.getUint16(start + 2, true);
      sampleRateHz = view.getUint32(start + 4, true);
      if (view.getUint16(start + 14, true) !== 16) throw speakingError('engine_failed', 'The WAVE file is not 16-bit');
    } else if (tag(at) === 'data') {
      if (channels < 1 || channels > 8 || sampleRateHz < 4_000 || sampleRateHz > 192_000) break;
      const end = size === 0 || start + size > bytes.length ? bytes.length : start + size;
      return { pcm: mix(view, start, Math.floor((end - start) / (2 * channels)), channels), sampleRateHz };
    }
    at = start + size + (size & 1);
  }
  throw speakingError('engine_failed', 'The WAVE file has no readable sound');
}

function mix(view: DataView, start: number, frames: number, channels: number): Int16Array {
  const pcm = new Int16Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += view.getInt16(start + 2 * (frame * channels + channel), true);
    pcm[frame] = Math.round(sum / channels);
  }
  return pcm;
}

/** A 16-bit mono WAVE file. */
export function writeWav({ pcm, sampleRateHz }: Sound): Uint8Array {
  const bytes = new Uint8Array(44 + pcm.length * 2);
  const view = new DataView(bytes.buffer);
  const tag = (at: number, text: string) =>
    bytes.set(
      [...text].map((char) => char.charCodeAt(0)),
      at,
    );
  tag(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, pcm.length * 2, true);
  for (let i = 0; i < pcm.length; i++) view.setInt16(44 + 2 * i, pcm[i] as number, true);
  return bytes;
}
