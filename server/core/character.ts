/** Who a face is in a conversation. Written in its avatar.json; what a call asks for itself comes first. */
export interface Character {
  /** What it calls itself. */
  readonly name: string;
  /** A voice that nobody chose is one of this sex, where there is any. */
  readonly sex?: 'female' | 'male';
  /** Voices of its own by primary language ("en"), the best one first; those that are not there are passed over. */
  readonly voices?: Readonly<Record<string, readonly string[]>>;
  /** A sentence or two for the language model, after the persona's instructions. */
  readonly persona?: string;
}

/** What a face is called whose file says nothing, or has not been read: `dr-noor` is "Dr Noor". */
export const nameOfFolder = (avatar: string): string =>
  avatar
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ');
