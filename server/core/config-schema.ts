import { z } from 'zod';

/**
 * The one schema of everything that can be set. Each section belongs to the stage of that name, which takes the parsed
 * section as its options. Every key has a default, so that an empty configuration is a working server; every duration
 * and size carries its unit in its name. `configs/default.yaml` shows the same keys to people.
 */
const text = () => z.string().max(20_000);
const count = (fallback: number, max = 1_000_000) => z.number().int().min(0).max(max).default(fallback);
const ms = (fallback: number, max = 3_600_000) => z.number().min(0).max(max).default(fallback);
const bytes = (fallback: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(1 << 30)
    .default(fallback);
const section = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).prefault({} as never);

const server = section({
  host: z.string().default('127.0.0.1').describe('Address to listen on; anything but loopback needs TLS or a proxy, and an API key.'),
  port: z.number().int().min(0).max(65_535).default(8080).describe('TCP port of pages, signalling and API; 0 picks a free one.'),
  tlsCertFile: z.string().optional().describe('PEM certificate chain; with tlsKeyFile the server speaks HTTPS.'),
  tlsKeyFile: z.string().optional().describe('PEM private key of tlsCertFile.'),
  trustProxy: z
    .array(z.string())
    .default([])
    .describe('Addresses or CIDR ranges of reverse proxies whose X-Forwarded-* headers are believed.'),
  allowInsecurePublic: z.boolean().default(false).describe('Start on a public address without an API key all the same.'),
  apiKeys: z
    .array(z.string().min(16))
    .default([])
    .describe('Keys that may create client secrets and calls; without any, loopback visitors need none.'),
  allowedOrigins: z
    .array(z.string())
    .default([])
    .describe('Browser origins that may call the API besides the server itself; * allows all.'),
  tokenTtlS: z.number().int().min(5).max(3600).default(60).describe('How long a join token may be used, once.'),
  tokenSecret: z.string().min(32).optional().describe('Signs join tokens; random at each start when not set.'),
  requestsPerMinute: count(300).describe('HTTP requests from one address per minute.'),
  callsPerMinute: count(30).describe('New calls from one address per minute.'),
  maxCalls: count(0, 10_000).describe(
    'Calls at once whose face the server draws; three that it does not draw for count as one. The next call gets 503 and Retry-After. ' +
      '0: three for each processor core.',
  ),
  fullRetryAfterS: z.number().int().min(1).max(3600).default(15).describe('Retry-After of a visitor who finds all places taken.'),
  maxSdpBytes: bytes(64 * 1024).describe('Largest SDP or trickle fragment.'),
  maxJsonBytes: bytes(256 * 1024).describe('Largest JSON request body.'),
  maxEventBytes: bytes(256 * 1024).describe('Largest event on a data channel or WebSocket.'),
  maxEventsPerS: count(200).describe('Events from one visitor per second; more are refused.'),
  maxEventBytesPerS: bytes(4 * 1024 * 1024).describe('Bytes of events from one WebSocket per second; more are refused.'),
  maxSocketBufferBytes: bytes(4 * 1024 * 1024).describe('What may wait for a slow WebSocket before it is closed.'),
  socketsPerAddress: count(16, 10_000).describe('WebSockets at once from one address.'),
  socketPingMs: ms(15_000).describe('How often a WebSocket is asked whether it lives; two silences end it.'),
  publicPages: z
    .boolean()
    .optional()
    .describe('Whether visitors without a key may call through the pages; by default only from this machine.'),
  pagePermissions: z
    .array(z.enum(['instructions', 'say']))
    .default([])
    .describe('What such visitors may do besides talking; those on this machine may do all while there is no API key.'),
  shutdownGraceMs: ms(30_000).describe('After SIGTERM: how long calls may still go on.'),
});

