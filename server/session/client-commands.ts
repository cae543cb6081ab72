import { toVisavisError } from '../core/errors.ts';
import { mediaTimeFromMs } from '../core/media-time.ts';
import type { RenderingPlace } from '../core/video.ts';
import type { ClientEvent, ClientEventOf } from '../protocol/client-events.ts';
import { newId } from '../protocol/common.ts';
import { errorEventOf, parseClientEvent } from '../protocol/parse.ts';
import type { EngineDescription } from '../protocol/server-events.ts';
import type { DescribedSession, RealtimeSession } from '../protocol/session.ts';
import { becomeCharacter, voiceOf } from './character.ts';
import type { Item } from './conversation.ts';
import type { Session } from './session.ts';
import { sessionError } from './session-error.ts';
import { wireItem } from './wire.ts';

const DRAWING: ReadonlySet<EngineDescription['stage']> = new Set(['face', 'encoder']);
const DRAWN_BY_VISITOR: EngineDescription = { stage: 'face', id: 'client', name: 'Drawn by your browser', state: 'running' };

/** What a client may ask for during a call. Junk and refusals become `error` events; nothing here throws outwards. */
export class ClientCommands {
  readonly #session: Session;
  #secondStartedMs = 0;
  #eventsThisSecond = 0;
  #jitterBufferMs: number | undefined;
  #roundTripMs: number | undefined;
  /** Shown, or still to come. */
  #avatarWanted: string;

  constructor(session: Session) {
    this.#session = session;
    this.#avatarWanted = session.settings.avatar;
  }

