/**
 * A text made from another one (markup removed, signs spelled out) that still knows where each of its characters came
 * from, so that word times found in what is said lead back to what is shown. Offsets are UTF-16 units.
 */
export interface MappedText {
  readonly text: string;
  /** Offset into the source of each UTF-16 unit of `text`, and at its end the source's length. Never decreasing. */
  readonly sourceOffsets: readonly number[];
}

export class MappedTextBuilder {
  #text = '';
  readonly #offsets: number[] = [];

  get text(): string {
    return this.#text;
  }

  /** Appends what stands for the source from `sourceStart` on; `verbatim` text advances with it, said text does not. */
  append(text: string, sourceStart: number, verbatim = false): void {
    for (let i = 0; i < text.length; i++) this.#offsets.push(verbatim ? sourceStart + i : sourceStart);
    this.#text += text;
  }

  finish(sourceLength: number): MappedText {
    return { text: this.#text, sourceOffsets: [...this.#offsets, sourceLength] };
  }
}

const LIGATURES: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'Ae',
  ø: 'o',
  Ø: 'O',
  œ: 'oe',
  Œ: 'Oe',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  ð: 'th',
  þ: 'th',
  ı: 'i',
  '‘': "'",
  '’': "'",
  '‚': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': ', ',
  '…': '...',
  '−': '-',
  '×': ' times ',
};

/** What an engine of plain English can read: printable ASCII only; accents dropped, other scripts and control characters become spaces. */
export function asciiText(source: string): MappedText {
  const builder = new MappedTextBuilder();
  let offset = 0;
  for (const char of source) {
    const plain = LIGATURES[char] ?? char.normalize('NFKD').replace(/[^\x20-\x7e]/g, '');
    builder.append(plain === '' ? (/\p{M}/u.test(char) ? '' : ' ') : plain, offset);
    offset += char.length;
  }
  return builder.finish(source.length);
}
