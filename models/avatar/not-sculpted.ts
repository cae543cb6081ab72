import type { PersonBrief } from '../../server/casting/brief.ts';

/** What a sculpted picture of this brief cannot show yet; for a note to whoever asked. */
export function notSculpted(brief: PersonBrief): string[] {
  const missing: string[] = [];
  if (brief.kind === 'robot') return missing;
  if (['shirt', 'hoodie'].includes(brief.clothes.kind)) missing.push(brief.clothes.kind);
  return missing;
}
