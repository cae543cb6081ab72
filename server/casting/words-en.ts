import {
  BREAK,
  FILLER,
  fact,
  hint,
  type Lexicon,
  lexicon,
  type Meaning,
  NO_BEARD,
  NO_COVER,
  NO_GLASSES,
  NO_HAIR,
  QUALITIES as Q,
  quality,
  subject,
} from './words.ts';

/** "Side-parted" and "side parted" are one. */
export const normaliseEnglish = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[’']s\b/g, '')
    .replace(/[-–—_/]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const colours: Record<string, Meaning> = {
  black: quality(
    { person: { origin: 'african', skinTone: 9 }, skin: { skinTone: 10 } },
    { any: 'black', hair: 'black', eyes: 'dark-brown', skin: 10 },
  ),
  'jet black': quality({}, { any: 'black', hair: 'black' }),
  white: quality({ person: { origin: 'european', skinTone: 2 }, skin: { skinTone: 1 } }, { any: 'white', hair: 'white' }),
  'grey|gray|greying|graying': quality({ person: { hair: { grey: 0.9 } } }, { any: 'grey', hair: 'grey', eyes: 'grey' }),
  'silver|silvery': quality({ person: { hair: { grey: 1 } } }, { any: 'silver', hair: 'white' }),
  'salt and pepper': quality({ hair: { hair: { grey: 0.5 } }, beard: { hair: { grey: 0.5 } }, person: { hair: { grey: 0.5 } } }),
  brown: quality({ person: { skinTone: 6 } }, { any: 'brown', hair: 'brown', eyes: 'brown', skin: 6 }),
  'dark brown': quality({}, { any: 'brown', hair: 'dark-brown', eyes: 'dark-brown', skin: 8 }),
  'light brown': quality({}, { any: 'camel', hair: 'light-brown', eyes: 'amber', skin: 5 }),
  brunette: quality({ person: { hair: { colour: 'dark-brown' } } }, { hair: 'dark-brown' }),
  'chestnut|auburn': quality({}, { any: 'brown', hair: 'auburn' }),
  'blond|blonde|golden|fair haired': quality({ person: { hair: { colour: 'blond' } } }, { any: 'gold', hair: 'blond' }),
  'dirty blond|dirty blonde|dark blond|dark blonde': quality({}, { hair: 'dark-blond' }),
  'platinum|platinum blond|platinum blonde': quality({ person: { hair: { colour: 'platinum' } } }, { hair: 'platinum' }),
  'ginger|copper|strawberry blond|strawberry blonde': quality(
    { person: { hair: { colour: 'ginger' } } },
    { any: 'orange', hair: 'ginger' },
  ),
  'redhead|red haired|redheaded': quality({ person: { hair: { colour: 'red' } } }, { hair: 'red' }),
  red: quality({}, { any: 'red', hair: 'red' }),
  'burgundy|maroon|wine|crimson': quality({}, { any: 'burgundy', hair: 'auburn' }),
  blue: quality({}, { any: 'blue', hair: 'blue', eyes: 'blue' }),
  'navy|navy blue|dark blue|indigo': quality({}, { any: 'navy', hair: 'blue', eyes: 'blue' }),
  'light blue|sky blue|pale blue|baby blue': quality({}, { any: 'light-blue', hair: 'blue', eyes: 'blue' }),
  green: quality({}, { any: 'green', hair: 'green', eyes: 'green' }),
  'dark green|forest green|emerald': quality({}, { any: 'dark-green', hair: 'green', eyes: 'green' }),
  olive: quality({ skin: { skinTone: 5 } }, { any: 'olive', eyes: 'hazel', skin: 5 }),
  mint: quality({}, { any: 'mint', hair: 'green' }),
  teal: quality({}, { any: 'teal', hair: 'blue' }),
  'turquoise|cyan': quality({}, { any: 'turquoise', hair: 'blue' }),
  yellow: quality({}, { any: 'yellow', hair: 'blond' }),
  mustard: quality({}, { any: 'mustard' }),
  orange: quality({}, { any: 'orange', hair: 'ginger' }),
  'coral|salmon|peach': quality({}, { any: 'coral', hair: 'pink' }),
  'pink|rose': quality({}, { any: 'pink', hair: 'pink' }),
  'purple|violet|plum': quality({}, { any: 'purple', hair: 'purple' }),
  'lavender|lilac': quality({}, { any: 'lavender', hair: 'purple' }),
  'beige|sand|tan': quality({ skin: { skinTone: 5 } }, { any: 'beige', skin: 5 }),
  'cream|ivory|off white': quality({}, { any: 'cream' }),
  camel: quality({}, { any: 'camel' }),
  'charcoal|dark grey|dark gray': quality({}, { any: 'charcoal', hair: 'grey' }),
  'light grey|light gray': quality({}, { any: 'light-grey', hair: 'white', eyes: 'grey' }),
  hazel: quality({}, { eyes: 'hazel' }),
  amber: quality({}, { eyes: 'amber', any: 'mustard' }),
};

const qualities: Record<string, Meaning> = {
  'short|cropped|close cropped': Q.short,
  long: Q.long,
  'curly|kinky|coily|frizzy': Q.curly,
  'curly haired': fact({ hair: { style: 'coils' } }),
  'wavy|flowing': Q.wavy,
  straight: Q.straight,
  'thick|bushy|heavy': Q.thick,
  'thin|slim|slender|skinny|gaunt|lean': Q.thin,
  'full|plump|fleshy': Q.full,
  'big|large': Q.big,
  'small|little|tiny': Q.small,
  'broad|wide|flared': Q.broad,
  narrow: Q.narrow,
  'strong|chiselled|chiseled|angular|sharp': Q.strong,
  'round|chubby': Q.round,
  square: Q.square,
  'rectangular|black framed|horn rimmed': quality({ glasses: { glasses: 'rectangular' }, face: { face: { shape: 'square' } } }),
  'cat eye': quality({ glasses: { glasses: 'cat-eye' } }),
  oval: Q.oval,
  'heart shaped': quality({ face: { face: { shape: 'heart' } } }),
  'round faced': fact({ face: { shape: 'round' } }),
  'almond|almond shaped': Q.almond,
  hooded: quality({ eyes: { eyes: { shape: 'hooded' } } }),
  'monolid|monolids|single lidded': fact({ eyes: { shape: 'monolid' } }),
  'downturned|sad': quality({ eyes: { eyes: { shape: 'downturned' } } }),
  'hooked|aquiline|roman': Q.hooked,
  'flat|button|snub': Q.flat,
  dark: Q.dark,
  'light|pale|fair': Q.light,
  'dark skinned': fact({ skinTone: 9 }),
  'light skinned|fair skinned|pale skinned': fact({ skinTone: 2 }),
  'olive skinned|tanned': fact({ skinTone: 5 }),
  'brown skinned': fact({ skinTone: 7 }),
  'black haired|dark haired': fact({ hair: { colour: 'black' } }),
  'grey haired|gray haired|silver haired': fact({ hair: { grey: 0.95 } }),
  'white haired': fact({ hair: { grey: 1 } }),
  'long haired': fact({ hair: { style: 'long' } }),
  'short haired': fact({ hair: { style: 'short' } }),
  'blue eyed': fact({ eyes: { colour: 'blue' } }),
  'green eyed': fact({ eyes: { colour: 'green' } }),
  'brown eyed': fact({ eyes: { colour: 'brown' } }),
  'shoulder length': quality({ hair: { hair: { style: 'bob' } } }),
  'trimmed|neat': quality({ beard: { beard: 'short' }, hair: {}, person: {} }),
  bearded: fact({ beard: 'full' }),
  'clean shaven|shaven|beardless': fact({ beard: 'none' }),
  'unshaven|stubbly': fact({ beard: 'stubble' }),
  bespectacled: fact({ glasses: 'rectangular' }),
  'veiled|hijabi': fact({ sex: 'woman', headCover: { kind: 'hijab' } }),
  'bald|balding|shaved head|hairless': fact({ hair: { style: 'bald' } }),
  freckled: fact({ freckles: 0.8 }),
  'slicked back|swept back|combed back': quality({ hair: { hair: { style: 'side-part' } } }),
  'side parted|side part|parted': fact({ hair: { style: 'side-part' } }),
};

const subjects: Record<string, Meaning> = {
  'person|human|human being|somebody|someone|character|adult|individual|portrait|avatar': subject('person'),
  'woman|lady|female|mother|mom|girl|aunt|sister|wife|businesswoman|daughter': subject('person', { sex: 'woman' }),
  'grandmother|grandma|granny': subject('person', { sex: 'woman', ageYears: 73 }),
  'man|guy|male|gentleman|father|dad|boy|uncle|brother|husband|businessman|bloke|son': subject('person', { sex: 'man' }),
  'grandfather|grandpa|granddad': subject('person', { sex: 'man', ageYears: 74 }),
  'robot|android|machine|droid|bot': subject('person', { kind: 'robot' }),
  'hair|hairs|haircut|hairstyle|locks': subject('hair', undefined, NO_HAIR),
  'eye|eyes|gaze': subject('eyes'),
  'skin|complexion|skin tone': subject('skin'),
  'face|features': subject('face'),
  'jaw|jawline|chin': subject('jaw'),
  nose: subject('nose'),
  'lip|lips|mouth': subject('lips'),
  'brow|brows|eyebrow|eyebrows': subject('brows'),
  beard: subject('beard', { beard: 'full' }, NO_BEARD),
  'stubble|five o clock shadow|designer stubble': subject('beard', { beard: 'stubble' }, NO_BEARD),
  'moustache|mustache': subject('beard', { beard: 'moustache' }, NO_BEARD),
  goatee: subject('beard', { beard: 'goatee' }, NO_BEARD),
  'glasses|spectacles|eyeglasses|specs': subject('glasses', { glasses: 'rectangular' }, NO_GLASSES),
  'hijab|headscarf|head scarf|veil': subject('cover', { headCover: { kind: 'hijab' } }, NO_COVER),
  turban: subject('cover', { headCover: { kind: 'turban' } }, NO_COVER),
  'cap|baseball cap|hat': subject('cover', { headCover: { kind: 'cap' } }, NO_COVER),
  'blazer|suit|jacket|suit jacket|coat': subject('clothes', { clothes: { kind: 'blazer' } }),
  'shirt|blouse|button down': subject('clothes', { clothes: { kind: 'shirt' } }),
  't shirt|tee|tshirt|tee shirt|top': subject('clothes', { clothes: { kind: 'tee' } }),
  'hoodie|sweatshirt': subject('clothes', { clothes: { kind: 'hoodie' } }),
  'turtleneck|turtle neck|sweater|jumper|pullover|roll neck|polo neck': subject('clothes', { clothes: { kind: 'turtleneck' } }),
  'clothes|clothing|outfit|dress': subject('clothes'),
  'background|backdrop|wall|room|setting': subject('background'),
  freckles: fact({ freckles: 0.8 }),
  'makeup|make up|lipstick|cosmetics': subject('lips', { makeup: 0.9 }, { makeup: 0 }),
  'earring|earrings': fact({ earrings: true }),
  'wrinkles|wrinkled': hint({ ageYears: 70 }),
  'smile|smiling': fact({ expression: 'friendly' }),
  afro: fact({ hair: { style: 'afro' } }),
  'curls|coils|dreadlocks|dreads|locs': fact({ hair: { style: 'coils' } }),
  waves: fact({ hair: { style: 'wavy' } }),
  bob: subject('hair', { hair: { style: 'bob' } }),
  'bun|topknot|chignon|updo': subject('hair', { hair: { style: 'bun' } }),
  'ponytail|pony tail': subject('hair', { hair: { style: 'ponytail' } }),
  'pixie|pixie cut': subject('hair', { hair: { style: 'pixie' } }),
  'buzz cut|buzzcut|crew cut|buzzed|buzz': subject('hair', { hair: { style: 'buzz' } }),
};

const people: Record<string, Meaning> = {
  'european|caucasian|german|french|british|english|italian|polish|russian|swedish|dutch|greek|american|ukrainian|irish|scottish': fact({
    origin: 'european',
  }),
  'spanish|portuguese': fact({ origin: 'european', skinTone: 4 }),
  'scandinavian|nordic|norwegian|danish|finnish': fact({ origin: 'european', skinTone: 1 }),
  'arab|arabic|arabian|middle eastern|egyptian|syrian|lebanese|iraqi|saudi|moroccan|tunisian|algerian|palestinian|jordanian|emirati|yemeni|persian|iranian|turkish|kurdish':
    fact({ origin: 'arab' }),
  'african|african american|nigerian|kenyan|ethiopian|ghanaian|somali|sudanese|senegalese|afro caribbean|jamaican': fact({
    origin: 'african',
  }),
  'south asian|indian|pakistani|bangladeshi|sri lankan|nepali|punjabi|sikh|tamil': fact({ origin: 'south-asian' }),
  'east asian|asian|chinese|japanese|korean|taiwanese|mongolian': fact({ origin: 'east-asian' }),
  'southeast asian|south east asian|vietnamese|thai|filipino|filipina|indonesian|malaysian|malay|cambodian': fact({
    origin: 'southeast-asian',
  }),
  'latin|latina|latino|hispanic|mexican|brazilian|colombian|peruvian|argentinian|chilean|cuban': fact({ origin: 'latin' }),
  'young|youthful': quality({ person: { ageYears: 25 } }),
  'teen|teenage|teenager|adolescent': fact({ ageYears: 17 }),
  'middle aged|mature': fact({ ageYears: 49 }),
  'old|older|elderly|senior': quality({ person: { ageYears: 70 } }),
  'confident|professional|assertive|elegant|poised|proud|stylish|charismatic|smart|successful': fact({ expression: 'confident' }),
  'friendly|happy|cheerful|warm|kind|welcoming|approachable|nice|gentle|sweet|jolly|funny': fact({ expression: 'friendly' }),
  'serious|stern|strict|formal|severe|grave': fact({ expression: 'serious' }),
  'neutral|calm|relaxed|quiet|thoughtful|wise': fact({ expression: 'neutral' }),
  'ceo|executive|manager|director|lawyer|banker|consultant|politician|boss|entrepreneur|founder|accountant': hint({
    clothes: { kind: 'blazer' },
    expression: 'confident',
  }),
  'doctor|nurse|physician|scientist|dentist|pharmacist': hint({ clothes: { kind: 'shirt', colour: 'white' }, background: 'light-blue' }),
  'teacher|professor|librarian|academic': hint({ clothes: { kind: 'shirt' }, glasses: 'round' }),
  'developer|programmer|engineer|student|gamer|hacker': hint({ clothes: { kind: 'hoodie' } }),
  'designer|artist|architect|writer|poet|musician': hint({ clothes: { kind: 'turtleneck', colour: 'black' } }),
  'assistant|receptionist|guide|host|presenter|agent|journalist': hint({ clothes: { kind: 'shirt' }, expression: 'friendly' }),
  'chef|cook|barista|waiter|farmer|athlete|trainer|coach': hint({ clothes: { kind: 'tee' } }),
  'she|her|hers|herself': fact({ sex: 'woman' }),
  'he|his|him|himself': fact({ sex: 'man' }),
};

const TENS = ['twent', 'thirt', 'fort', 'fift', 'sixt', 'sevent', 'eight'] as const;
const UNITS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

function numbers(): Record<string, Meaning> {
  const rows: Record<string, Meaning> = {
    eighteen: { kind: 'number', value: 18 },
    nineteen: { kind: 'number', value: 19 },
    teens: { kind: 'decade', years: 10 },
    early: { kind: 'part-of-decade', offset: 2 },
    mid: { kind: 'part-of-decade', offset: 5 },
    late: { kind: 'part-of-decade', offset: 8 },
  };
  TENS.forEach((stem, i) => {
    const tens = 20 + 10 * i;
    rows[`${stem}ies|${tens}s`] = { kind: 'decade', years: tens };
    rows[`${stem}y`] = { kind: 'number', value: tens };
    UNITS.forEach((unit, k) => {
      rows[`${stem}y ${unit}`] = { kind: 'number', value: tens + k + 1 };
    });
  });
  return rows;
}

const glue: Record<string, Meaning> = {
  'with|wearing|wears|has|having|in|on|dressed|dressed in|against|before|behind|sporting|sports': BREAK,
  'named|called': { kind: 'name' },
  'without|no|not': { kind: 'without' },
  'a|an|the|and|of|who|is|are|at|to|very|quite|rather|some|looks|looking|look|like|that|it|for|from|color|colour|colored|coloured|years|year|age|aged|old|y o|bit|slightly|beautiful|handsome|pretty|attractive|tall|modern|classic|plain|simple|style|as|by|year old|years old|yr old|wearer|origin|descent|please|make|me|create|draw|i|want|my|our|or|toned|tone|natural|real|cool|deep|bright|soft|pair|framed|frames|shaped|shade|work|office|studio|illustrated|drawn|cartoon':
    FILLER,
};

export const ENGLISH: Lexicon = {
  qualitiesLead: true,
  meanings: lexicon({ ...glue, ...numbers(), ...people, ...qualities, ...colours, ...subjects }, normaliseEnglish),
};
