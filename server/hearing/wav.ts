/** 16-bit mono RIFF WAVE around PCM. */
export function writeWav(pcm: Int16Array, sampleRateHz: number): Buffer<ArrayBuffer> {
  const file = Buffer.alloc(44 + 2 * pcm.length);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + 2 * pcm.length, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(2 * sampleRateHz, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(2 * pcm.length, 40);
  for (let i = 0; i < pcm.length; i++) file.writeInt16LE(pcm[i]!, 44 + 2 * i);
  return file;
}

/** The first channel of a 16-bit RIFF WAVE. Throws when there is no sound in it. */
export function readWav(file: Buffer): { readonly pcm: Int16Array; readonly sampleRateHz: number } {
  const channels = file.readUInt16LE(22);
  const sampleRateHz = file.readUInt32LE(24);
  let at = 12;
  while (at + 8 <= file.length) {
    const size = file.readUInt32LE(at + 4);
    if (file.toString('latin1', at, at + 4) === 'data') {
      const samples = Math.floor(Math.min(size, file.length - at - 8) / 2 / channels);
      const pcm = new Int16Array(samples);
      for (let i = 0; i < samples; i++) pcm[i] = file.readInt16LE(at + 8 + 2 * channels * i);
      return { pcm, sampleRateHz };
    }
    at += 8 + size + (size & 1);
  }
  throw new RangeError('No data chunk in the WAV file');
}
