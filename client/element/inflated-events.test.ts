import { createDeflateRaw, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { canInflate, InflatedEvents } from './inflated-events.ts';

test('events are read as soon as they are whole, wherever the bytes were cut', async () => {
  expect(canInflate()).toBe(true);
  const deflater = createDeflateRaw();
  const pieces: Buffer[] = [];
  deflater.on('data', (bytes: Buffer) => pieces.push(bytes));
  const deflated = async (text: string): Promise<Buffer> => {
    deflater.write(text);
    await new Promise<void>((resolve) => deflater.flush(constants.Z_SYNC_FLUSH, resolve));
    return Buffer.concat(pieces.splice(0));
  };
  const read: string[] = [];
  let heard: () => void = () => undefined;
  const events = new InflatedEvents((text) => {
    read.push(text);
    heard();
  });
  const until = async (count: number): Promise<void> => {
    while (read.length < count) await new Promise<void>((resolve) => (heard = resolve));
  };
  const send = (bytes: Buffer) => events.receive(Uint8Array.from(bytes).buffer);

  send(await deflated('{"a":1}\n{"b":"é'));
  await until(1);
  expect(read).toEqual(['{"a":1}']);
  const rest = await deflated('é"}\n{"c":3}\n');
  for (const byte of rest) send(Buffer.of(byte));
  await until(3);
  expect(read).toEqual(['{"a":1}', '{"b":"éé"}', '{"c":3}']);
  deflater.destroy();
});
