/** What English words say about whether an utterance is over: lists and light heuristics, no grammar. */

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Words after which an English sentence hardly ever ends. */
const HANGING = setOf(
  // determiners and possessives
  'the a an my your our their its every whose ' +
    // conjunctions and relative words
    'and but or nor so because if unless although though whereas while whether than as since until that which who whom where when how why what ' +
    // prepositions that are not adverbs as well
    'of at to for from with by into onto upon about between among during without within against towards toward despite except per via like ' +
    // auxiliaries
    "is are was were am be been being do does did have has had can could will would shall should may might must cannot isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't couldn't won't wouldn't shouldn't not " +
    // pronouns that are subjects
    "i he she we they i'm you're he's she's it's we're they're that's there's who's what's i'd i'll i've you'd you'll you've he'd he'll she'd she'll we'd we'll we've they'd they'll they've " +
    // adverbs of degree and what leads on
    'very quite rather too more most less such just also even only really maybe perhaps other another same first ' +
    // fillers
    'uh um er erm hmm mm eh ah',
);

/** Of the hanging words: those that do end sentences now and then ("where is it from", "yes i am", "that is enough too"). */
const MAY_END = setOf(
  "that which who where when how why what so to for from with at about as like is are was am do does did have has had can could will would should not don't doesn't didn't can't won't though too more most less other another same first only really maybe been be ah",
);

/** Words that often close a turn. */
const CLOSING = setOf(
  'please thanks thank again today tomorrow tonight yesterday now then here there it me you him them us too yet already anyway either myself yourself itself ' +
    'something anything nothing everything somewhere anywhere somebody anybody everybody yes no okay ok right sure course',
);

/** The commonest finite verbs; others are told by their endings. */
const VERBS = setOf(
  "is are was were am be do does did have has had can could will would shall should may might must cannot isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't couldn't won't wouldn't shouldn't " +
    "i'm you're he's she's it's we're they're that's there's who's what's i'd i'll i've you'd you'll you've he'd he'll she'd she'll we'd we'll we've they'd they'll they've let's " +
    'want wants need needs like likes make makes made take takes took give gives gave get gets got put bring brings brought buy buys bought find finds found let keep keeps kept tell tells told ask asks show shows send sends sent use call say says said think thinks thought know knows knew mean means meant ' +
    'go goes went come comes came see sees saw look looks hear hears heard work works live lives start starts stop stops run runs ran turn play plays read write wrote speak speaks spoke talk talks help helps try tries cost costs open opens close closes leave leaves left learn become becomes became begin begins began hold holds held stand stands stood lie lies lay fall falls fell feel feels felt pay pays happen happens seem seems remember forget forgot ' +
    'set add change changes explain repeat describe wait move moves drink eat eats sit sat send win won lose lost meet met spend spent build built mend drop tear lack thank remind cancel wake',
);

const SUBORDINATORS = setOf('if when although though because since while as after before unless until once whenever for');

/** Recognisers write "[noise]", "word(2)" and punctuation; the rule wants plain words. */
export function turnWords(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/\(\d+\)|\[[^\]]*\]|<[^>]*>/g, ' ')
    .replace(/[\u2018\u2019]/g, "'")
    .split(/[^\p{L}\p{M}\p{N}']+/u)
    .filter(Boolean);
}

export const isHanging = (word: string): boolean => HANGING.has(word) && !MAY_END.has(word);

const isVerb = (word: string): boolean => VERBS.has(word) || (word.length > 4 && /[^e]ed$/.test(word));

/** What the words say, each 0 or 1 but for `length`. `isClosed`: the recogniser wrote the end of a sentence. */
export function wordFeatures(words: readonly string[], isClosed = false) {
  const last = words.at(-1) ?? '';
  const is = (condition: boolean): number => (condition ? 1 : 0);
  return {
    hanging: is(isHanging(last) && !isClosed),
    mayHang: is(MAY_END.has(last) && !isClosed),
    closing: is(CLOSING.has(last)),
    /** "If it rains tomorrow": the main clause is still to come. Verbs in a row ("was closed") are one. */
    halfClause: is(SUBORDINATORS.has(words[0] ?? '') && words.filter((word, i) => isVerb(word) && !isVerb(words[i - 1] ?? '')).length < 2),
    single: is(words.length === 1),
    length: Math.min(1, words.length / 5),
  };
}

export type WordFeatures = ReturnType<typeof wordFeatures>;
