/**
 * 24 kHz to 16 kHz, as a stream: up by two, low-pass, down by three, computing only what is kept. A windowed sinc of 96 taps
 * at 48 kHz, flat to 6.5 kHz and 55 dB down from 9 kHz on, so that nothing folds into where consonants are.
 */
const UP = 2;
const DOWN = 3;
const TAPS = 96;
const CUTOFF_HZ = 7_700;
const RATE_HZ = 48_000;
/** Input samples that one output sample looks at. */
const SPAN = TAPS / UP;

const PHASES = polyphase();

export class SpeechToHearing {
  /** The end of the input so far, which the next output still needs. */
  #history = new Float32Array(SPAN - 1);
  /** Position of the next output sample, in steps of 48 kHz from the end of the history. */
  #position = 0;

  convert(pcm: Int16Array): Int16Array {
    const input = new Float32Array(this.#history.length + pcm.length);
    input.set(this.#history);
    input.set(pcm, this.#history.length);
    const steps = pcm.length * UP;
    const output = new Int16Array(Math.max(0, Math.ceil((steps - this.#position) / DOWN)));
    for (let i = 0; i < output.length; i++, this.#position += DOWN) {
      const taps = PHASES[this.#position % UP]!;
      const newest = Math.floor(this.#position / UP) + SPAN - 1;
      let sum = 0;
      for (let tap = 0; tap < SPAN; tap++) sum += taps[tap]! * input[newest - tap]!;
      output[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
    }
    this.#position -= steps;
    this.#history = input.slice(input.length - (SPAN - 1));
    return output;
  }
}

function polyphase(): Float32Array[] {
  const taps = Array.from({ length: TAPS }, (_, i) => {
    const at = i - (TAPS - 1) / 2;
    const angle = (2 * Math.PI * CUTOFF_HZ * at) / RATE_HZ;
    const window = 0.42 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / TAPS) + 0.08 * Math.cos((4 * Math.PI * (i + 0.5)) / TAPS);
    return (Math.sin(angle) / (Math.PI * at)) * window;
  });
  return Array.from({ length: UP }, (_, phase) => {
    const own = Float32Array.from({ length: SPAN }, (_, i) => taps[i * UP + phase]!);
    const sum = own.reduce((total, tap) => total + tap, 0);
    // Each phase passes a constant unchanged; a difference between them would be a tone at 24 kHz, folded down to 8.
    return own.map((tap) => tap / sum);
  });
}
