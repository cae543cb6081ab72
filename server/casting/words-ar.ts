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

/** Without vowel signs and tatweel; forms of alef, ya and ta marbuta that people mix are one. */
export const normaliseArabic = (text: string): string =>
  text
    .replace(/[\u064B-\u065F\u0670\u0640]/g, '')
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ة/g, 'ه')
    .replace(/ؤ/g, 'و')
    .replace(/ئ/g, 'ي')
    .replace(/\s+/g, ' ')
    .trim();

/** A word without its article, conjunction, preposition or possessive, likeliest first. */
export function arabicStems(word: string): string[] {
  const starts = ['', 'ال', 'و', 'وال', 'ب', 'بال', 'ل', 'لل', 'وب', 'ف'];
  const ends = ['', 'ا', 'ها', 'ه', 'هما', 'ك', 'ين', 'ان', 'تين', 'تان'];
  const stems: string[] = [];
  for (const end of ends) {
    for (const start of starts) {
      if (!word.startsWith(start) || !word.endsWith(end)) continue;
      const stem = word.slice(start.length, word.length - end.length || undefined);
      if (stem.length >= 2) stems.push(stem);
    }
  }
  return stems;
}

const rows: Record<string, Meaning> = {
  'مع|ب|في|يرتدي|ترتدي|يلبس|تلبس|لابس|لابسة|على|ذو|ذات|لديه|لديها|له|لها|صاحب|صاحبة|امام|و': BREAK,
  'بدون|بلا|دون|من غير|ليس': { kind: 'without' },
  'اسمه|اسمها|يدعى|تدعى|اسم': { kind: 'name' },
  'من|هو|جدا|قليلا|الذي|التي|لون|بلون|عمر|عمره|عمرها|سنة|عاما|عام|سنوات|سن|جميلة|جميل|وسيم|انيق المظهر|اريد|ارسم|صورة|شكل|نوع|غير|اصول|اصل':
    FILLER,
  'شخص|انسان|شخصية': subject('person'),
  'امرأة|سيدة|انثى|فتاة|بنت|ام|اخت|آنسة': subject('person', { sex: 'woman' }),
  'رجل|ذكر|شاب|فتى|ولد|اب|اخ|سيد': subject('person', { sex: 'man' }),
  جدة: subject('person', { sex: 'woman', ageYears: 73 }),
  جد: subject('person', { sex: 'man', ageYears: 74 }),
  'روبوت|انسان آلي|آلي|رجل آلي': subject('person', { kind: 'robot' }),
  'شعر|تسريحة': subject('hair', undefined, NO_HAIR),
  'عين|عينان|عينين|عيون|عيناه|عيناها': subject('eyes'),
  'بشرة|جلد': subject('skin'),
  'وجه|ملامح': subject('face'),
  'فك|ذقن مربع': subject('jaw'),
  انف: subject('nose'),
  'شفة|شفاه|شفتان|شفتين|فم': subject('lips'),
  'حاجب|حواجب|حاجبان|حاجبين': subject('brows'),
  'لحية|ذقن': subject('beard', { beard: 'full' }, NO_BEARD),
  'شارب|شنب|شوارب': subject('beard', { beard: 'moustache' }, NO_BEARD),
  سكسوكة: subject('beard', { beard: 'goatee' }, NO_BEARD),
  'نظارة|نظارات|عوينات': subject('glasses', { glasses: 'rectangular' }, NO_GLASSES),
  'حجاب|محجبة|خمار|ايشارب|طرحة': subject('cover', { sex: 'woman', headCover: { kind: 'hijab' } }, NO_COVER),
  'عمامة|عمة': subject('cover', { headCover: { kind: 'turban' } }, NO_COVER),
  'قبعة|كاب|طاقية': subject('cover', { headCover: { kind: 'cap' } }, NO_COVER),
  'سترة|بدلة|جاكيت|بليزر|طقم|معطف': subject('clothes', { clothes: { kind: 'blazer' } }),
  'قميص|بلوزة': subject('clothes', { clothes: { kind: 'shirt' } }),
  'تيشيرت|تي شيرت|تيشرت|فانيلة': subject('clothes', { clothes: { kind: 'tee' } }),
  'هودي|كنزة بقبعة': subject('clothes', { clothes: { kind: 'hoodie' } }),
  'كنزة|بلوفر|ياقة عالية|سويتر': subject('clothes', { clothes: { kind: 'turtleneck' } }),
  'ملابس|ثياب|زي|فستان': subject('clothes'),
  'خلفية|جدار|حائط': subject('background'),
  نمش: fact({ freckles: 0.8 }),
  'مكياج|احمر شفاه|ماكياج': subject('lips', { makeup: 0.9 }, { makeup: 0 }),
  'اقراط|حلق': fact({ earrings: true }),
  'اصلع|صلعاء': fact({ hair: { style: 'bald' } }),
  'ملتحي|ملتح': fact({ beard: 'full' }),
  'حليق|حليق الذقن': fact({ beard: 'none' }),
  'ذيل حصان': subject('hair', { hair: { style: 'ponytail' } }),
  كعكة: subject('hair', { hair: { style: 'bun' } }),
  افرو: fact({ hair: { style: 'afro' } }),

  'قصير|قصيرة|قصار': Q.short,
  'طويل|طويلة|طوال': Q.long,
  'مجعد|مجعدة|اجعد|كيرلي': Q.curly,
  'مموج|مموجة|متموج': Q.wavy,
  'ناعم|ناعمة|املس|مستقيم|مستقيمة': Q.straight,
  'كثيف|كثيفة|كث|سميك|سميكة|غليظة': Q.thick,
  'نحيف|نحيفة|رفيع|رفيعة|رقيق|رقيقة|نحيل|نحيلة': Q.thin,
  'ممتلئ|ممتلئة|سمين|سمينة': Q.full,
  'كبير|كبيرة|واسع|واسعة|واسعتان|كبيرتان|كبيرتين|واسعتين': Q.big,
  'صغير|صغيرة|صغيرتان': Q.small,
  'عريض|عريضة': Q.broad,
  'ضيق|ضيقة': Q.narrow,
  'قوي|قوية|حاد|حادة|بارز|بارزة': Q.strong,
  'مستدير|مستديرة|مدور|مدورة|دائري|دائرية': Q.round,
  'مربع|مربعة|مستطيلة': Q.square,
  'بيضاوي|بيضوي': Q.oval,
  'لوزية|لوزي|لوزيتان|لوزيتين': Q.almond,
  'معقوف|اقنى': Q.hooked,
  افطس: Q.flat,
  'غامق|غامقة|داكن|داكنة': Q.dark,
  'فاتح|فاتحة': Q.light,
  'اسمر|سمراء|حنطية|حنطي': quality({ person: { skinTone: 6 }, skin: { skinTone: 6 }, hair: { hair: { colour: 'dark-brown' } } }),
  'خفيف|خفيفة': quality({ beard: { beard: 'stubble' }, hair: {}, brows: { brows: { thickness: -0.6 } }, lips: { makeup: 0.4 } }),

  'اسود|سوداء|سود|سوداوان|سوداوين': quality(
    { person: { origin: 'african', skinTone: 9 } },
    { any: 'black', hair: 'black', eyes: 'dark-brown', skin: 10 },
  ),
  'ابيض|بيضاء': quality({ person: { skinTone: 2 } }, { any: 'white', hair: 'white', skin: 2 }),
  'رمادي|رمادية|اشيب|شائب|شيباء': quality({ person: { hair: { grey: 0.9 } } }, { any: 'grey', hair: 'grey', eyes: 'grey' }),
  شيب: fact({ hair: { grey: 0.6 } }),
  'فضي|فضية': quality({}, { any: 'silver', hair: 'white' }),
  'بني|بنية|بنيتان|بنيتين': quality({}, { any: 'brown', hair: 'brown', eyes: 'brown', skin: 6 }),
  'كستنائي|كستنائية': quality({}, { any: 'brown', hair: 'auburn' }),
  'عسلي|عسلية|عسليتان|عسليتين': quality({}, { any: 'mustard', hair: 'light-brown', eyes: 'hazel' }),
  'اشقر|شقراء': quality({ person: { hair: { colour: 'blond' } } }, { any: 'gold', hair: 'blond' }),
  'احمر|حمراء': quality({}, { any: 'red', hair: 'red' }),
  'خمري|عنابي|عنابية|نبيتي': quality({}, { any: 'burgundy', hair: 'auburn' }),
  'ازرق|زرقاء|زرقاوان|زرقاوين|زرق': quality({}, { any: 'blue', hair: 'blue', eyes: 'blue' }),
  'كحلي|كحلية': quality({}, { any: 'navy' }),
  'سماوي|سماوية': quality({}, { any: 'light-blue', eyes: 'blue' }),
  'اخضر|خضراء|خضراوان|خضراوين|خضر': quality({}, { any: 'green', hair: 'green', eyes: 'green' }),
  'زيتي|زيتية|زيتوني': quality({ skin: { skinTone: 5 } }, { any: 'olive', eyes: 'hazel', skin: 5 }),
  'تركواز|فيروزي|فيروزية': quality({}, { any: 'turquoise' }),
  'اصفر|صفراء': quality({}, { any: 'yellow', hair: 'blond' }),
  'برتقالي|برتقالية': quality({}, { any: 'orange', hair: 'ginger' }),
  'وردي|وردية|زهري|زهرية': quality({}, { any: 'pink', hair: 'pink' }),
  'بنفسجي|بنفسجية|ارجواني': quality({}, { any: 'purple', hair: 'purple' }),
  بيج: quality({}, { any: 'beige' }),
  'كريمي|كريمية': quality({}, { any: 'cream' }),

  'عربي|عربية|مصري|مصرية|سوري|سورية|لبناني|لبنانية|عراقي|عراقية|سعودي|سعودية|مغربي|مغربية|تونسي|تونسية|جزائري|جزائرية|فلسطيني|فلسطينية|اردني|اردنية|اماراتي|اماراتية|تركي|تركية|ايراني|ايرانية':
    fact({ origin: 'arab' }),
  'افريقي|افريقية|نيجيري|نيجيرية|سوداني|سودانية|صومالي|صومالية|كيني|كينية': fact({ origin: 'african' }),
  'اوروبي|اوروبية|الماني|المانية|فرنسي|فرنسية|بريطاني|بريطانية|ايطالي|ايطالية|روسي|روسية': fact({ origin: 'european' }),
  'هندي|هندية|باكستاني|باكستانية': fact({ origin: 'south-asian' }),
  'آسيوي|آسيوية|صيني|صينية|ياباني|يابانية|كوري|كورية': fact({ origin: 'east-asian' }),
  'لاتيني|لاتينية|مكسيكي|مكسيكية|برازيلي|برازيلية': fact({ origin: 'latin' }),

  'شابة|صبية': fact({ sex: 'woman', ageYears: 25 }),
  'مراهق|مراهقة': fact({ ageYears: 17 }),
  'كهل|كهلة|متوسط العمر|متوسطة العمر': fact({ ageYears: 49 }),
  'عجوز|مسن|مسنة|شيخ|كبير السن|كبيرة السن': fact({ ageYears: 71 }),
  'واثق|واثقة|انيق|انيقة|محترف|محترفة|ناجح|ناجحة': fact({ expression: 'confident' }),
  'ودود|ودودة|لطيف|لطيفة|مبتسم|مبتسمة|سعيد|سعيدة|طيب|طيبة|مرح|مرحة': fact({ expression: 'friendly' }),
  'جاد|جادة|صارم|صارمة|رسمي|رسمية': fact({ expression: 'serious' }),
  'هادئ|هادئة|حكيم|حكيمة': fact({ expression: 'neutral' }),
  'مدير|مديرة|رئيس|رئيسة|محامي|محامية|رجل اعمال|سيدة اعمال': hint({ clothes: { kind: 'blazer' }, expression: 'confident' }),
  'رئيسة تنفيذية|مديرة تنفيذية': hint({ sex: 'woman', clothes: { kind: 'blazer' }, expression: 'confident' }),
  'تنفيذي|تنفيذية': FILLER,
  'طبيب|طبيبة|دكتور|دكتورة|ممرض|ممرضة|عالم|عالمة': hint({ clothes: { kind: 'shirt', colour: 'white' }, background: 'light-blue' }),
  'معلم|معلمة|استاذ|استاذة|مدرس|مدرسة': hint({ clothes: { kind: 'shirt' }, glasses: 'round' }),
  'مهندس|مهندسة|مبرمج|مبرمجة|طالب|طالبة': hint({ clothes: { kind: 'hoodie' } }),
  'فنان|فنانة|كاتب|كاتبة|شاعر|شاعرة': hint({ clothes: { kind: 'turtleneck', colour: 'black' } }),
  'مذيع|مذيعة|مساعد|مساعدة': hint({ clothes: { kind: 'shirt' }, expression: 'friendly' }),
};