const transport = section({
  stunUrls: z.array(z.string()).default([]).describe('STUN servers told to browsers; none by default.'),
  turnUrls: z.array(z.string()).default([]).describe('TURN servers told to browsers.'),
  turnSecret: z.string().optional().describe('Shared secret for time-limited TURN credentials (use-auth-secret).'),
  turnTtlS: z.number().int().min(60).max(86_400).default(3600).describe('How long TURN credentials are valid.'),
  useTurnOnServer: z.boolean().default(false).describe('Let the server gather relay candidates, too.'),
  hostAddresses: z.array(z.string()).default([]).describe('Extra local or public addresses to offer as host candidates.'),
  portMin: z.number().int().min(0).max(65_535).default(0).describe('First UDP port of media; 0 with portMax 0: any.'),
  portMax: z.number().int().min(0).max(65_535).default(0).describe('Last UDP port of media.'),
  connectTimeoutMs: ms(8_000).describe('Until ICE and DTLS must be done.'),
  vanishedAfterMs: ms(60_000).describe('No packet for so long: the visitor is gone and the call ends.'),
  audioBitrateBps: z.number().int().min(6_000).max(256_000).default(40_000).describe('Opus bitrate of the avatar.'),
  narrowAudioBitrateBps: z.number().int().min(6_000).max(64_000).default(16_000).describe('The same on a narrow link.'),
  minVideoBps: z.number().int().min(0).default(80_000).describe('Below this the picture is given up before the sound.'),
  startVideoBps: z.number().int().min(50_000).default(900_000).describe('Video bitrate before the estimate knows better.'),
  maxVideoBps: z.number().int().min(50_000).default(1_800_000).describe('Upper end of the video bitrate.'),
  inboundReorderMs: ms(40).describe('A packet of the microphone that others have overtaken is waited for so long.'),
  inboundPatienceMs: ms(800).describe('Sound of the microphone that is late is waited for so long before it counts as silence.'),
  inboundMaxDepthMs: ms(240).describe('Most delay of the microphone after an outage longer than that.'),
  keyFrameIntervalMs: ms(500).describe('Least time between key frames that a receiver asks for.'),
});

const hearing = section({
  vad: z.string().default('silero').describe('VAD engine: silero, vad-node.'),
  asr: z.string().default('auto').describe('Recogniser: auto, pocketsphinx, openai-compatible, none.'),
  speechThreshold: z.number().min(0).max(1).default(0.5).describe('VAD probability above which a frame is speech.'),
  silenceThreshold: z.number().min(0).max(1).default(0.35).describe('VAD probability below which a speaking visitor is silent.'),
  preRollMs: ms(300).describe('Sound before the onset that is given to the recogniser.'),
  maxUtteranceMs: ms(60_000).describe('A longer utterance is cut.'),
  decoders: count(1, 64).describe('Recognisers kept ready while nobody calls; with calls one more for every two.'),
  maxDecoders: count(8, 64).describe('Recognisers at most; further calls wait for one.'),
  domainWeight: z.number().min(0).max(1).default(0.5).describe('Share of the knowledge in the recogniser language model.'),
  holdMs: ms(600).describe('Silence that ends a turn when the words are surely complete.'),
  hangingHoldMs: ms(1_000).describe(
    'Silence that ends a turn when the words are surely unfinished; in between by how likely they are all.',
  ),
  unfinishedLog10: z
    .number()
    .default(-10)
    .describe('log10 P(end of sentence) below which the words are not taken for a complete question.'),
  onsetMs: ms(96, 1_000).describe('Speech that begins an utterance; less is taken for a click.'),
  bridgeMs: ms(160, 2_000).describe('Silence inside a stretch of speech that does not end it.'),
  voicedThreshold: z.number().min(0).max(1).default(0.5).describe('Periodicity from which a frame counts as voiced.'),
  abandonAfterMs: ms(5_000).describe('Silence after which an utterance that nobody ends is ended.'),
  replayMs: ms(8_000, 60_000).describe('Sound of each call kept in memory, to be heard again by a restarted ear process.'),
  maxLagMs: ms(5_000).describe('An ear process that is so far behind gets no more sound until it has caught up.'),
  vadRuntime: z
    .enum(['native', 'wasm'])
    .default('native')
    .describe('ONNX runtime of the VAD: native falls back to wasm where it is missing.'),
  domainTopics: count(200).describe('Words of the knowledge that questions are made about for the language model.'),
  domainNewWords: count(2_000).describe('Words of the knowledge at most that are added to the dictionary of the recogniser.'),
  domainCacheDir: z
    .string()
    .default('.cache/domain')
    .describe('Folder that keeps the prepared language model and dictionary between starts; empty: none.'),
  httpBaseUrl: z.string().optional().describe('Base URL of an OpenAI-compatible transcription server.'),
  httpModel: z.string().default('whisper-1').describe('Model name for httpBaseUrl.'),
  httpApiKey: z.string().optional().describe('Key for httpBaseUrl.'),
  httpTimeoutMs: ms(8_000).describe('Deadline of one transcription request.'),
  httpChunkMs: ms(1_200).describe('How often a running utterance is sent for a partial.'),
});

