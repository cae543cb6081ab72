/** Who draws the face; `auto` is decided by `renderingPlace`. */
export const RENDERING_WISHES = ['auto', 'server', 'client'] as const;
export type RenderingWish = (typeof RENDERING_WISHES)[number];
export type RenderingPlace = Exclude<RenderingWish, 'auto'>;

/** As much of the Network Information API as is looked at; not every browser has it. */
export interface LinkInformation {
  readonly saveData?: boolean;
  /** Mbit/s, an estimate. */
  readonly downlink?: number;
}

/** What a picture at its best, its sound and everything beside it need. */
const WIDE_ENOUGH_MBITS = 0.7;

/** Whether the visitor's link is known to be narrow, or he wants little to be sent. */
export function isNarrow(link: LinkInformation | undefined): boolean {
  const { saveData = false, downlink = 0 } = link ?? {};
  return saveData || (downlink > 0 && downlink < WIDE_ENOUGH_MBITS);
}

/** `auto`: this browser draws where the link is known to be narrow, else the server does. */
export function renderingPlace(wish: RenderingWish, link: LinkInformation | undefined): RenderingPlace {
  if (wish === 'auto') return isNarrow(link) ? 'client' : 'server';
  return wish === 'client' ? 'client' : 'server';
}

export const ownLink = (): LinkInformation | undefined => (navigator as { connection?: LinkInformation }).connection;
