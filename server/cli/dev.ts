import { startFlags } from './start.ts';
import type { Command } from './command.ts';

export const command: Command = {
  name: 'dev',
  summary: 'start, restart on changes to the server, reload the page',
  flags: startFlags,
  details:
    'Takes the options of `start`. A change under server/, configs/, avatars/ or voices/ restarts the server; a change to what\nthe pages are made of rebuilds them; the open page reloads after both.',
  run: async (invocation) => (await import('./watch.ts')).watchAndServe(invocation),
};
