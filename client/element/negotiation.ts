import type { RealtimeSessionInput } from '../../server/protocol/index.ts';
import { CallError, toCallError } from './errors.ts';
import { credentialsOf, iceFragment, restartedDescription, type TrickledCandidate } from './ice-fragment.ts';
import type { Signalling } from './signalling.ts';
import { thriftySound } from './thrifty-sound.ts';
import { TypedEvents } from './typed-events.ts';

export interface NegotiationEvents {
  /** There is a way to the server, for the first time or again. */
  connected: undefined;
  /** The way is lost; another one is being looked for. */
  interrupted: undefined;
  /** There will be none. */
  failed: CallError;
}

/** Candidates that are found within this time travel in one PATCH. */
const TRICKLE_BATCH_MS = 30;
/** `disconnected` often heals by itself within a second or two (a Wi-Fi hand-over). */
const RESTART_AFTER_MS = 1_500;
const RESTART_EVERY_MS = 4_000;
/** The server keeps a call without packets for 60 s. */
const GIVE_UP_AFTER_MS = 45_000;
const CONNECT_TIMEOUT_MS = 12_000;

/**
 * What a connection agrees on with the server: the offer and its answer, the candidates that follow it, ICE restarts when the network
 * is lost, and sound that takes less room. One thing at a time. Does not own the connection.
 */
export class Negotiation extends TypedEvents<NegotiationEvents> {
  readonly #peer: RTCPeerConnection;
  readonly #signalling: Signalling;
  readonly #abort = new AbortController();
  /** The call has its address: candidates that are found before wait for it. */
  #isCreated = false;
  /** A new description is being agreed on. */
  #isBusy = false;
  #isThrifty: boolean;
  #candidates: TrickledCandidate[] = [];
  #isGathered = false;
  #trickleTimer: ReturnType<typeof setTimeout> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;
  #giveUpTimer: ReturnType<typeof setTimeout> | undefined;
  #connectTimer: ReturnType<typeof setTimeout> | undefined;

