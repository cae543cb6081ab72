/** The language alone of a BCP 47 tag: `de` of `de-AT`; lower case. */
export const primaryLanguage = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] as string;
