import type { Command } from './command.ts';

export const command: Command = {
  name: 'doctor',
  summary: 'say what is installed, what is missing and what that means',
  flags: [
    { name: 'config', value: 'NAME', summary: 'preset of configs/ or path of a YAML file; may be repeated', repeatable: true },
    { name: 'set', value: 'SECTION.KEY=VALUE', summary: 'any setting of configs/default.yaml; may be repeated', repeatable: true },
    { name: 'port', value: 'NUMBER', summary: 'the port to look at' },
    { name: 'host', value: 'ADDRESS', summary: 'the address to look at' },
  ],
  details: 'Exits with 1 when a live conversation is not possible with what is here.',
  run: async (invocation) => (await import('./diagnose.ts')).diagnose(invocation),
};
