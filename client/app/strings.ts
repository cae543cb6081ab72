/** Every word of the pages, in one place. A new language is one more object of this shape. */
const en = {
  appName: 'Visavis',
  tagline: 'Ask anything, by voice or by typing. Talk over me whenever you like.',
  start: 'Start talking',
  startAgain: 'Talk again',
  typeInstead: 'Type instead',
  continueTyping: 'Continue by typing',
  tryAgain: 'Try again',
  tryAgainIn: (seconds: number) => `Try again in ${seconds} s`,
  tapForSound: 'Tap to hear',
  you: 'You',
  chooseFace: 'Choose a face',
  makeFace: 'Make a face',
  voice: 'Voice',
  language: 'Language',
  automatic: 'Automatic',

  askingMicrophone: 'Waiting for your microphone…',
  askingMicrophoneHint: 'Your browser is asking for permission.',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  listening: 'Listening',
  hearing: 'I hear you',
  thinking: 'Thinking',
  speaking: 'Speaking',
  paused: 'Go on, I’m listening',
  readyForTyping: 'Ready for your message',
  connectionPoor: 'Weak connection',

  mute: 'Mute microphone',
  unmute: 'Unmute microphone',
  muted: 'Your microphone is muted',
  microphoneOff: 'Microphone is off: this is a typed conversation',
  microphoneGone: 'The microphone was disconnected',
  type: 'Type a message',
  typePlaceholder: 'Type a message…',
  send: 'Send',
  interrupt: 'Stop the answer',
  captions: 'Captions',
  controls: 'Buttons of the call',
  end: 'End the call',

  themeLight: 'Use light colours',
  themeDark: 'Use dark colours',
  showPanel: 'Show transcript',
  hidePanel: 'Hide transcript',
  transcript: 'Transcript',
  transcriptEmpty: 'What you both say appears here.',
  copy: 'Copy',
  copied: 'Copied',
  interrupted: 'interrupted',
  typed: 'typed',

  lastAnswer: 'Last answer',
  lastAnswerEmpty: 'How long the answer took appears here after the first one.',
  preparedEarly: 'prepared while you were finishing',
  stageEndpoint: 'End of speech',
  stageAsr: 'Recognition',
  stageLlm: 'Thinking',
  stageTts: 'Voice',
  stageFrame: 'First frame',
  stageNetwork: 'Network',
  milliseconds: (ms: number) => `${ms} ms`,

  engineAsr: 'Recogniser',
  engineLlm: 'Answers',
  engineTts: 'Voice',
  engineFace: 'Face',
  engineMissing: 'none',
  noRecogniser: 'I cannot understand speech here. Type what you want to say.',
  /** Of the server, by code, where they are not to be read in its own words. */
  notices: {} as Readonly<Record<string, string>>,

  ended: 'Call ended',
  endedBy: {
    hangup: 'Thank you for the conversation.',
    hung_up: 'Thank you for the conversation.',
    visitor_left: 'The call was left.',
    silence: 'It was quiet for a long time, so the call was ended.',
    time_limit: 'The longest time for a call is over.',
    connection_lost: 'The connection was lost.',
    shutting_down: 'The server is being restarted. It will be back in a moment.',
    replaced: 'The call goes on somewhere else.',
    refused: 'The server has ended the call.',
    failed: 'Something went wrong on the server.',
    server: 'The server has ended the call.',
  } as Readonly<Record<string, string>>,

  errors: {
    insecure_context: {
      title: 'The microphone needs a secure page',
      text: 'Browsers share the microphone with https:// pages and with localhost only. Open this page that way, or type instead.',
    },
    webrtc_missing: {
      title: 'This browser cannot hold a call',
      text: 'It has no WebRTC, or it is switched off. A current Chrome, Edge, Firefox or Safari can.',
    },
    carrier_unsupported: {
      title: 'This way of connecting is not available',
      text: 'The page asks for a connection that this version does not offer.',
    },
    microphone_refused: {
      title: 'The microphone is blocked',
      text: 'Allow it with the icon beside the address, then try again. Or continue by typing: you will still see and hear the answers.',
    },
    microphone_missing: {
      title: 'No microphone found',
      text: 'Plug one in and try again, or continue by typing: you will still see and hear the answers.',
    },
    microphone_busy: {
      title: 'The microphone is in use',
      text: 'Another program holds it. Close that one and try again, or continue by typing.',
    },
    server_full: { title: 'All seats are taken', text: 'Everybody here is in a conversation just now. A place will be free soon.' },
    rate_limited: { title: 'One moment, please', text: 'There were many calls from here in a short time.' },
    token_rejected: {
      title: 'This invitation is not valid',
      text: 'It has expired or was already used. Open the page again from where you got the link.',
    },
    token_missing: { title: 'This page needs an invitation', text: 'Open it with the link that you were given.' },
    address_refused: {
      title: 'Calls from this address are not allowed',
      text: 'Open the page over https:// or as localhost, or ask whoever runs the server to allow this address.',
    },
    avatar_unknown: { title: 'There is no such avatar', text: 'The address of this page names an avatar that the server does not have.' },
    voice_unknown: { title: 'There is no such voice', text: 'The address of this page names a voice that the server does not have.' },
    request_refused: {
      title: 'The server refused the call',
      text: 'This page and the server do not understand each other. Reloading may help.',
    },
    server_unreachable: { title: 'The server does not answer', text: 'Check your network connection. The server may also be restarting.' },
    server_error: { title: 'Something went wrong on the server', text: 'It has noted the problem. Trying again often helps.' },
    connection_failed: {
      title: 'No connection',
      text: 'The network between you and the server lets no call through. Another network, or no VPN, may help.',
    },
    connection_lost: { title: 'The connection was lost', text: 'It did not come back. Check your network and talk again.' },
  },
};

