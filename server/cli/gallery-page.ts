/** One avatar of the gallery, or a picture that became none. Paths are relative to the page. */
export type GalleryEntry =
  | {
      readonly title: string;
      readonly origin: string;
      readonly licence: string;
      readonly triangles: number;
      readonly voice: string;
      readonly sheet: string;
      readonly clip: string;
    }
  | { readonly title: string; readonly problem: string };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

const STYLE = `
  body { margin: 0; padding: 2rem clamp(1rem, 4vw, 4rem); font: 16px/1.5 system-ui, sans-serif; color: #e8eaf0; background: #14161c; }
  h1 { font-weight: 600; }
  main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 44rem), 1fr)); }
  article { padding: 1.25rem; border-radius: 14px; background: #1e212a; }
  h2 { margin: 0 0 .25rem; font-size: 1.15rem; }
  p { margin: 0 0 .75rem; color: #a9afbe; font-size: .9rem; }
  .pair { display: grid; gap: 1rem; grid-template-columns: minmax(12rem, 2fr) 3fr; align-items: start; }
  video, img { display: block; width: 100%; border-radius: 8px; background: #000; }
  .refused { outline: 1px solid #6b4a3a; }`;

/** A page that shows the sheets and films beside it; it needs nothing from elsewhere. */
export function galleryPage(entries: readonly GalleryEntry[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Avatars</title>
<style>${STYLE}
</style>
<h1>Avatars</h1>
<p>Films and pictures on this page are synthetic.</p>
<main>
${entries.map(article).join('\n')}
</main>
</html>
`;
}

function article(entry: GalleryEntry): string {
  const title = escaped(entry.title);
  if ('problem' in entry) return `<article class="refused"><h2>${title}</h2><p>${escaped(entry.problem)}</p></article>`;
  const { origin, licence, triangles, voice } = entry;
  const [sheet, clip] = [encodeURI(entry.sheet), encodeURI(entry.clip)];
  return `<article><h2>${title}</h2><p>${escaped(origin)}. ${escaped(licence)}. ${triangles} triangles. Voice: ${escaped(voice)}.</p>
<div class="pair"><video controls loop playsinline preload="metadata" src="${clip}"></video><a href="${sheet}"><img loading="lazy" alt="Expressions of ${title}" src="${sheet}"></a></div></article>`;
}
