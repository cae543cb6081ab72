import { z } from 'zod';

/**
 * The two tokenizers of small text classifiers, out of the `tokenizer.json` that lies beside such a model: WordPiece
 * (BERT and its distillates) and byte-level BPE (RoBERTa and its distillates).
 */
const schema = z.object({
  model: z.object({
    type: z.enum(['WordPiece', 'BPE']),
    vocab: z.record(z.string(), z.number().int()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])).optional(),
    unk_token: z.string().nullish(),
    continuing_subword_prefix: z.string().nullish(),
  }),
  normalizer: z.object({ lowercase: z.boolean().optional() }).nullish(),
});

export interface Tokenizer {
  /** Token numbers with the marks of beginning and end, at most `most`. */
  encode(text: string, most: number): number[];
}

/** Longer words are no words. */
const MAX_WORD_CHARS = 100;

/** @throws ZodError when it is no tokenizer of these kinds, Error when its marks are missing */
export function createTokenizer(json: unknown): Tokenizer {
  const { model, normalizer } = schema.parse(json);
  const vocab = new Map(Object.entries(model.vocab));
  const id = (...names: string[]): number => {
    const name = names.find((candidate) => vocab.has(candidate));
    if (name === undefined) throw new Error(`The vocabulary has none of ${names.join(', ')}`);
    return vocab.get(name) as number;
  };
  const first = id('<s>', '[CLS]');
  const last = id('</s>', '[SEP]');
  const unknown = id(model.unk_token ?? '<unk>', '<unk>', '[UNK]');
  const pieces =
    model.type === 'BPE'
      ? bytePairs(model.merges ?? [])
      : wordPieces(vocab, model.continuing_subword_prefix ?? '##', normalizer?.lowercase !== false);
  return {
    encode(text, most) {
      const tokens = pieces(text).map((piece) => vocab.get(piece) ?? unknown);
      return [first, ...tokens.slice(0, most - 2), last];
    },
  };
}

type Pieces = (text: string) => string[];

/** The longest known beginning of each word, then of the rest (Wu et al., "Google's neural machine translation system", 2016). */
function wordPieces(vocab: ReadonlyMap<string, number>, prefix: string, lowercase: boolean): Pieces {
  return (text) => {
    const folded = lowercase
      ? text
          .toLowerCase()
          .normalize('NFD')
          .replace(/\p{M}+/gu, '')
      : text;
    const words = folded.match(/[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? [];
    return words.flatMap((word) => {
      const found: string[] = [];
      for (let from = 0; from < word.length; ) {
        let to = Math.min(word.length, from + MAX_WORD_CHARS);
        const piece = (): string => (from > 0 ? prefix : '') + word.slice(from, to);
        while (to > from && !vocab.has(piece())) to--;
        if (to === from) return [word];
        found.push(piece());
        from = to;
      }
      return found;
    });
  };
}

/** GPT-2's splitting of text, each part of which is merged on its own. */
const PARTS = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Byte-level byte pair encoding (Radford et al., "Language models are unsupervised multitask learners", 2019). */
function bytePairs(merges: readonly (string | readonly [string, string])[]): Pieces {
  const ranks = new Map(merges.map((merge, rank) => [typeof merge === 'string' ? merge : merge.join(' '), rank]));
  const letters = byteLetters();
  const encoder = new TextEncoder();
  return (text) =>
    (text.match(PARTS) ?? []).flatMap((part) => {
      const symbols = Array.from(encoder.encode(part.slice(0, MAX_WORD_CHARS)), (byte) => letters[byte] as string);
      while (symbols.length > 1) {
        let best = -1;
        let bestRank = Number.POSITIVE_INFINITY;
        for (let i = 0; i + 1 < symbols.length; i++) {
          const rank = ranks.get(`${symbols[i]} ${symbols[i + 1]}`) ?? Number.POSITIVE_INFINITY;
          if (rank < bestRank) [best, bestRank] = [i, rank];
        }
        if (best < 0) break;
        symbols.splice(best, 2, `${symbols[best]}${symbols[best + 1]}`);
      }
      return symbols;
    });
}

/** Bytes as printable letters: those that are printable are themselves, the others follow from U+0100 on. */
function byteLetters(): readonly string[] {
  const isPrintable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
}
