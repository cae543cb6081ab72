import type { EmotionWords } from './lexicon.ts';

/**
 * English words that tell a feeling; inflections are found by their stems. What is about things as often as about
 * people ("kill the process", "a dead link", "sorry?") is left out: a face that sees feelings everywhere is a nuisance.
 */
export const ENGLISH: EmotionWords = {
  happy: {
    strong:
      'overjoyed thrilled ecstatic delighted wonderful fantastic amazing brilliant awesome marvellous marvelous hooray hurray yay wow',
    clear:
      'happy happily happiness glad joy joyful cheerful love loves loved loving lovely excited exciting excellent fun delight laugh haha hahaha celebrate proud',
    mild: 'great nice good thanks thank enjoy cool perfect pleased beautiful hope smile congratulations welcome sweet relieved grateful',
    phrases: 'over the moon=1, good news=0.6, well done=0.7, made my day=1, looking forward=0.6, works great=0.6, cheer up=0.1',
  },
  sad: {
    strong: 'heartbroken devastated miserable depressed grief grieving mourning hopeless despair',
    clear: 'sad sadly sadness unhappy cry crying cried tears lonely sorrow gloomy suffering funeral disappointed disappointing',
    mild: 'tired exhausted unfortunately regret miss hurt lost alone pity unlucky',
    phrases:
      'passed away=1, feel down=0.8, feeling down=0.8, give up=0.5, broke up=0.6, bad news=0.7, i failed=0.7, oh no=0.5, my fault=0.5',
  },
  angry: {
    strong: 'furious hate hates hated rage outraged enraged livid bloody damn damned hell',
    clear:
      'angry anger mad annoyed annoying irritated irritating frustrated frustrating unacceptable ridiculous rude idiot stupid liar useless',
    mild: 'upset unfair complain complaint nonsense terrible waiting wrong',
    phrases:
      'fed up=1, sick of=1, had enough=0.9, shut up=0.9, waste of time=0.9, how dare you=1, does not work=0.5, doesnt work=0.5, not working=0.5, still waiting=0.5, what the=0.6, leave me alone=0.8, rip off=0.8',
  },
  fearful: {
    strong: 'terrified horrified panic panicking petrified',
    clear: 'afraid scared scary fear frightened frightening worried anxious anxiety nervous threat emergency danger dangerous',
    mild: 'worry worrying unsure concerned stressed risk',
    phrases: 'help me please=0.7, what if=0.3, please hurry=0.7, in danger=0.9, call the police=0.9, call an ambulance=1',
  },
  disgusted: {
    strong: 'disgusting disgusted revolting repulsive vile yuck ew eww gross',
    clear: 'nasty filthy sickening horrid awful rotten stinks stinking',
    mild: 'dirty creepy ugly unpleasant smelly',
    phrases: 'makes me sick=1, turns my stomach=1, throw up=0.7',
  },
  surprised: {
    strong: 'astonished astonishing astounded unbelievable incredible omg whoa',
    clear: 'surprised surprising surprise unexpected unexpectedly suddenly shocked shocking stunned',
    mild: 'seriously strange weird',
    phrases:
      'no way=0.8, oh my god=0.9, oh my=0.6, i cant believe=0.8, i can not believe=0.8, you are kidding=0.8, youre kidding=0.8, who would have thought=0.8, what a surprise=1',
  },
  negations:
    'not no never none nothing without hardly barely cant cannot wont dont doesnt didnt isnt wasnt arent werent havent hasnt aint nor neither',
  stronger: 'very so really extremely absolutely totally completely incredibly terribly too deeply super',
  weaker: 'slightly somewhat little bit kinda rather fairly almost',
  contrast: 'but however though yet',
};
