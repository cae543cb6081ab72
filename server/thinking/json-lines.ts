import { thinkingError } from './thinking-error.ts';

/** Longer lines are no tokens of a reply. */
const MAX_LINE_CHARS = 1024 * 1024;

/**
 * Lets lines of JSON through and fails with `llm_garbled` at the first one that is none. Clients of such streams print a
 * line that they cannot read, and go on; but it may hold what was said, and what follows it is no answer.
 */
export function jsonLines(): TransformStream<string, string> {
  let waiting = '';
  const check = (line: string) => {
    try {
      if (line.trim() !== '') JSON.parse(line);
    } catch {
      // The parser's message quotes the line.
      throw thinkingError('llm_garbled', 'The server sent a line that is not JSON');
    }
  };
  return new TransformStream({
    transform(chunk, controller) {
      const end = chunk.lastIndexOf('\n');
      const lines = end < 0 ? [] : (waiting + chunk.slice(0, end)).split('\n');
      waiting = end < 0 ? waiting + chunk : chunk.slice(end + 1);
      if (waiting.length > MAX_LINE_CHARS)
        throw thinkingError('llm_garbled', `The server sent a line of more than ${MAX_LINE_CHARS} characters`);
      for (const line of lines) {
        check(line);
        if (line.trim() !== '') controller.enqueue(`${line}\n`);
      }
    },
    flush(controller) {
      check(waiting);
      if (waiting.trim() !== '') controller.enqueue(`${waiting}\n`);
    },
  });
}