  /** The first events of a call. */
  begin(): void {
    const { wire } = this.#session;
    wire.emit('session.created', { session: this.#describe() });
    this.#tellEngines();
  }

  take(text: string): void {
    const { wire, parts, nowMs } = this.#session;
    const { maxEventsPerS, maxEventBytes } = parts.config.server;
    if (nowMs - this.#secondStartedMs >= 1_000) {
      this.#secondStartedMs = nowMs;
      this.#eventsThisSecond = 0;
    }
    this.#eventsThisSecond++;
    if (this.#eventsThisSecond > maxEventsPerS) {
      // Told once a second: an error for each event would only double the flood.
      if (this.#eventsThisSecond === maxEventsPerS + 1)
        this.#refuse('too_many_events', `At most ${maxEventsPerS} events a second are read`);
      return;
    }
    const parsed = parseClientEvent(text, { maxEventBytes, maxTypedChars: parts.config.session.maxTypedChars });
    if (!parsed.ok) {
      wire.emit('error', { error: errorEventOf(parsed.problem).error });
      return;
    }
    try {
      this.#run(parsed.event);
    } catch (error) {
      const { code, message, status } = toVisavisError(error, 'session');
      const type = status < 500 ? 'invalid_request_error' : 'server_error';
      wire.emit('error', { error: { type, code, message, param: null, event_id: parsed.event.event_id ?? null } });
    }
  }

  reportQuality(): void {
    const { wire, parts, face } = this.#session;
    const { packetsSent, packetsLost, roundTripMs, availableBps } = parts.transport.stats();
    const lossShare = packetsSent > 0 ? packetsLost / packetsSent : 0;
    const wayMs = roundTripMs ?? this.#roundTripMs;
    const level = lossShare > 0.08 || (wayMs ?? 0) > 400 ? 'poor' : lossShare > 0.02 || (wayMs ?? 0) > 200 ? 'fair' : 'good';
    wire.emit('visavis.quality', {
      level,
      round_trip_ms: wayMs ?? null,
      loss_share: lossShare,
      available_bps: availableBps ?? null,
      video_bps: face.picture?.videoBps ?? null,
      frames_per_s: face.picture?.framesPerS ?? null,
      narrow: parts.transport.isNarrow ?? false,
    });
  }

  #run(event: ClientEvent): void {
    const session = this.#session;
    const atMs = session.nowMs;
    switch (event.type) {
      case 'session.update':
        this.#update(event.session);
        break;
      case 'input_audio_buffer.append':
        this.#append(event);
        break;
      case 'input_audio_buffer.commit':
        session.apply({ type: 'commit-input', atMs });
        break;
      case 'input_audio_buffer.clear':
        session.parts.clearAudio?.();
        session.apply({ type: 'clear-input', atMs });
        session.wire.emit('input_audio_buffer.cleared', {});
        break;
      case 'conversation.item.create':
        this.#createItem(event);
        break;
      case 'conversation.item.truncate':
        this.#truncate(event);
        break;
      case 'conversation.item.delete':
        if (!session.conversation.remove(event.item_id)) throw unknownItem(event.item_id);
        session.wire.emit('conversation.item.deleted', { item_id: event.item_id });
        break;
      case 'conversation.item.retrieve':
        session.wire.emit('conversation.item.retrieved', { item: wireItem(this.#item(event.item_id)) });
        break;
      case 'response.create':
        this.#respond(event);
        break;
      case 'response.cancel':
        if (event.response_id !== undefined && event.response_id !== session.runningResponseId)
          throw sessionError('response_unknown', `The response "${event.response_id}" is not running`);
        session.apply({ type: 'interrupt', atMs });
        break;
      case 'output_audio_buffer.clear':
        session.apply({ type: 'interrupt', atMs });
        break;
      case 'visavis.say':
        this.#permit('say');
        session.apply({ type: 'say', atMs, text: event.text, interrupt: event.interrupt ?? false });
        break;
      case 'visavis.playout':
        this.#jitterBufferMs = event.jitter_buffer_ms;
        session.played(mediaTimeFromMs(event.played_media_ms), this.#networkMs());
        break;
      case 'visavis.client_stats':
        this.#roundTripMs = event.round_trip_ms;
        break;
      case 'visavis.hello':
        session.parts.log.debug({ client: event.client, version: event.version }, 'client said hello');
        break;
    }
  }

  /** One way and the wait in the client's jitter buffer. */
  #networkMs(): number | undefined {
    const roundTripMs = this.#session.parts.transport.stats().roundTripMs ?? this.#roundTripMs;
    if (roundTripMs === undefined && this.#jitterBufferMs === undefined) return undefined;
    return (roundTripMs ?? 0) / 2 + (this.#jitterBufferMs ?? 0);
  }

  #append(event: ClientEventOf<'input_audio_buffer.append'>): void {
    const { appendAudio } = this.#session.parts;
    if (!appendAudio) throw sessionError('unsupported', 'Over WebRTC the microphone is a media track, not events');
    const bytes = Buffer.from(event.audio, 'base64');
    if (bytes.length % 2 !== 0) throw sessionError('unsupported', 'PCM16 sound has an even number of bytes');
    const pcm = new Int16Array(bytes.length / 2);
    for (let i = 0; i < pcm.length; i++) pcm[i] = bytes.readInt16LE(i * 2);
    if (!appendAudio(pcm))
      throw sessionError('audio_overflow', 'More sound was sent than can be heard; send it about as fast as it is spoken');
  }

  #createItem({ item, previous_item_id }: ClientEventOf<'conversation.item.create'>): void {
    if (item.type !== 'message') throw sessionError('unsupported', 'Only messages can be added; tools are not supported yet');
    const text = item.content.map((part) => ('text' in part ? part.text : (part.transcript ?? ''))).join('\n');
    const { conversation, wire } = this.#session;
    if (previous_item_id && previous_item_id !== 'root' && !conversation.find(previous_item_id)) throw unknownItem(previous_item_id);
    const entry: Item = { id: item.id ?? newId('item'), role: item.role, medium: 'text', text, status: 'completed' };
    if (conversation.find(entry.id)) throw sessionError('unsupported', `There is an item with the id "${entry.id}" already`);
    wire.itemAdded(entry, conversation.add(entry, previous_item_id));
    if (item.role !== 'user') return;
    wire.emit('visavis.caption', { item_id: entry.id, role: 'user', text, words: [], final: true });
    void this.#session.visitor.readWords(text);
  }

  #respond({ response = {} }: ClientEventOf<'response.create'>): void {
    const { input, conversation, instructions, output_modalities: modalities, metadata } = response;
    if (input || conversation === 'none') throw sessionError('unsupported', 'Responses outside the conversation are not supported');
    if (instructions !== undefined) this.#permit('instructions');
    this.#session.respond({
      ...(instructions === undefined ? {} : { instructions }),
      ...(modalities ? { textOnly: !modalities.includes('audio') } : {}),
      ...(metadata ? { metadata } : {}),
    });
  }

  #truncate({ item_id, audio_end_ms }: ClientEventOf<'conversation.item.truncate'>): void {
    const item = this.#item(item_id);
    if (item.role !== 'assistant') throw sessionError('unsupported', 'Only answers of the assistant can be truncated');
    this.#session.truncate(item, audio_end_ms);
    this.#session.wire.emit('conversation.item.truncated', { item_id, content_index: 0, audio_end_ms });
  }

  #update(update: RealtimeSession): void {
    const { settings, wire, parts, face } = this.#session;
    if (update.instructions !== undefined) {
      this.#permit('instructions');
      settings.persona = { ...settings.persona, systemPrompt: update.instructions };
      settings.chosen.instructions = true;
    }
    const { input, output } = update.audio ?? {};
    const voice = typeof output?.voice === 'object' ? output.voice.id : output?.voice;
    if (voice) {
      const known = parts.speaking.voices();
      if (known.some(({ id }) => id === voice)) {
        settings.voice = voice;
        settings.chosen.voice = true;
      } else {
        // Clients of other servers name voices of theirs; they get this server's, and are told.
        wire.notice('voice_unknown', 'warning', `There is no voice "${voice}"; the voice stays "${settings.voice}".`);
      }
    }
    if (output?.speed) settings.rate = output.speed;
    const language = update.visavis?.language ?? input?.transcription?.language;
    if (language && language !== settings.language) {
      settings.language = language;
      if (!voice) settings.voice = voiceOf(parts.config, parts.speaking, settings.avatar, settings.character, language);
      this.#session
        .hearLanguage(language)
        .catch((error: unknown) => parts.log.warn({ code: toVisavisError(error, 'hearing').code }, 'the ear did not change its language'));
    }
    if (update.output_modalities) settings.textOnly = !update.output_modalities.includes('audio');
    if (input?.turn_detection !== undefined) {
      const detection = input.turn_detection;
      const holdMs = detection?.type === 'server_vad' ? detection.silence_duration_ms : undefined;
      this.#session.setRules({ automaticTurns: detection !== null && detection.create_response !== false, ...(holdMs ? { holdMs } : {}) });
    }
    if (update.visavis?.controls !== undefined) this.#session.setControls(update.visavis.controls);
    if (update.visavis?.quality) {
      settings.quality = update.visavis.quality;
      face.setQuality(settings.quality);
    }
    if (update.visavis?.avatar) this.#changeAvatar(update.visavis.avatar);
    if (update.visavis?.rendering) this.#changePlace(update.visavis.rendering);
    wire.emit('session.updated', { session: this.#describe() });
  }

  /** Loading takes a moment; the one that was asked for last stays. `session.updated` comes again when it is seen. */
  #changeAvatar(avatar: string): void {
    const { settings, wire, parts, face } = this.#session;
    if (!parts.face || avatar === this.#avatarWanted) return;
    this.#avatarWanted = avatar;
    Promise.all([parts.face.characterOf(avatar), face.setAvatar(avatar)]).then(
      ([character]) => {
        becomeCharacter(settings, avatar, character, parts);
        wire.emit('session.updated', { session: this.#describe() });
      },
      (error: unknown) => {
        if (avatar === this.#avatarWanted) this.#avatarWanted = settings.avatar;
        wire.notice('avatar_unknown', 'warning', toVisavisError(error, 'face').message);
      },
    );
  }

  /** The same for who draws it. */
  #changePlace(place: RenderingPlace): void {
    const { wire, face } = this.#session;
    face.drawBy(place).then(
      () => {
        wire.emit('session.updated', { session: this.#describe() });
        this.#tellEngines();
      },
      (error: unknown) => wire.notice('rendering_unchanged', 'warning', toVisavisError(error, 'face').message),
    );
  }

  /** Those of the server, but for what the visitor's browser does itself. */
  #tellEngines(): void {
    const { wire, parts, face } = this.#session;
    const engines = parts.engines();
    wire.emit('visavis.engines', {
      engines: face.place === 'server' ? [...engines] : [...engines.filter(({ stage }) => !DRAWING.has(stage)), DRAWN_BY_VISITOR],
    });
  }

  #describe(): DescribedSession {
    const { settings, callId, floor, parts, face } = this.#session;
    return {
      type: 'realtime',
      object: 'realtime.session',
      id: callId,
      instructions: settings.persona.systemPrompt,
      output_modalities: [settings.textOnly ? 'text' : 'audio'],
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          turn_detection: floor.rules.automaticTurns
            ? { type: 'server_vad', create_response: true, interrupt_response: true, silence_duration_ms: Math.round(floor.rules.holdMs) }
            : null,
        },
        output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: settings.voice, speed: Math.min(1.5, settings.rate) },
      },
      visavis: {
        avatar: settings.avatar,
        rendering: face.place,
        quality: settings.quality,
        language: settings.language,
        ...(Object.keys(settings.controls).length > 0 ? { controls: settings.controls } : {}),
        call_id: callId,
        avatar_name: settings.persona.name,
        max_typed_chars: parts.config.session.maxTypedChars,
        picture: { width_px: parts.config.face.widthPx, height_px: parts.config.face.heightPx },
      },
    };
  }

  #item(id: string): Item {
    const item = this.#session.conversation.find(id);
    if (!item) throw unknownItem(id);
    return item;
  }

  #permit(permission: 'instructions' | 'say'): void {
    if (!this.#session.settings.permissions.includes(permission))
      throw sessionError(
        'not_permitted',
        permission === 'say' ? 'This caller may not have texts spoken' : 'This caller may not change the instructions',
      );
  }

  #refuse(code: string, message: string): void {
    this.#session.wire.emit('error', { error: { type: 'invalid_request_error', code, message, param: null, event_id: null } });
  }
}

const unknownItem = (id: string) => sessionError('item_unknown', `There is no item "${id}" in this conversation`);
