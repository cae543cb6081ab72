import type { Command, Flag } from './command.ts';

export const startFlags: readonly Flag[] = [
  { name: 'port', value: 'NUMBER', summary: 'TCP port; 0 picks a free one (8080)' },
  { name: 'host', value: 'ADDRESS', summary: 'address to listen on (127.0.0.1: this machine only)' },
  { name: 'config', value: 'NAME', summary: 'preset of configs/ or path of a YAML file; may be repeated', repeatable: true },
  { name: 'log-level', value: 'LEVEL', summary: 'trace, debug, info, warn, error, fatal or silent (info)' },
  { name: 'set', value: 'SECTION.KEY=VALUE', summary: 'any setting of configs/default.yaml; may be repeated', repeatable: true },
];

export const command: Command = {
  name: 'start',
  summary: 'serve the live conversation on http://localhost:8080',
  flags: [
    ...startFlags,
    { name: 'open', summary: 'open the page in the browser' },
    { name: 'quiet', summary: 'no greeting when it is ready' },
  ],
  details: `
Settings: configs/default.yaml < --config < VISAVIS_SECTION__KEY (and VISAVIS_PORT, VISAVIS_HOST) < flags.

  ./visavis start --config kiosk --port 9000
  ./visavis start --set thinking.ollamaUrl=http://127.0.0.1:11434 --set thinking.ollamaModel=qwen2.5:7b
  VISAVIS_SERVER__API_KEYS=... ./visavis start --config production`,
  run: async (invocation) => (await import('./serve.ts')).serve(invocation),
};