const thinking = section({
  llm: z.string().default('auto').describe('auto, ollama, openai-compatible, embedded.'),
  ollamaUrl: z.string().optional().describe('Ollama server, e.g. http://127.0.0.1:11434; auto uses it when set.'),
  ollamaModel: z.string().default('qwen2.5:3b').describe('Model of the Ollama server.'),
  openaiBaseUrl: z.string().optional().describe('Any OpenAI-compatible server, e.g. http://127.0.0.1:8000/v1.'),
  openaiModel: z.string().default('').describe('Model of openaiBaseUrl.'),
  openaiApiKey: z.string().optional().describe('Key for openaiBaseUrl.'),
  temperature: z.number().min(0).max(2).default(0.6).describe('Sampling temperature.'),
  maxReplyTokens: count(400, 100_000).describe('Longest reply.'),
  maxReplyChars: count(4_000, 1_000_000).describe('Longest reply; the rest is not spoken.'),
  historyMessages: count(24, 10_000).describe('How much of the conversation is remembered.'),
  fillerAfterMs: ms(1_200).describe('A short filler is said when the model is silent for so long.'),
  firstTokenTimeoutMs: ms(2_500).describe('Then the next engine answers.'),
  stalledTokenTimeoutMs: ms(5_000).describe('Silence in mid-reply after which it ends.'),
  breakerFailures: count(3, 1_000).describe('Failures in a row that open the circuit breaker.'),
  breakerOpenMs: ms(15_000).describe('How long an open breaker refuses.'),
  knowledgeDir: z.string().default('configs/knowledge').describe('Folder of documents (*.md, *.txt) that the avatar knows.'),
  knowledgeMaxBytes: bytes(20 * 1024 * 1024).describe('Documents beyond this are left out, with a warning.'),
  emotionModelDir: z
    .string()
    .optional()
    .describe('Folder of an ONNX text classifier of emotions: model.onnx, tokenizer.json, config.json. Without it, word lists.'),
  emotionModelLanguages: z.array(z.string().max(35)).default(['en']).describe('Languages that this model reads.'),
  emotionPictureModelFile: z.string().optional().describe('ONNX classifier of facial expressions, shaped like FER+.'),
  emotionTimeoutMs: ms(80, 5_000).describe('How long an answer may wait for these models; then the word lists must do.'),
  expressiveReplies: z
    .boolean()
    .default(true)
    .describe('Tell the language model how to mark feelings and steer the face; what it marks is shown, never spoken.'),
  answerThreshold: z.number().min(0).max(1).default(0.45).describe('Confidence from which the embedded responder answers.'),
  suggestThreshold: z.number().min(0).max(1).default(0.25).describe('Confidence from which it asks "did you mean".'),
});

const persona = section({
  name: z.string().max(80).optional().describe('What the avatar of face.avatar calls itself; left out, its own name.'),
  systemPrompt: text()
    .default('You are {name}, a friendly talking avatar. Answer in one to three short spoken sentences, without lists or markup.')
    .describe('Instructions for the language model; {name} is replaced.'),
  greeting: text()
    .optional()
    .describe('Said when a call begins; empty: nothing. Left out: "Hello! I\'m {name}. Ask me anything." in the language of the call.'),
  silencePrompt: text().optional().describe('Said once into a long silence. Left out: "Are you still there?" in the language of the call.'),
  language: z.string().max(35).default('en').describe('BCP 47 language of the conversation.'),
});

