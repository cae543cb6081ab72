import { describe, expect, it } from 'vitest';
import { jsonLines } from './json-lines.ts';

async function through(chunks: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = new ReadableStream<string>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  for await (const line of stream.pipeThrough(jsonLines())) lines.push(line);
  return lines;
}

describe('lines of JSON', () => {
  it('pass whole, however they were cut, without empty ones', async () => {
    expect(await through(['{"a":', '1}\n\n{"b"', ':"x"}\n', '[]'])).toEqual(['{"a":1}\n', '{"b":"x"}\n', '[]\n']);
  });

  it.each([
    ['a page', ['{"a":1}\n', '<html>my secret</html>\n']],
    ['half a line at the end', ['{"a":']],
    ['a line without end', Array.from({ length: 1_100 }, () => 'x'.repeat(1_000))],
  ])('end at %s, which is not quoted', async (_name, chunks) => {
    const error = await through(chunks).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'llm_garbled' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
