import { type MediaTime, msFromMediaTime } from '../core/media-time.ts';
import type { SpokenPiece } from '../core/speech.ts';
import type { ConversationItem } from '../protocol/items.ts';
import { serverEvent } from '../protocol/parse.ts';
import type { CallState, CaptionWord, EndReason, RealtimeResponse, ServerEventBody, ServerEventType } from '../protocol/server-events.ts';
import type { Item } from './conversation.ts';
import type { Heard } from './ledger.ts';
import type { Turn } from './turn.ts';

/** The conversation as Realtime events. Keeps the order that clients of that API rely on; decides nothing. */
export class Wire {
  readonly #send: (text: string) => void;
  readonly #carrier: 'webrtc' | 'websocket';
  readonly #captions = new Map<string, { text: string; words: CaptionWord[] }>();
  #state: CallState = 'connecting';
  readonly #sounding = new Set<string>();
  #ended = false;

  constructor(options: { send: (text: string) => void; carrier: 'webrtc' | 'websocket' }) {
    this.#send = options.send;
    this.#carrier = options.carrier;
  }

  emit<Type extends ServerEventType>(type: Type, body: ServerEventBody<Type>): void {
    if (!this.#ended) this.#send(JSON.stringify(serverEvent(type, body)));
  }

  /** The last event of a call. What comes later is not told. */
  ended(reason: EndReason): void {
    this.emit('visavis.ended', { reason });
    this.#ended = true;
  }

  state(state: CallState, at: MediaTime): void {
    if (state === this.#state) return;
    this.#state = state;
    const who = state === 'hearing' ? 'visitor' : state === 'answering' || state === 'preparing' ? 'avatar' : 'nobody';
    this.emit('visavis.state', { state, who, at_media_ms: Math.round(msFromMediaTime(at)) });
  }

  notice(code: string, severity: 'info' | 'warning' | 'error', message: string, hint?: string): void {
    this.emit('visavis.notice', { code, severity, message, ...(hint ? { hint } : {}) });
  }

  itemAdded(item: Item, previousId: string | undefined): void {
    const place = { item: wireItem(item), previous_item_id: previousId ?? null };
    this.emit('conversation.item.added', place);
    if (item.status !== 'in_progress') this.emit('conversation.item.done', place);
  }

  /** The visitor's words, final. */
  transcript(item: Item, previousId: string | undefined, durationS: number): void {
    this.emit('input_audio_buffer.committed', { item_id: item.id, previous_item_id: previousId ?? null });
    this.itemAdded(item, previousId);
    this.emit('conversation.item.input_audio_transcription.completed', {
      item_id: item.id,
      content_index: 0,
      transcript: item.text,
      usage: { type: 'duration', seconds: durationS },
    });
    this.emit('visavis.caption', { item_id: item.id, role: 'user', text: item.text, words: [], final: true });
  }

  // — the life of one response

  responseBegan(turn: Turn, item: Item, previousId: string | undefined): void {
    this.#captions.set(turn.turnId, { text: '', words: [] });
    this.emit('response.created', { response: this.#response(turn, 'in_progress', []) });
    this.emit('response.output_item.added', { ...this.#output(turn), item: wireItem(item) });
    this.itemAdded(item, previousId);
    this.emit('response.content_part.added', {
      ...this.#part(turn),
      part: turn.textOnly ? { type: 'text', text: '' } : { type: 'audio', transcript: '' },
    });
  }

  piece(turn: Turn, piece: SpokenPiece, startsAt: MediaTime): void {
    if (turn.textOnly) {
      this.emit('response.output_text.delta', { ...this.#part(turn), delta: piece.text });
      return;
    }
    this.emit('response.output_audio_transcript.delta', { ...this.#part(turn), delta: piece.text });
    const caption = this.#captions.get(turn.turnId);
    if (!caption) return;
    const startMs = msFromMediaTime(startsAt);
    caption.text += piece.text;
    caption.words.push(
      ...piece.words.map(({ text, startMs: from, endMs: to }) => ({
        text,
        // A fraction of a millisecond is of no use, and a dozen digits.
        start_ms: Math.round(startMs + from),
        end_ms: Math.round(startMs + to),
      })),
    );
    this.emit('visavis.caption', { item_id: turn.itemId, role: 'assistant', text: caption.text, words: caption.words, final: false });
  }

  audio(turn: Turn, pcm: Int16Array): void {
    if (this.#carrier !== 'websocket') return;
    const delta = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
    this.emit('response.output_audio.delta', { ...this.#part(turn), delta });
  }

  /** First sound left. */
  soundBegan(turn: Turn): void {
    this.#sounding.add(turn.turnId);
    if (this.#carrier === 'webrtc') this.emit('output_audio_buffer.started', { response_id: turn.responseId });
  }

  soundEnded(turn: Turn): void {
    const caption = this.#captions.get(turn.turnId);
    this.#captions.delete(turn.turnId);
    const sounded = this.#sounding.delete(turn.turnId);
    if (turn.textOnly) return;
    if (sounded && this.#carrier === 'webrtc') this.emit('output_audio_buffer.stopped', { response_id: turn.responseId });
    if (caption)
      this.emit('visavis.caption', { item_id: turn.itemId, role: 'assistant', text: caption.text, words: caption.words, final: true });
  }

  responseDone(turn: Turn, item: Item, status: RealtimeResponse['status'], details?: RealtimeResponse['status_details']): void {
    const part = this.#part(turn);
    if (turn.textOnly) {
      this.emit('response.output_text.done', { ...part, text: item.text });
      this.emit('response.content_part.done', { ...part, part: { type: 'text', text: item.text } });
    } else {
      this.emit('response.output_audio.done', part);
      this.emit('response.output_audio_transcript.done', { ...part, transcript: item.text });
      this.emit('response.content_part.done', { ...part, part: { type: 'audio', transcript: item.text } });
    }
    const wired = wireItem(item);
    this.emit('response.output_item.done', { ...this.#output(turn), item: wired });
    this.emit('conversation.item.done', { item: wired });
    this.emit('response.done', { response: this.#response(turn, status, [wired], details) });
  }

  /** The turn was cut: what was heard is what counts. What was written was read. */
  cut(turn: Turn, item: Item, heard: Heard, at: MediaTime): void {
    const words = this.#captions.get(turn.turnId)?.words ?? [];
    this.#captions.delete(turn.turnId);
    this.#sounding.delete(turn.turnId);
    if (turn.textOnly) return;
    if (this.#carrier === 'webrtc') this.emit('output_audio_buffer.cleared', { response_id: turn.responseId });
    this.emit('conversation.item.truncated', { item_id: item.id, content_index: 0, audio_end_ms: Math.round(heard.heardMs) });
    this.emit('visavis.heard', {
      item_id: item.id,
      response_id: turn.responseId,
      text: heard.text,
      audio_end_ms: Math.round(heard.heardMs),
      at_media_ms: Math.round(msFromMediaTime(at)),
    });
    this.emit('visavis.caption', {
      item_id: item.id,
      role: 'assistant',
      text: heard.text,
      words: words.slice(0, countWords(heard.text)),
      final: true,
    });
  }

  #response(
    turn: Turn,
    status: RealtimeResponse['status'],
    output: ConversationItem[],
    details?: RealtimeResponse['status_details'],
  ): RealtimeResponse {
    return {
      id: turn.responseId,
      object: 'realtime.response',
      status,
      ...(details ? { status_details: details } : {}),
      output,
      output_modalities: [turn.textOnly ? 'text' : 'audio'],
      metadata: { ...turn.metadata, turn: turn.turnId, ...(turn.engine ? { engine: turn.engine } : {}) },
    };
  }

  #output(turn: Turn): { response_id: string; output_index: number } {
    return { response_id: turn.responseId, output_index: 0 };
  }

  #part(turn: Turn): { response_id: string; output_index: number; item_id: string; content_index: number } {
    return { ...this.#output(turn), item_id: turn.itemId, content_index: 0 };
  }
}

export function wireItem(item: Item): ConversationItem {
  const head = { id: item.id, object: 'realtime.item' as const, type: 'message' as const, status: item.status };
  if (item.role === 'system') return { ...head, role: 'system', content: [{ type: 'input_text', text: item.text }] };
  if (item.role === 'user') {
    const content =
      item.medium === 'audio'
        ? ({ type: 'input_audio', transcript: item.text } as const)
        : ({ type: 'input_text', text: item.text } as const);
    return { ...head, role: 'user', content: [content] };
  }
  if (item.text === '' && item.status === 'in_progress') return { ...head, role: 'assistant', content: [] };
  const content =
    item.medium === 'text'
      ? ({ type: 'output_text', text: item.text } as const)
      : ({ type: 'output_audio', transcript: item.text } as const);
  return { ...head, role: 'assistant', content: [content] };
}

const countWords = (text: string): number => text.split(/\s+/).filter(Boolean).length;