const speaking = section({
  voice: z.string().default('auto').describe('Voice of voices/, or auto: the best one for the language.'),
  rate: z.number().min(0.5).max(2).default(1).describe('Speed; 1 is the voice as it is.'),
  voicesDir: z.string().default('voices').describe('Folder of voices.'),
  loudnessDb: z.number().min(-40).max(-6).default(-20).describe('Speech level, dB RMS of full scale.'),
  maxPieceChars: count(220, 5_000).describe('Longer sentences are cut at a comma or space.'),
  pieceTimeoutMs: ms(5_000).describe('Deadline of one piece, then the next engine.'),
  engines: z.array(z.string()).default([]).describe('Engines that may speak, e.g. [festival, espeak]; empty: all that are found.'),
  pluginDirs: z.array(z.string()).default([]).describe('Folders of further engines, each file default-exporting defineTts(...).'),
  retryVoiceAfterMs: ms(15_000).describe('How long a voice that failed is passed over.'),
  cacheBytes: bytes(8 * 1024 * 1024).describe('Sound kept of pieces that may be said again (greeting, fillers).'),
  rehearsalDir: z
    .string()
    .default('.cache/speech')
    .describe('Folder where the first words of answers out of the documents are kept spoken; empty: nothing is spoken ahead.'),
  httpBaseUrl: z.string().optional().describe('Base URL of an OpenAI-compatible speech server, e.g. http://127.0.0.1:8880/v1.'),
  httpModel: z.string().default('tts-1').describe('Model name for httpBaseUrl.'),
  httpApiKey: z.string().optional().describe('Key for httpBaseUrl.'),
  httpVoice: z.string().default('alloy').describe('Voice name for httpBaseUrl.'),
  httpFormat: z.enum(['pcm', 'wav']).default('pcm').describe('What httpBaseUrl is asked for; pcm is 16-bit mono at 24 kHz.'),
});

const face = section({
  avatar: z.string().default('mia').describe('Folder name under avatars/.'),
  avatarsDir: z.string().default('avatars').describe('Folder of avatars.'),
  widthPx: z.number().int().min(64).max(1920).default(512).describe('Width of the picture.'),
  heightPx: z.number().int().min(64).max(1920).default(512).describe('Height of the picture.'),
  framesPerS: z.number().min(5).max(60).default(25).describe('Frame rate.'),
  restingFramesPerS: z.number().min(5).max(60).default(12.5).describe('Frame rate of a face that only sways and breathes.'),
  workers: count(0, 64).describe('Face processes; 0: one per two cores.'),
  renderer: z
    .enum(['auto', 'wasm', 'webgpu'])
    .default('auto')
    .describe('auto: a graphics card where there is a real one; webgpu: even one that is computed; wasm: the processor.'),
  gpuTimeoutMs: ms(250).describe('A graphics card that is silent for so long counts as lost; the processor draws instead.'),
  encoder: z.string().default('auto').describe('auto, node-av, webcodecs, ffmpeg.'),
  leadMs: ms(24, 200).describe('How long before its deadline a frame is drawn.'),
  lateAfterMs: ms(40).describe(
    'A picture that takes longer to make is late; while many are, calls of quality auto get smaller, then fewer ones.',
  ),
  stallTimeoutMs: ms(500).describe('An encoder that is silent for so long is restarted.'),
});

const session = section({
  greet: z.boolean().default(true).describe('Say the greeting when a call begins.'),
  prepareAfterMs: ms(96).describe('Silence after which the reply is prepared, in case the visitor has finished.'),
  reactAfterMs: ms(64).describe('Quiet, by the level of the sound alone, after which the face reacts visibly.'),
  completeHoldMs: ms(190).describe('Silence that ends a turn when the words are a complete question that the knowledge answers.'),
  duckAfterMs: ms(96).describe('Speech of the visitor after which the avatar lowers its voice.'),
  duckDb: z.number().min(-40).max(0).default(-12).describe('By how much.'),
  yieldAfterMs: ms(416).describe('Speech after which the avatar stops.'),
  backChannelYieldAfterMs: ms(640).describe('The same while the visitor says only words like "uh-huh".'),
  yieldVoicedShare: z.number().min(0).max(1).default(0.35).describe('Least voiced share of an interruption: laughs and coughs have less.'),
  resumeAfterMs: ms(900).describe('Silence after a false interruption, then the avatar goes on.'),
  retractWithinMs: ms(700).describe('An answer whose sound is younger came too early when the visitor goes on: the words are joined.'),
  finalTimeoutMs: ms(3_000).describe('How long the last words of an utterance may take; then the partial ones count.'),
  silencePromptMs: ms(45_000).describe('The visitor says nothing for so long: a short prompt; 0 never.'),
  silenceEndMs: ms(300_000).describe('The visitor says nothing for so long: the call ends; 0 never.'),
  maxCallMs: z.number().min(0).default(3_600_000).describe('Longest call; 0: no limit.'),
  maxTypedChars: count(2_000, 100_000).describe('Longest typed message.'),
});