  /** `isThrifty`: sound is to take little room from the beginning. */
  constructor(peer: RTCPeerConnection, signalling: Signalling, isThrifty: boolean) {
    super();
    this.#peer = peer;
    this.#signalling = signalling;
    this.#isThrifty = isThrifty;
    peer.onicecandidate = ({ candidate }) => this.#onCandidate(candidate);
    peer.onconnectionstatechange = () => this.#onConnectionState(peer.connectionState);
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState === 'gathering') this.#isGathered = false;
    };
    // The machine has a network again: no need to wait for the next attempt.
    const onOnline = (): void => {
      if (peer.connectionState !== 'connected') this.#restartIn(0);
    };
    addEventListener('online', onOnline, { signal: this.#abort.signal });
  }

  get isThrifty(): boolean {
    return this.#isThrifty;
  }

  /** Offers, and takes the server's answer. Throws a CallError where the server refuses. */
  async begin(session: RealtimeSessionInput | undefined): Promise<void> {
    const peer = this.#peer;
    this.#connectTimer = setTimeout(() => this.emit('failed', new CallError('connection_failed')), CONNECT_TIMEOUT_MS);
    await peer.setLocalDescription(await peer.createOffer());
    const offer = peer.localDescription?.sdp ?? '';
    const created = await this.#signalling.create(this.#isThrifty ? thriftySound(offer) : offer, session);
    if (this.#isClosed) return;
    this.#isCreated = true;
    // Candidates of STUN and TURN servers that only the answer names are gathered by a restart, if host ones don't do.
    const { bundlePolicy, iceServers } = peer.getConfiguration();
    if (iceServers?.length === 0 && created.iceServers.length > 0)
      peer.setConfiguration({ ...(bundlePolicy && { bundlePolicy }), iceServers: [...created.iceServers] });
    await peer.setRemoteDescription({ type: 'answer', sdp: created.answerSdp });
    this.#trickle();
  }

  /**
   * The link has turned out to be narrow: from now on, and for the rest of the call, sound takes little room on the way up, too.
   * Only this browser needs to know, since what it sends was agreed on before. Resolves to whether anything has changed.
   */
  async becomeThrifty(): Promise<boolean> {
    if (this.#isThrifty || this.#isBusy || this.#isClosed || !this.#peer.currentRemoteDescription) return false;
    // Whatever comes of it: what failed once would fail every time.
    this.#isThrifty = true;
    const isAgreed = await this.#agreeOnThriftySound();
    if (this.#isClosed) return false;
    if (!isAgreed) {
      await this.#restart();
      return true;
    }
    // What had to wait meanwhile.
    this.#trickle();
    if (this.#peer.connectionState !== 'connected') this.#restartIn(RESTART_EVERY_MS);
    return true;
  }

  close(): void {
    this.#abort.abort();
    for (const timer of [this.#trickleTimer, this.#restartTimer, this.#giveUpTimer, this.#connectTimer]) clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Resolves to false where the server would have to know, because the browser wants to take another way (JSEP, RFC 9429, 4.1.18). */
  async #agreeOnThriftySound(): Promise<boolean> {
    const peer = this.#peer;
    const { currentLocalDescription: local, currentRemoteDescription: remote } = peer;
    this.#isBusy = true;
    try {
      const offer = await peer.createOffer();
      if (credentialsOf(offer.sdp ?? '')?.ufrag !== credentialsOf(local?.sdp ?? '')?.ufrag) return false;
      await peer.setLocalDescription(offer);
      await peer.setRemoteDescription({ type: 'answer', sdp: thriftySound(remote?.sdp ?? '') });
    } catch (thrown) {
      if (this.#isClosed) return true;
      console.warn('visavis: sound goes on as it was', thrown);
      await this.#rollBack();
    } finally {
      this.#isBusy = false;
    }
    return true;
  }

  async #rollBack(): Promise<void> {
    await this.#peer.setLocalDescription({ type: 'rollback' }).catch(() => {
      // There was no offer to take back.
    });
  }

  #onCandidate(candidate: RTCIceCandidate | null): void {
    if (candidate && candidate.candidate !== '') this.#candidates.push({ candidate: candidate.candidate, sdpMid: candidate.sdpMid });
    else this.#isGathered = true;
    clearTimeout(this.#trickleTimer);
    this.#trickleTimer = setTimeout(() => this.#trickle(), this.#isGathered ? 0 : TRICKLE_BATCH_MS);
  }

  /** Sends the candidates found so far. */
  #trickle(): void {
    const local = this.#peer.localDescription?.sdp;
    if (!this.#isCreated || this.#isClosed || this.#isBusy || !local) return;
    if (this.#candidates.length === 0 && !this.#isGathered) return;
    const batch = this.#candidates.splice(0);
    const isComplete = this.#isGathered;
    this.#isGathered = false;
    this.#signalling.patch(iceFragment(local, batch, isComplete), false, this.#abort.signal).catch((thrown: unknown) => {
      // The connection may stand without these candidates; if it does not, the connect timer or a restart says so.
      if (!this.#isClosed) console.warn('visavis: candidates were not accepted', toCallError(thrown).message);
    });
  }

  #onConnectionState(state: RTCPeerConnectionState): void {
    if (this.#isClosed) return;
    if (state === 'connected') {
      for (const timer of [this.#connectTimer, this.#restartTimer, this.#giveUpTimer]) clearTimeout(timer);
      this.#giveUpTimer = undefined;
      this.emit('connected', undefined);
    } else if (state === 'disconnected' || state === 'failed') {
      this.emit('interrupted', undefined);
      this.#giveUpTimer ??= setTimeout(() => this.emit('failed', new CallError('connection_lost')), GIVE_UP_AFTER_MS);
      this.#restartIn(state === 'failed' ? 0 : RESTART_AFTER_MS);
    }
  }

  #restartIn(delayMs: number): void {
    clearTimeout(this.#restartTimer);
    this.#restartTimer = setTimeout(() => void this.#restart(), delayMs);
  }

  async #restart(): Promise<void> {
    if (this.#isClosed || this.#isBusy || !this.#isCreated) return;
    const peer = this.#peer;
    const before = peer.currentRemoteDescription?.sdp;
    this.#isBusy = true;
    try {
      this.#candidates = [];
      await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
      const local = peer.localDescription?.sdp ?? '';
      const fragment = await this.#signalling.patch(iceFragment(local, [], false), true, this.#abort.signal);
      if (!fragment || !before || !credentialsOf(fragment))
        throw new CallError('connection_lost', { detail: 'The server did not answer the restart' });
      const answer = restartedDescription(before, fragment);
      await peer.setRemoteDescription({ type: 'answer', sdp: this.#isThrifty ? thriftySound(answer) : answer });
    } catch (thrown) {
      if (this.#isClosed) return;
      const error = toCallError(thrown, 'connection_lost');
      // Without a way to the server the next try is due when the network is back; a server that has no such call won't get one.
      if (error.code !== 'server_unreachable' && error.code !== 'server_error') {
        this.emit('failed', new CallError('connection_lost', { cause: error, ...(error.detail ? { detail: error.detail } : {}) }));
        return;
      }
      await this.#rollBack();
    } finally {
      this.#isBusy = false;
    }
    if (this.#isClosed) return;
    this.#trickle();
    // A path that came back by itself in the meantime is no change of state, and no event.
    if (peer.connectionState === 'connected') this.#onConnectionState('connected');
    else this.#restartIn(RESTART_EVERY_MS);
  }
}
