import { stringify } from 'yaml';
import { type Setting, sections, settings } from './config-keys.ts';

/** `configs/default.yaml` as the schema tells it: every setting with its description and default. */
export function renderDefaults(): string {
  return [HEAD, ...sections.map((section) => renderSection(section))].join('\n');
}

const HEAD = `# Every setting with its default: what an empty configuration means. Written by \`npm run defaults\` from
# server/core/config-schema.ts. Set your own in a file given with \`--config my.yaml\`, one by one with
# \`--set section.key=value\`, or in the environment as VISAVIS_SECTION__KEY (server.maxCalls: VISAVIS_SERVER__MAX_CALLS).
# Later wins: this file < --config (a preset of this folder, or a path) < VISAVIS_* < flags. Relative paths start at the
# project's folder. A setting without a value is optional and unset.
`;

const PURPOSE: Readonly<Record<string, string>> = {
  server: 'Pages, signalling and API: who may connect, and how much of it',
  transport: 'Sound and picture on the network (WebRTC)',
  hearing: 'From the microphone to words, and when a turn is over',
  thinking: 'What the avatar answers',
  persona: 'Who the avatar is',
  speaking: 'From words to sound',
  face: 'The picture',
  avatars: 'Making faces: of photographs, of words, with the help of image servers',
  session: 'The manners of a conversation: who speaks when',
  log: 'What the server tells about itself; what people say is never in it',
};

const renderSection = (section: string): string => {
  const own = settings.filter((setting) => setting.section === section);
  return `# ${PURPOSE[section] ?? section}.\n${section}:\n${own.map(renderSetting).join('')}`;
};

const renderSetting = (setting: Setting): string => {
  const unnamed = setting.choices?.some((choice) => !setting.description.includes(choice));
  const choices = unnamed ? ` ${setting.type === 'array' ? 'Any' : 'One'} of ${setting.choices?.join(', ')}.` : '';
  const line =
    setting.default === undefined
      ? `${setting.key}:`
      : stringify({ [setting.key]: setting.default }, { lineWidth: 0, singleQuote: true, flowCollectionPadding: false })
          .trimEnd()
          .replaceAll('\n', '\n  ');
  return `  # ${setting.description}${choices}\n  ${line}\n`;
};
