import { type Command, helpOf, type Invocation, parseInvocation, unknown } from './command.ts';

/** What can be done with avatars. A new one is a file `avatar-*.ts` of this folder that exports `command`, and a line here. */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  list: () => import('./avatar-list.ts'),
  preview: () => import('./avatar-preview.ts'),
  sheet: () => import('./avatar-sheet.ts'),
  clip: () => import('./avatar-clip.ts'),
  gallery: () => import('./avatar-gallery.ts'),
  validate: () => import('./avatar-validate.ts'),
  remove: () => import('./avatar-remove.ts'),
  create: () => import('./avatar-create.ts'),
  import: () => import('./avatar-import.ts'),
};

export const command: Command = {
  name: 'avatar',
  operands: `${Object.keys(SUBCOMMANDS).join('|')} [arguments]`,
  summary: 'make and look after avatars',
  flags: [],
  passThrough: true,
  details: '`./visavis avatar SUBCOMMAND --help` explains one; `./visavis avatar` lists what each does.',
  run: avatar,
};

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(SUBCOMMANDS).map(async (load) => (await load()).command));
  const lines = commands.map(({ name, operands = '', summary }) => [`${name.replace('avatar ', '')} ${operands}`, summary] as const);
  const width = Math.max(...lines.map(([left]) => left.length));
  return [
    'Usage: ./visavis avatar SUBCOMMAND [arguments]',
    '',
    ...lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    '`./visavis avatar SUBCOMMAND --help` explains one.',
    '',
  ].join('\n');
}

async function avatar({ rootDir, workingDir, operands }: Invocation): Promise<number> {
  const [name, ...rest] = operands;
  if (name === undefined) {
    process.stdout.write(await overview());
    return 0;
  }
  const load = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (!load) throw unknown(`subcommand "avatar ${name}"`, name, Object.keys(SUBCOMMANDS), '', command);
  const { command: chosen } = await load();
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpOf(chosen));
    return 0;
  }
  return chosen.run(parseInvocation(chosen, rest, rootDir, workingDir));
}