const avatars = section({
  landmarkEngine: z
    .string()
    .default('auto')
    .describe('What finds the face on a photograph: auto, face-api, or off, and people place the points by hand.'),
  maxQueuedJobs: count(8, 1_000).describe('Avatars that may wait to be made; the next one gets 503 and Retry-After.'),
  keepJobsMs: ms(3_600_000, 86_400_000).describe('How long a finished job and its unnamed variants are kept.'),
  importTimeoutMs: ms(90_000).describe('Longest import of a photograph.'),
  drawTimeoutMs: ms(120_000).describe('Longest drawing of one illustrated person, contact sheet or clip.'),
  sculptTimeoutMs: ms(1_800_000).describe('Longest sculpting of one person.'),
  maxMemoryMb: count(2_048, 65_536).describe('Memory of the process that makes an avatar; 0: not watched.'),
  niceness: count(10, 19).describe('How far that process steps back behind calls.'),
  maxPhotoBytes: bytes(32 * 1024 * 1024).describe('Largest photograph.'),
  maxVariants: count(8, 64).describe('People drawn of one description, at most.'),
  maxDescriptionChars: count(1_000, 2_000).describe('Longest description of a person.'),
  wordsTimeoutMs: ms(20_000).describe('How long the language model may take to read a description; then the embedded reader does.'),
  protectShipped: z.boolean().default(true).describe('Whether avatars that nobody made here stay when they are asked to be removed.'),
  workDir: z.string().default('.cache/avatar-work').describe('Folder of unnamed variants, contact sheets and clips.'),
  imageServer: z
    .string()
    .default('auto')
    .describe('What makes pictures of described people: auto, openai-images, stable-diffusion-webui, none.'),
  openaiImagesBaseUrl: z.string().optional().describe('Any server with POST /images/generations, e.g. http://127.0.0.1:8000/v1.'),
  openaiImagesModel: z.string().default('').describe('Model of openaiImagesBaseUrl; empty: that of the server.'),
  openaiImagesApiKey: z.string().optional().describe('Key for openaiImagesBaseUrl.'),
  openaiImagesSidePx: z
    .number()
    .int()
    .min(256)
    .max(2048)
    .default(1024)
    .describe('Side of the picture that openaiImagesBaseUrl is asked for.'),
  sdWebuiUrl: z.string().optional().describe('Stable Diffusion WebUI with its API switched on, e.g. http://127.0.0.1:7860.'),
  sdWebuiModel: z.string().default('').describe('Checkpoint of sdWebuiUrl; empty: the one that is loaded.'),
  sdWebuiSidePx: z.number().int().min(256).max(2048).default(640).describe('Side of the picture that sdWebuiUrl is asked for.'),
  sdWebuiSteps: count(28, 500).describe('Sampling steps of sdWebuiUrl.'),
  imageTimeoutMs: ms(180_000).describe('How long an image server may take.'),
  maxImageBytes: bytes(32 * 1024 * 1024).describe('Largest answer of an image server.'),
});

const log = section({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').describe('Least level that is logged.'),
  pretty: z.enum(['auto', 'always', 'never']).default('auto').describe('Readable lines instead of JSON; auto: on a terminal.'),
});

export const configSchema = z.strictObject({ server, transport, hearing, thinking, persona, speaking, face, avatars, session, log });

export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