export type Strings = typeof en;

const ar: Strings = {
  appName: 'Visavis',
  tagline: 'اسأل ما تشاء بالصوت أو بالكتابة، وقاطعني متى أردت.',
  start: 'ابدأ الحديث',
  startAgain: 'تحدث مرة أخرى',
  typeInstead: 'اكتب بدلاً من ذلك',
  continueTyping: 'تابع بالكتابة',
  tryAgain: 'حاول مرة أخرى',
  tryAgainIn: (seconds) => `حاول مرة أخرى بعد ${seconds} ث`,
  tapForSound: 'اضغط لتسمع',
  you: 'أنت',
  chooseFace: 'اختر وجهاً',
  makeFace: 'اصنع وجهاً',
  voice: 'الصوت',
  language: 'اللغة',
  automatic: 'تلقائي',

  askingMicrophone: 'في انتظار الميكروفون…',
  askingMicrophoneHint: 'المتصفح يطلب إذنك.',
  connecting: 'جارٍ الاتصال…',
  reconnecting: 'جارٍ إعادة الاتصال…',
  listening: 'أستمع',
  hearing: 'أسمعك',
  thinking: 'أفكر',
  speaking: 'أتحدث',
  paused: 'تفضل، أنا أستمع',
  readyForTyping: 'في انتظار رسالتك',
  connectionPoor: 'الاتصال ضعيف',

  mute: 'كتم الميكروفون',
  unmute: 'تشغيل الميكروفون',
  muted: 'الميكروفون مكتوم',
  microphoneOff: 'الميكروفون مغلق: هذه محادثة مكتوبة',
  microphoneGone: 'انفصل الميكروفون',
  type: 'اكتب رسالة',
  typePlaceholder: 'اكتب رسالة…',
  send: 'إرسال',
  interrupt: 'أوقف الإجابة',
  captions: 'النص على الشاشة',
  controls: 'أزرار المكالمة',
  end: 'إنهاء المكالمة',

  themeLight: 'ألوان فاتحة',
  themeDark: 'ألوان داكنة',
  showPanel: 'إظهار المحادثة',
  hidePanel: 'إخفاء المحادثة',
  transcript: 'المحادثة',
  transcriptEmpty: 'يظهر هنا ما تقولانه.',
  copy: 'نسخ',
  copied: 'تم النسخ',
  interrupted: 'قوطع',
  typed: 'كتابةً',

  lastAnswer: 'آخر إجابة',
  lastAnswerEmpty: 'يظهر هنا زمن الإجابة بعد أول إجابة.',
  preparedEarly: 'أُعدّت قبل أن تنهي كلامك',
  stageEndpoint: 'نهاية الكلام',
  stageAsr: 'التعرف على الكلام',
  stageLlm: 'التفكير',
  stageTts: 'الصوت',
  stageFrame: 'أول صورة',
  stageNetwork: 'الشبكة',
  milliseconds: (ms) => `${ms} م.ث`,

  engineAsr: 'التعرف على الكلام',
  engineLlm: 'الإجابات',
  engineTts: 'الصوت',
  engineFace: 'الوجه',
  engineMissing: 'لا يوجد',
  noRecogniser: 'لا أستطيع فهم الكلام هنا. اكتب ما تريد قوله.',
  notices: {
    recognition_unavailable: 'لا أستطيع فهم الكلام هنا. اكتب ما تريد قوله.',
    recognition_recovered: 'أستطيع سماعك من جديد.',
    answer_failed: 'لم أستطع إكمال إجابتي. اسألني مرة أخرى من فضلك.',
    picture_lost: 'الصورة غير متاحة الآن، والحديث مستمر.',
    picture_back: 'عادت الصورة.',
    voice_unknown: 'لا يوجد صوت بهذا الاسم.',
    avatar_unknown: 'لا توجد شخصية بهذا الاسم.',
  },

  ended: 'انتهت المكالمة',
  endedBy: {
    hangup: 'شكراً على الحديث.',
    hung_up: 'شكراً على الحديث.',
    visitor_left: 'غادر الزائر المكالمة.',
    silence: 'طال الصمت فانتهت المكالمة.',
    time_limit: 'انتهى الوقت الأقصى للمكالمة.',
    connection_lost: 'انقطع الاتصال.',
    shutting_down: 'يعاد تشغيل الخادم وسيعود بعد لحظات.',
    replaced: 'تستمر المكالمة في مكان آخر.',
    refused: 'أنهى الخادم المكالمة.',
    failed: 'حدث خطأ في الخادم.',
    server: 'أنهى الخادم المكالمة.',
  },

  errors: {
    insecure_context: {
      title: 'الميكروفون يحتاج إلى صفحة آمنة',
      text: 'تشارك المتصفحات الميكروفون مع صفحات https:// ومع localhost فقط. افتح الصفحة كذلك أو تابع بالكتابة.',
    },
    webrtc_missing: { title: 'هذا المتصفح لا يدعم المكالمات', text: 'استخدم إصداراً حديثاً من Chrome أو Edge أو Firefox أو Safari.' },
    carrier_unsupported: { title: 'طريقة الاتصال هذه غير متاحة', text: 'تطلب الصفحة اتصالاً لا يقدمه هذا الإصدار.' },
    microphone_refused: {
      title: 'الميكروفون محظور',
      text: 'اسمح به من الرمز بجانب العنوان ثم حاول مرة أخرى، أو تابع بالكتابة وستظل ترى الإجابات وتسمعها.',
    },
    microphone_missing: { title: 'لا يوجد ميكروفون', text: 'صِل ميكروفوناً وحاول مرة أخرى، أو تابع بالكتابة.' },
    microphone_busy: { title: 'الميكروفون مستخدم', text: 'يستخدمه برنامج آخر. أغلقه وحاول مرة أخرى، أو تابع بالكتابة.' },
    server_full: { title: 'كل الأماكن مشغولة', text: 'الجميع في محادثة الآن. سيتوفر مكان قريباً.' },
    rate_limited: { title: 'لحظة من فضلك', text: 'جاءت مكالمات كثيرة من هنا في وقت قصير.' },
    token_rejected: {
      title: 'هذه الدعوة غير صالحة',
      text: 'انتهت صلاحيتها أو استُخدمت من قبل. افتح الصفحة من جديد من حيث حصلت على الرابط.',
    },
    token_missing: { title: 'هذه الصفحة تحتاج إلى دعوة', text: 'افتحها من الرابط الذي أُرسل إليك.' },
    address_refused: {
      title: 'المكالمات من هذا العنوان غير مسموحة',
      text: 'افتح الصفحة عبر https:// أو localhost، أو اطلب من مدير الخادم السماح بهذا العنوان.',
    },
    avatar_unknown: { title: 'لا توجد شخصية بهذا الاسم', text: 'يذكر عنوان الصفحة شخصية غير موجودة في الخادم.' },
    voice_unknown: { title: 'لا يوجد صوت بهذا الاسم', text: 'يذكر عنوان الصفحة صوتاً غير موجود في الخادم.' },
    request_refused: { title: 'رفض الخادم المكالمة', text: 'قد يساعد تحديث الصفحة.' },
    server_unreachable: { title: 'الخادم لا يجيب', text: 'تحقق من اتصالك بالشبكة. قد يكون الخادم قيد إعادة التشغيل.' },
    server_error: { title: 'حدث خطأ في الخادم', text: 'سُجّلت المشكلة. كثيراً ما تفيد المحاولة مرة أخرى.' },
    connection_failed: { title: 'لا يوجد اتصال', text: 'لا تسمح الشبكة بينك وبين الخادم بالمكالمة. قد تفيد شبكة أخرى.' },
    connection_lost: { title: 'انقطع الاتصال', text: 'لم يعد الاتصال. تحقق من الشبكة وتحدث مرة أخرى.' },
  },
};

const LANGUAGES: Readonly<Record<string, Strings>> = { en, ar };
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

export interface Locale {
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  readonly strings: Strings;
}

/** The first wanted language that the pages are written in; English otherwise. */
export function localeOf(...wanted: readonly (string | undefined)[]): Locale {
  for (const tag of wanted) {
    const language = tag?.split('-', 1)[0]?.toLowerCase() ?? '';
    const strings = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined;
    if (strings) return { language, direction: RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr', strings };
  }
  return { language: 'en', direction: 'ltr', strings: en };
}
