import { type ChildMessage, type ParentLink, serveParent } from './child.ts';

/** A child for the tests of child.ts: does what its messages say. */
let parent: ParentLink | undefined;

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      parent?.emit({ kind: 'aborted' });
      reject(signal.reason);
    });
  });

serveParent<{ refuse?: boolean; greeting?: string }>({
  start(init, link) {
    parent = link;
    if (init.refuse) throw new Error('no engine here');
    return { greeting: init.greeting };
  },
  ask(body: ChildMessage, { signal, part }) {
    switch (body.kind) {
      case 'echo':
        return body['value'];
      case 'count':
        for (let i = 1; i <= 3; i++) part(i);
        return 'done';
      case 'fail':
        throw new Error('cannot');
      case 'die':
        return process.abort();
      case 'forever':
        parent?.emit({ kind: 'working' });
        return untilAborted(signal);
    }
    return undefined;
  },
  tell(body) {
    if (body.kind === 'hang') for (;;);
    if (body.kind === 'shout') parent?.emit({ kind: 'heard', value: body['value'] });
  },
});