const DECADES: readonly (readonly [string, number])[] = [
  ['عشرين', 20],
  ['ثلاثين', 30],
  ['اربعين', 40],
  ['خمسين', 50],
  ['ستين', 60],
  ['سبعين', 70],
  ['ثمانين', 80],
];

function decades(): Record<string, Meaning> {
  const out: Record<string, Meaning> = {
    'اوائل|بداية|مطلع': { kind: 'part-of-decade', offset: 2 },
    'منتصف|وسط': { kind: 'part-of-decade', offset: 5 },
    'اواخر|نهاية': { kind: 'part-of-decade', offset: 8 },
  };
  for (const [word, years] of DECADES) {
    const stem = word.slice(0, -2);
    out[`${word}ات|${stem}ينيات|${word}يات|${stem}يني|${stem}ينية`] = { kind: 'decade', years };
    out[`${word}|${stem}ون`] = { kind: 'number', value: years };
  }
  return out;
}

/** Feminine professions say who they are about; the ending is the only sign. */
const FEMININE = /^(مدير|رئيس|محامي|طبيب|دكتور|ممرض|معلم|استاذ|مهندس|مبرمج|طالب|فنان|كاتب|شاعر|مذيع|مساعد|عالم|مدرس)ه$/;
export const isFeminine = (word: string): boolean => FEMININE.test(word);

export const ARABIC: Lexicon = { qualitiesLead: false, meanings: lexicon({ ...rows, ...decades() }, normaliseArabic) };
