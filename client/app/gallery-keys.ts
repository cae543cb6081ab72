/** What a key means in a gallery of tiles, row by row: the tile to go to, or `pick` for the one that has the focus. */
export interface GalleryPlace {
  readonly at: number;
  readonly count: number;
  /** Tiles in a row, as they lie on the screen now. */
  readonly columns: number;
  readonly rightToLeft: boolean;
}

export function galleryMove(key: string, { at, count, columns, rightToLeft }: GalleryPlace): number | 'pick' | undefined {
  const last = count - 1;
  const onwards = rightToLeft ? -1 : 1;
  switch (key) {
    case 'ArrowRight':
      return clamp(at + onwards, last);
    case 'ArrowLeft':
      return clamp(at - onwards, last);
    case 'ArrowDown':
      // Below the end of a short last row lies its last tile, unless this is that row.
      return at + columns <= last ? at + columns : rowOf(at, columns) < rowOf(last, columns) ? last : at;
    case 'ArrowUp':
      return at - columns >= 0 ? at - columns : at;
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'Enter':
    case ' ':
      return 'pick';
    default:
      return undefined;
  }
}

/** The next tile after `at` whose name begins with what was typed; the one at `at` counts when the typing goes on. */
export function galleryFind(typed: string, names: readonly string[], at: number): number | undefined {
  const wanted = typed.toLocaleLowerCase();
  const from = typed.length > 1 ? at : at + 1;
  for (let i = 0; i < names.length; i++) {
    const index = (from + i) % names.length;
    if (names[index]?.toLocaleLowerCase().startsWith(wanted)) return index;
  }
  return undefined;
}

const clamp = (index: number, last: number): number => Math.min(last, Math.max(0, index));
const rowOf = (index: number, columns: number): number => Math.floor(index / columns);
